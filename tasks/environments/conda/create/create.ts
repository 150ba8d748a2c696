import * as path from 'node:path';
import type { Context } from '../../../engine/context';
import { statePath } from '../../../engine/state';
import type { Progress } from '../../../engine/step';
import { condaFile } from '../../venv/lock/environment-yml';
import type { CondaDefinition } from '../definition';
import { unmetSpecs } from '../drift';
import { condaContents } from '../packages/packages';
import { type Conda, runConda } from '../program';
import { type CondaRecord, identityOf, writeCondaRecord } from '../record';
import { channelsFor, createArguments } from './command-lines';
import { createFailed, taken } from './create-faults';

/** How often is looked whether conda has made its folder by now. */
const noteEveryMs = 20;

/**
 * Has conda make its half of an environment, on a prefix where nothing is: what conda does on one that exists depends on
 * its version, up to deleting it. Its exit code is not trusted either: what came out is looked at.
 * @throws UserError E_CONDA_*, with nothing of a person's touched
 */
export async function createCondaEnvironment(
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
  writeCondaRecord(context, noted);
  // The folder is ours from the moment that conda makes it, and only that one may ever be removed.
  const note = () => {
    const folder = noted.folder ? undefined : identityOf(context, prefix);
    if (!folder) return;
    noted = { ...noted, folder };
    writeCondaRecord(context, noted);
  };
  note();
  const watch = setInterval(note, noteEveryMs);
  const result = await runConda(context, conda.command, createArguments(conda, prefix, file), {
    env: channels.env,
    onLine: (line) => tell({ text: line.trim().slice(0, 100) }),
  }).finally(() => {
    clearInterval(watch);
    note();
  });
  const made = host.files.stat(path.join(prefix, 'conda-meta', 'history')) !== undefined;
  const lacks = made ? unmetSpecs(yml, condaContents(context, prefix).conda) : ['the environment is not there'];
  if (result.exitCode !== 0 || lacks.length > 0) throw createFailed(conda, definition, result, lacks);
  return noted;
}
