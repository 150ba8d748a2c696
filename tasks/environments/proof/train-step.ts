import { readCachedFinding } from '../../checks/cached-step';
import { faultOf, Interrupted } from '../../common/errors';
import { sha256 } from '../../common/hash';
import type { Context } from '../../engine/context';
import { deleteProof, type Inputs, writeProof } from '../../engine/state';
import type { Finding, Progress, Step } from '../../engine/step';
import { machineOf } from '../../gpu/driver/machine';
import { environmentFingerprint } from '../training/fingerprint';
import { deviceOf } from './device';
import { proofText } from './proof-text';
import { proveTraining } from './prove-training';
import { proofFiles, trainingOf } from './run-training';
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
    if (before?.state === 'done' && !(depth === 'full' && context.forced(name))) return withWarning(before, before.data?.['warning']);
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
  const { lora, quantization, attention, model_type, processes, arguments: run } = trainingOf(context);
  const { kernelModule = 'none', nvidia } = machineOf(context.host);
  return {
    ...environment,
    driver: kernelModule,
    // Each is proven by itself.
    cards: nvidia.join(' '),
    device: deviceOf(context),
    CUDA_VISIBLE_DEVICES: context.host.env.CUDA_VISIBLE_DEVICES ?? 'not set',
    'training settings': sha256(JSON.stringify([lora, quantization, attention, model_type, run.batch_size, processes])),
    proof: sha256(proofFiles.map((file) => context.host.files.readText(file) ?? '').join('\0')),
    'training script': hashOfScript(context),
  };
}

/** @throws UserError of prove-training.ts */
async function prove(context: Context, progress: (progress: Progress) => void): Promise<{ found: string; data: Record<string, unknown> }> {
  deleteProof(context, name);
  const before = inputsOf(context);
  const proof = await proveTraining(context, progress);
  const { ok: _, ...data } = proof;
  const found = proofText(proof);
  if (before) writeProof(context, name, { inputs: before, found, data });
  return { found, data };
}

async function proveNow(context: Context): Promise<Finding> {
  try {
    const { found, data } = await prove(context, () => undefined);
    return withWarning({ state: 'done', found, data }, data['warning']);
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    const { code, found, needed = 'an environment that trains', fix, tail } = faultOf(error);
    return { state: 'blocked', code, found, needed, fix, ...(tail ? { tail } : {}) };
  }
}

/** What of several cards is wrong though the training does without. */
const withWarning = (finding: Finding & { state: 'done' }, warning: unknown): Finding =>
  typeof warning === 'string' ? { ...finding, warning } : finding;
