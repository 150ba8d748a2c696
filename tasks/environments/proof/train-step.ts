import { readCachedFinding } from '../../checks/cached-step';
import { faultOf, Interrupted } from '../../common/errors';
import { bytes } from '../../common/format';
import { sha256 } from '../../common/hash';
import type { Context } from '../../engine/context';
import { deleteProof, type Inputs, writeProof } from '../../engine/state';
import type { Finding, Progress, Step } from '../../engine/step';
import { machineOf } from '../../gpu/driver/machine';
import { environmentFingerprint } from '../training/fingerprint';
import { deviceOf } from './run-program';
import { proofFiles, runTraining, type TrainResult, trainingOf } from './run-training';
import { hashOfScript } from './training-script';

const name = 'train';

/**
 * The proof: five LoRA steps on a tiny model with the project's own settings, in the environment itself. It is
 * remembered with what it rests on (environment, driver, settings), and made again when one of them changed. A full
 * look trusts it too, unless the step is forced: it takes long, and it proves a state that is told apart by its inputs.
 */
export const trainStep: Step = {
  name,
  title: 'Train five steps',
  async check(context, depth) {
    const now = inputsOf(context);
    if (!now) return { state: 'todo', found: 'the training environment is not there yet', fix: '`npx just env:remote`' };
    const before = readCachedFinding(context, name, now);
    if (before?.state === 'done' && !(depth === 'full' && context.forced(name))) return before;
    if (depth === 'full') return proveNow(context);
    return before ?? { state: 'todo', found: 'not proven on this machine yet' };
  },
  plan: async () => [
    {
      title: 'train five LoRA steps on a tiny model, save the adapter and load it again',
      run: async (context, progress) => void (await prove(context, progress)),
    },
  ],
};

/** All that a proof rests on. */
function inputsOf(context: Context): Inputs | undefined {
  const environment = environmentFingerprint(context);
  if (!environment) return undefined;
  const { lora, quantization, attention, model_type, arguments: run } = trainingOf(context);
  return {
    ...environment,
    driver: machineOf(context.host).kernelModule ?? 'none',
    device: deviceOf(context),
    CUDA_VISIBLE_DEVICES: context.host.env.CUDA_VISIBLE_DEVICES ?? 'not set',
    'training settings': sha256(JSON.stringify([lora, quantization, attention, model_type, run.batch_size])),
    proof: sha256(proofFiles.map((file) => context.host.files.readText(file) ?? '').join('\0')),
    'training script': hashOfScript(context),
  };
}

/** @throws UserError of run-training.ts */
async function prove(context: Context, progress: (progress: Progress) => void): Promise<{ found: string; data: Record<string, unknown> }> {
  deleteProof(context, name);
  const before = inputsOf(context);
  const result = await runTraining(context, progress);
  const { ok: _, ...data } = result;
  const found = sentence(result);
  if (before) writeProof(context, name, { inputs: before, found, data });
  return { found, data };
}

async function proveNow(context: Context): Promise<Finding> {
  try {
    const { found, data } = await prove(context, () => undefined);
    return { state: 'done', found, data };
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    const { code, found, needed = 'an environment that trains', fix, tail } = faultOf(error);
    return { state: 'blocked', code, found, needed, fix, ...(tail ? { tail } : {}) };
  }
}

function sentence({ device, precision, losses, secondsPerStep, peakMemoryBytes, logitsDifference }: TrainResult): string {
  const [first = 0, last = 0] = [losses[0], losses.at(-1)];
  const same = logitsDifference === 0 ? 'no difference' : `within ${logitsDifference.toExponential(1)}`;
  return [
    `${losses.length} steps on ${device} in ${precision}: loss ${first.toFixed(2)} → ${last.toFixed(2)}, ${secondsPerStep.toFixed(2)} s a step, ${bytes(peakMemoryBytes)} at most`,
    `the adapter gives the same logits after loading (${same})`,
  ].join('; ');
}
