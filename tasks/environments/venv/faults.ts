import { UserError } from '../../common/errors';
import type { RunResult } from '../../platform/processes/run';
import { type InstallerFault, installerFault, tellingTail } from '../python/installer-output';
import type { Cutoff } from '../python/sources/cutoff';
import { trustFix, untrusted } from '../python/trust';
import type { EnvironmentDefinition } from './definition';

/**
 * A command of pip, uv or venv that failed, as the error a person reads: what it was about, its last lines, one cure.
 * @param cutoff the moment that newer packages are left out from, where there is one
 * @param fault what made it fail, where more is known than its words tell
 */
export function commandError(
  doing: string,
  result: RunResult,
  { lock, lockTask, task }: EnvironmentDefinition,
  cutoff?: Cutoff,
  fault = installerFault(`${result.stdout}\n${result.stderr}\n${result.tail}`, cutoff !== undefined),
): UserError {
  const again = `run \`npx just ${task}\` again`;
  const texts: Record<InstallerFault, [code: string, found: string, fix: string]> = {
    disk: ['E_DISK_FULL', 'no space left on the device', `\`npx just storage\` shows what needs room; free some and ${again}`],
    setting: [
      'E_INSTALLER_SETTING',
      `a setting of pip's or uv's has a value that it does not take`,
      `correct or \`unset\` what is named above, then ${again}`,
    ],
    cutoff: [
      'E_EXCLUDED_NEWER',
      `a package came after ${cutoff?.value}, or when is not known, and ${cutoff?.from} leaves out what came later`,
      `\`npx just ${lockTask}\` makes a lock of what came before\nor lift it: \`exclude-newer\` and \`UV_EXCLUDE_NEWER\` are uv's, \`uploaded-prior-to\` and \`PIP_UPLOADED_PRIOR_TO\` pip's; then ${again}`,
    ],
    hash: [
      'E_HASH_MISMATCH',
      `a download is not the file that \`${lock}\` names`,
      `\`git checkout ${lock}\` if it was edited; if a package was replaced in the index, \`npx just ${lockTask} --force\``,
    ],
    certificate: ['E_REGISTRY_TLS', untrusted, trustFix(again)],
    registry: [
      'E_REGISTRY_UNREACHABLE',
      'the package index cannot be reached',
      `check the network and the index that pip and uv use, then ${again}`,
    ],
    missing: ['E_PACKAGE_NOT_FOUND', 'the package index lacks a package', `correct the requirements, then \`npx just ${lockTask}\``],
    wheel: ['E_PACKAGE_BROKEN', 'a package cannot be unpacked', `empty the cache (\`uv cache clean\`, \`pip cache purge\`) and ${again}`],
    permission: [
      'E_NOT_WRITABLE',
      'a folder cannot be written',
      `give yourself write access to the folder that is named above, then ${again}\n${elsewhere}`,
    ],
    build: [
      'E_PACKAGE_BUILD',
      'a package without a wheel for this machine could not be built',
      'install what the lines above ask for, a compiler perhaps',
    ],
    other: [
      'E_INSTALL_FAILED',
      `it exited ${result.exitCode}`,
      `\`npx just ${task} --verbose\` shows every command with its output\n${elsewhere}`,
    ],
  };
  const [code, found, fix] = texts[fault];
  return new UserError({ code, found: `${doing} failed: ${found}`, tail: tellingTail(result), fix });
}

/** Where uv itself cannot work: its cache, its locks, its threads. */
const elsewhere =
  "where it is uv's cache: `export UV_CACHE_DIR=/a/folder/of/yours`; where uv itself does not work here: `--set python.installer=pip`";

/**
 * Whether pip may manage what uv did not: uv needs a cache that it can write and lock, and threads. What is wrong with the packages or
 * the index is wrong for both.
 */
export const isUvAlone = (error: unknown): error is UserError =>
  error instanceof UserError && ['E_NOT_WRITABLE', 'E_INSTALL_FAILED'].includes(error.fault.code);
