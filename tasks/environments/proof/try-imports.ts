import * as path from 'node:path';
import type { TrialResult } from '../../checks/libraries/library-trial';
import { tryInTurn } from '../../checks/libraries/try-libraries-in-turn';
import type { Context } from '../../engine/context';
import { scratchFolder } from '../../engine/scratch';
import type { Progress } from '../../engine/step';
import { activated } from '../python/interpreter/activated';
import { trainingPrefix, trainingPython } from '../training/locate';
import { offlineTrainingEnv } from './training-env';

/** A line of work with each library of the training. */
export const workFile = path.join(__dirname, 'libraries.py');

/** Importing torch from a cold disk takes half a minute. */
const limitSeconds = 180;

/**
 * Tries libraries in the training environment, one after the other: two of them would both load torch.
 * @param as an action leaves the bytecode, with which the proof by training and the training begin in half the time; a look writes none
 * @throws UserError E_PYTHON_BROKEN where its Python does not even begin
 */
export async function tryImports(
  context: Context,
  names: readonly string[],
  progress: (progress: Progress) => void,
  as: 'look' | 'action' = 'look',
): Promise<TrialResult[]> {
  const { host } = context;
  const scratch = await scratchFolder(host, 'imports');
  const trial = {
    python: trainingPython(context) ?? '',
    work: workFile,
    limitSeconds,
    scratch,
    env: {
      ...activated(host, trainingPrefix(context) ?? ''),
      ...offlineTrainingEnv(scratch),
      PYTHONDONTWRITEBYTECODE: as === 'look' ? '1' : undefined,
    },
    environment: { name: 'the training environment', fix: '`npx just env:remote --force`' },
  };
  try {
    return await tryInTurn(context, trial, names, progress);
  } finally {
    host.files.remove(scratch);
  }
}
