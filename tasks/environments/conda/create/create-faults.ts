import { UserError } from '../../../common/errors';
import type { RunResult } from '../../../platform/processes/run';
import { untrusted } from '../../python/trust';
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
/** One of the cures of whatever a channel does: pip's and uv's index is asked instead, with their certificates. */
const withoutConda = 'without conda: `npx just env:remote --set remote.engine=venv`';
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
    fix: `check the network, the proxy and the channel named above, then run the same command again\n${withoutConda}`,
  },
  certificate: {
    code: 'E_REGISTRY_TLS',
    found: `of a channel, ${untrusted}`,
    fix: `\`export REQUESTS_CA_BUNDLE=/path/of/authority.pem CONDA_SSL_VERIFY=/path/of/authority.pem\` with the authority of your site, then run the same command again\n${withoutConda}`,
  },
  refused: {
    code: 'E_CONDA_CHANNEL',
    found: 'a channel, or a proxy before it, refuses (401, 403, 407)',
    fix: `log in to the channel or the proxy that is named above, or take the channel out of \`${file}\`\n${withoutConda}`,
  },
  channel: {
    code: 'E_CONDA_CHANNEL',
    found: 'a channel does not exist, or has no package list for this machine (`repodata.json`)',
    fix: `correct the channel that is named above in \`${file}\`\n${withoutConda}`,
  },
  answer: {
    code: 'E_CONDA_CHANNEL',
    found: 'a channel answers with something else than a list of packages, the login page of a network perhaps, or with a part of one',
    fix: `open the address of the channel in a browser, and log in to the network if it asks for that; then run the same command again\n${withoutConda}`,
  },
  checksum: {
    code: 'E_HASH_MISMATCH',
    found: 'a package is not the file that its channel lists',
    fix: `\`conda clean --packages --tarballs\`, then run the same command again; if that does not help, the channel itself is at fault\n${withoutConda}`,
  },
  file: {
    code: 'E_CONDA_PACKAGE',
    found: 'a channel lists a package whose file is not there',
    fix: `\`conda clean --index-cache\`, then run the same command again; if that does not help, choose another version in \`${file}\`\n${withoutConda}`,
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
