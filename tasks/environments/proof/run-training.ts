import * as path from 'node:path';
import { UserError } from '../../common/errors';
import { duration } from '../../common/format';
import type { Context } from '../../engine/context';
import type { Progress } from '../../engine/step';
import { firstModelType, shapesOf } from '../../gpu/look';
import { expandTargets } from '../../gpu/memory/target-modules';
import { targetsFault } from '../../gpu/memory/targets-fault';
import { breakageIn } from '../../knowledge/conflicts';
import type { RunResult } from '../../platform/processes/processes';
import type { Settings } from '../../settings/schema/definition';
import { remoteEnvironment } from '../profile/profile';
import { loaderFault } from '../python/loader-fault';
import { trainingFix } from './fix';
import { deviceOf, runProgram, type TrainFailure } from './run-program';
import { trainingScript } from './training-script';

/** The script that does it. It lies beside this file in the package too. */
export const trainFile = path.join(__dirname, 'train.py');

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
  throw await failure(context, result, ran);
}

/** The training settings as train.py takes them: the first model's type, every target by its name. */
export function trainingOf(context: Context): Settings['training'] & { model_type: string } {
  const { training } = context.settings;
  const lora = { ...training.lora, target_modules: expandTargets(training.lora.target_modules) };
  return { ...training, lora, model_type: firstModelType(context) ?? 'llama' };
}

/** @param result absent where Python did not live to write one */
async function failure(context: Context, result: TrainFailure | undefined, { exitCode, tail, timedOut }: RunResult): Promise<UserError> {
  const error = result?.error ?? (timedOut ? `no end after ${duration(limitMs)}` : `Python ended with exit code ${exitCode}`);
  const breakage = breakageIn(`${error}\n${tail}`);
  const loader = breakage ? undefined : loaderFault(context.host, `${error}\n${tail}`);
  const stage = result ? ` at stage \`${result.stage}\`` : '';
  const said = breakage ? `${breakage.means} (${error.slice(0, 200)})` : (loader?.found ?? error.slice(0, 400));
  return new UserError({
    code: breakage?.code ?? loader?.code ?? (/out of memory/i.test(error) ? 'E_GPU_BUSY' : 'E_TRAIN'),
    found: `training five steps failed${stage}: ${said}`,
    needed: 'five steps with a loss that falls, and an adapter that gives the same logits after it is loaded',
    tail,
    fix: breakage ? trainingFix(breakage.cure, (await remoteEnvironment(context)).requirements) : (loader?.fix ?? lookFurther(context)),
  });
}

const lookFurther = (context: Context): string =>
  deviceOf(context) === 'gpu'
    ? '`npx just gpu` shows the layer that is broken'
    : '`npx just env:remote --force` builds the environment again';
