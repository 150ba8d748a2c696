import * as path from 'node:path';
import type { Context } from '../core/context';
import { UserError } from '../core/errors';
import type { RunResult } from '../core/host/processes';
import { statePath } from '../core/state';
import type { Progress } from '../core/step';
import { type CondaFault, condaFault } from '../parse/conda-output';
import { isAtLeast } from '../parse/conda-version';
import { condaFile } from '../parse/environment-yml';
import type { CondaDefinition } from './definition';
import { driftOf } from './drift';
import { contentsOf } from './packages';
import { type Conda, runConda } from './program';
import { type CondaRecord, identityOf, writeRecord } from './record';

/**
 * Has conda make its half of an environment, on a prefix where nothing is: what conda does on one that exists depends on
 * its version, up to deleting it. Its exit code is not trusted either: what came out is looked at.
 * @throws UserError E_CONDA_*, with nothing of a person's touched
 */
export async function createEnvironment(
  context: Context,
  conda: Conda,
  definition: CondaDefinition,
  record: CondaRecord,
  tell: (progress: Progress) => void,
): Promise<CondaRecord> {
  const { prefix, yml } = definition;
  const { host, root } = context;
  if (host.files.list(prefix).length > 0) throw taken(prefix);
  host.files.makeFolder(path.dirname(prefix));
  const file = statePath(root, 'conda', 'environment.yml');
  const channels = channelsFor(conda, yml.channels);
  host.files.writeText(file, condaFile(yml, channels.inFile));
  let noted: CondaRecord = { ...record, phase: 'conda' };
  writeRecord(context, noted);
  // The folder is ours from the moment that conda makes it, and only that one may ever be removed.
  const note = () => {
    const folder = noted.folder ? undefined : identityOf(context, prefix);
    if (!folder) return;
    noted = { ...noted, folder };
    writeRecord(context, noted);
  };
  note();
  const watch = setInterval(note, 20);
  let result: RunResult;
  try {
    result = await runConda(context, conda.command, createArguments(conda, prefix, file), undefined, channels.env, (line) =>
      tell({ text: line.trim().slice(0, 100) }),
    );
  } finally {
    clearInterval(watch);
    note();
  }
  const lacks = driftOf(yml, contentsOf(context, prefix), [], undefined).specs;
  const made = host.files.stat(path.join(prefix, 'conda-meta', 'history')) !== undefined;
  if (result.exitCode !== 0 || !made || lacks.length > 0)
    throw failed(conda, definition, result, made ? lacks : ['the environment is not there']);
  return noted;
}

/** The command line that makes an environment of a file; never with a flag that would replace one. */
export function createArguments({ kind, version }: Pick<Conda, 'kind' | 'version'>, prefix: string, file: string): string[] {
  if (kind === 'micromamba') return ['create', '-y', '-p', prefix, '-f', file];
  const confirmed = kind === 'mamba' && isAtLeast(version, [2]) ? ['-y'] : [];
  return ['env', 'create', ...confirmed, '-p', prefix, '-f', file];
}

/**
 * The channels of the file and no other. `nodefaults` keeps `defaults` out up to conda 26.6; from 26.7 on it is asked
 * for as a channel of that name, and `defaults` is made to mean the file's own channels instead.
 */
export function channelsFor({ kind, version }: Pick<Conda, 'kind' | 'version'>, channels: readonly string[]) {
  const own = channels.filter((name) => name !== 'defaults' && name !== 'nodefaults');
  if (kind !== 'conda') return { inFile: own, env: {} };
  if (version && !isAtLeast(version, [26, 7])) return { inFile: [...own, 'nodefaults'], env: {} };
  return { inFile: own, env: { CONDA_CHANNELS: own.join(','), CONDA_DEFAULT_CHANNELS: own.join(',') } };
}

export const taken = (prefix: string): UserError =>
  new UserError({
    code: 'E_CONDA_PREFIX_TAKEN',
    found: `\`${prefix}\` is not empty`,
    needed: 'a free place for the environment',
    fix: '`npx just conda --set remote.prefix=/another/path`',
  });

function failed(
  { command, kind, version }: Conda,
  { prefix, requirements }: CondaDefinition,
  result: RunResult,
  lacks: readonly string[],
): UserError {
  const fault = condaFault(`${result.stdout}\n${result.stderr}\n${result.tail}`);
  const [code, found, fix] = texts(prefix, requirements)[fault];
  const how = result.exitCode === 0 ? `exits 0, yet ${lacks.join(', ')}` : `exits ${result.exitCode}`;
  return new UserError({ code, found: `\`${command}\` (${kind} ${version}) ${how}: ${found}`, tail: result.tail, fix });
}

const texts = (prefix: string, file: string): Record<CondaFault, [code: string, found: string, fix: string]> => ({
  terms: [
    'E_CONDA_TERMS',
    'a channel asks for its terms to be accepted, which only a person can do',
    `take the channel out of \`${file}\`\nor read its terms and accept them: \`conda tos accept\``,
  ],
  disk: [
    'E_DISK_FULL',
    'no space left on the device',
    '`npx just storage` shows what needs room; free some and run the same command again',
  ],
  network: [
    'E_NETWORK',
    'a channel cannot be reached',
    'check the network, the proxy and the channel named above, then run the same command again',
  ],
  missing: ['E_CONDA_PACKAGE', 'the channels lack a package', `correct \`${file}\`, then run the same command again`],
  conflict: ['E_CONDA_UNSOLVABLE', 'no set of packages fits', `correct \`${file}\`, then run the same command again`],
  permission: ['E_NOT_WRITABLE', `\`${prefix}\` cannot be made`, '`npx just conda --set remote.prefix=/a/folder/of/yours`'],
  exists: ['E_CONDA_PREFIX_TAKEN', `something is at \`${prefix}\``, '`npx just conda --set remote.prefix=/another/path`'],
  link: [
    'E_CONDA_LINK',
    'a package could not be linked',
    '`npx just conda --verbose` shows what it says\nthen take the package out, or another version of it',
  ],
  pip: ['E_CONDA_FAILED', 'it ended early', '`npx just conda --verbose` shows each command with its output'],
  other: ['E_CONDA_FAILED', 'the environment was not made', '`npx just conda --verbose` shows each command with its output'],
});
