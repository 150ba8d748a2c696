import * as path from 'node:path';
import { UserError } from '../../common/errors';
import type { Context } from '../../engine/context';
import type { Progress } from '../../engine/step';
import { firstModelType, shapesOf } from '../../gpu/look';
import { expandTargets } from '../../gpu/memory/target-modules';
import { targetsFault } from '../../gpu/memory/targets-fault';
import type { Settings } from '../../settings/schema/definition';
import { deviceOf, runProgram } from './run-program';
import { trainingError } from './training-error';
import { trainingScript } from './training-script';

/** The script that does it, and what it loads from beside it. They lie beside this file in the package too. */
export const proofFiles = ['train.py', 'program.py'].map((name) => path.join(__dirname, name));
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
  versions: Record<string, string>;
}

const limitMs = 600_000;
const proofFailed = {
  code: 'E_TRAIN',
  what: 'training five steps failed',
  needed: 'five steps with a loss that falls, and an adapter that gives the same logits after it is loaded',
};

/**
 * Runs train.py in the training environment.
 * @throws UserError E_TRAIN, E_GPU_BUSY, or the code of a known breakage
 */
export async function runTraining(context: Context, progress: (progress: Progress) => void): Promise<TrainResult> {
  const wrong = targetsFault(await shapesOf(context), context.settings.training.lora.target_modules);
  if (wrong) throw new UserError(wrong);
  const script = trainingScript(context);
  const { result, ran } = await runProgram<TrainResult>(
    context,
    trainFile,
    (folder) => ({ folder, script, device: deviceOf(context), ...trainingOf(context) }),
    {
      timeoutMs: limitMs,
      onLine: (line) => {
        const stage = /^stage: (.*)$/.exec(line)?.[1];
        if (stage) progress({ text: stage });
      },
    },
  );
  if (result?.ok) return result;
  throw await trainingError(context, { result, ran }, proofFailed);
}

/** The training settings as train.py takes them: the first model's type, every target by its name. */
export function trainingOf(context: Context): Settings['training'] & { model_type: string } {
  const { training } = context.settings;
  const lora = { ...training.lora, target_modules: expandTargets(training.lora.target_modules) };
  return { ...training, lora, model_type: firstModelType(context) ?? 'llama' };
}
