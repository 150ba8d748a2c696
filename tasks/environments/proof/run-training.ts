import * as path from 'node:path';
import type { Context } from '../../engine/context';
import type { Progress } from '../../engine/step';
import { firstModelType } from '../../gpu/look';
import { expandTargets } from '../../gpu/memory/target-modules';
import type { Settings } from '../../settings/schema/definition';
import { deviceOf } from './device';
import type { Placement } from './placement';
import { runProgram } from './run-program';
import { type Failed, trainingError } from './training-error';
import { trainingScript } from './training-script';

/** The script that does it, and what it loads from beside it. They lie beside this file in the package too. */
export const proofFiles = ['train.py', 'program.py', 'ranks.py'].map((name) => path.join(__dirname, name));
export const [trainFile = ''] = proofFiles;

/** What train.py writes when all went well. */
export interface TrainResult {
  ok: true;
  device: string;
  precision: string;
  targets: string[];
  losses: number[];
  secondsPerStep: number;
  peakMemoryBytes: number;
  adapterBytes: number;
  logitsDifference: number;
  /** How far the weights are from those of the reference, as a share of them; and how far they may be. */
  distance?: number;
  allowedDistance?: number;
  versions: Record<string, string>;
}

const limitMs = 600_000;
const proofFailed = {
  code: 'E_TRAIN',
  what: 'training five steps failed',
  needed: 'five steps with a loss that falls, and an adapter that gives the same logits after it is loaded',
};

/** One run of train.py. */
interface TrainingRun {
  /** An empty folder for the model, the rows and the adapter. */
  folder: string;
  on: Placement;
  /** Whose rows a step has: so many processes', whether they are there or one does it all in turn. */
  processes: number;
  /** The folder of the run over the same rows in one process: the adapter has to be the same. */
  reference?: string;
  /** What it is called where it fails. */
  failed?: Failed;
}

/**
 * Runs train.py in the training environment.
 * @throws UserError E_TRAIN or the code of `failed`, E_GPU_BUSY, or the code of a known breakage
 */
export async function runTraining(
  context: Context,
  { folder, on, processes, reference, failed = proofFailed }: TrainingRun,
  progress: (progress: Progress) => void,
): Promise<TrainResult> {
  const script = trainingScript(context);
  const job = {
    folder,
    script,
    device: deviceOf(context),
    ...trainingOf(context),
    processes,
    ...(reference === undefined ? {} : { reference }),
  };
  const ended = await runProgram<TrainResult>(context, trainFile, () => job, {
    on,
    timeoutMs: limitMs,
    onLine: (line) => {
      const stage = /^stage: (.*)$/.exec(line)?.[1];
      if (stage) progress({ text: stage });
    },
  });
  if (ended.result?.ok) return ended.result;
  throw await trainingError(context, ended, failed);
}

/** The training settings as train.py takes them: the first model's type, every target by its name. */
export function trainingOf(context: Context): Settings['training'] & { model_type: string } {
  const { training } = context.settings;
  const lora = { ...training.lora, target_modules: expandTargets(training.lora.target_modules) };
  return { ...training, lora, model_type: firstModelType(context) ?? 'llama' };
}
