import { UserError } from '../../../common/errors';
import type { RunResult } from '../../../platform/processes/processes';
import type { CondaDefinition } from '../definition';
import type { Conda } from '../program';
import { type CondaFault, condaFault } from './conda-output';

/** Something is where an environment is to be made. */
export const taken = (prefix: string): UserError =>
  new UserError({
    code: 'E_CONDA_PREFIX_TAKEN',
    found: `\`${prefix}\` is not empty`,
    needed: 'a free place for the environment',
    fix: elsewhere,
  });

/**
 * What conda left, as an error with its cure.
 * @param lacks what is not there though it was asked for
 */
export function createFailed(
  { command, kind, version }: Conda,
  { prefix, requirements }: CondaDefinition,
  result: RunResult,
  lacks: readonly string[],
): UserError {
  const fault = condaFault(`${result.stdout}\n${result.stderr}\n${result.tail}`);
  const { code, found, fix } = texts(prefix, requirements)[fault];
  const how = result.exitCode === 0 ? `exits 0, yet ${lacks.join(', ')}` : `exits ${result.exitCode}`;
  return new UserError({ code, found: `\`${command}\` (${kind} ${version}) ${how}: ${found}`, tail: result.tail, fix });
}

const elsewhere = '`npx just env:remote --set remote.prefix=/another/path`';
const verbose = '`npx just env:remote --verbose` shows each command with its output';

const texts = (prefix: string, file: string): Readonly<Record<CondaFault, { code: string; found: string; fix: string }>> => ({
  terms: {
    code: 'E_CONDA_TERMS',
    found: 'a channel asks for its terms to be accepted, which only a person can do',
    fix: `take the channel out of \`${file}\`\nor read its terms and accept them: \`conda tos accept\``,
  },
  disk: {
    code: 'E_DISK_FULL',
    found: 'no space left on the device',
    fix: '`npx just storage` shows what needs room; free some and run the same command again',
  },
  network: {
    code: 'E_NETWORK',
    found: 'a channel cannot be reached',
    fix: 'check the network, the proxy and the channel named above, then run the same command again',
  },
  missing: {
    code: 'E_CONDA_PACKAGE',
    found: 'the channels lack a package',
    fix: `correct \`${file}\`, then run the same command again`,
  },
  conflict: {
    code: 'E_CONDA_UNSOLVABLE',
    found: 'no set of packages fits',
    fix: `correct \`${file}\`, then run the same command again`,
  },
  permission: {
    code: 'E_NOT_WRITABLE',
    found: `\`${prefix}\` cannot be made`,
    fix: '`npx just env:remote --set remote.prefix=/a/folder/of/yours`',
  },
  exists: { code: 'E_CONDA_PREFIX_TAKEN', found: `something is at \`${prefix}\``, fix: elsewhere },
  link: {
    code: 'E_CONDA_LINK',
    found: 'a package could not be linked',
    fix: '`npx just env:remote --verbose` shows what it says\nthen take the package out, or another version of it',
  },
  pip: { code: 'E_CONDA_FAILED', found: 'it ended early', fix: verbose },
  other: { code: 'E_CONDA_FAILED', found: 'the environment was not made', fix: verbose },
});
