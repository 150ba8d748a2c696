import * as path from 'node:path';
import { environmentFor } from '../conda/pip';
import type { Context } from '../core/context';
import { faultOf, Interrupted, UserError } from '../core/errors';
import { sha256 } from '../core/hash';
import { changedInputs, forget, type Inputs, recall, remember } from '../core/state';
import type { Finding, Progress, Step } from '../core/step';
import { bytes, duration } from '../core/text';
import { machineOf } from '../gpu/machine';
import { gpuIsOptional } from '../gpu/steps';
import { breakageIn } from '../versions/conflicts';
import { trainingPrefix, trainingPython } from './python';
import { quiet } from './quiet';
import { script, stateOfEnvironment } from './state-of-environment';

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

const name = 'train';
const limitMs = 600_000;

/**
 * The proof: five LoRA steps on a tiny model with the project's own settings, in the environment itself. It is
 * remembered with what it rests on (environment, driver, settings), and made again when one of them changed.
 */
export const trainStep: Step = {
  name,
  title: 'Train five steps',
  async check(context, depth) {
    const now = inputsOf(context);
    if (!now) return { state: 'todo', found: 'the training environment is not there yet', fix: '`npx just conda`' };
    const proof = recall(context, name);
    const changed = changedInputs(proof?.inputs, now);
    if (proof && changed.length === 0 && !(depth === 'full' && context.forced(name)))
      return { state: 'done', found: proof.found, ...(proof.data ? { data: proof.data } : {}) };
    if (depth === 'full') return proveNow(context);
    return proof
      ? { state: 'todo', found: 'proven before, but something changed', changed }
      : { state: 'todo', found: 'not proven on this machine yet' };
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
  const environment = stateOfEnvironment(context);
  if (!environment) return undefined;
  const { lora, quantization, arguments: run } = context.settings.training;
  return {
    ...environment,
    driver: machineOf(context.host).kernelModule ?? 'none',
    device: deviceOf(context),
    CUDA_VISIBLE_DEVICES: context.host.env.CUDA_VISIBLE_DEVICES ?? 'not set',
    'training settings': sha256(JSON.stringify([lora, quantization, run.batch_size])),
    proof: script(context, 'train.py').hash,
  };
}

/** The GPU has to take part unless it is optional; `--no-gpu` leaves it out, the setting takes it where it works. */
const deviceOf = (context: Context): 'gpu' | 'cpu' | 'any' =>
  context.option('no-gpu') !== undefined ? 'cpu' : gpuIsOptional(context) ? 'any' : 'gpu';

/** @throws UserError E_TRAIN, or the code of a known breakage */
async function prove(context: Context, progress: (progress: Progress) => void): Promise<{ found: string; data: Record<string, unknown> }> {
  forget(context, name);
  const before = inputsOf(context);
  const result = await train(context, progress);
  const { ok: _, ...data } = result;
  const found = sentence(result);
  if (before) remember(context, name, { inputs: before, found, data });
  return { found, data };
}

async function proveNow(context: Context): Promise<Finding> {
  try {
    const { found, data } = await prove(context, () => undefined);
    return { state: 'done', found, data };
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    const { code, found, needed = 'an environment that trains', fix, tail } = faultOf(error);
    return { state: 'blocked', code, found, needed, fix, ...(tail ? { data: { tail } } : {}) };
  }
}

async function train(context: Context, progress: (progress: Progress) => void): Promise<TrainResult> {
  const { host, settings } = context;
  const python = trainingPython(context) ?? '';
  const folder = host.files.temporaryFolder('just-lora-train-');
  const [input, output] = [path.join(folder, 'settings.json'), path.join(folder, 'result.json')];
  const device = deviceOf(context);
  const visible = host.env.CUDA_VISIBLE_DEVICES;
  try {
    host.files.writeText(input, JSON.stringify({ folder, device, ...settings.training }));
    const { exitCode, tail, timedOut } = await host.processes.run(python, ['-B', script(context, 'train.py').file, input, output], {
      cwd: folder,
      env: {
        ...environmentFor(context, trainingPrefix(context) ?? ''),
        ...quiet(folder),
        // One card: several would be wrapped in DataParallel, which 4-bit weights do not survive.
        CUDA_VISIBLE_DEVICES: device === 'cpu' ? '' : visible === undefined ? '0' : (visible.split(',')[0] ?? ''),
      },
      timeoutMs: limitMs,
      onLine: (line) => {
        const stage = /^stage: (.*)$/.exec(line)?.[1];
        if (stage) progress({ text: stage });
      },
    });
    const result = resultIn(host.files.readText(output));
    if (result?.ok) return result;
    throw failure(context, result, exitCode, tail, timedOut);
  } finally {
    host.files.remove(folder);
  }
}

function resultIn(text: string | undefined): TrainResult | { ok: false; stage: string; error: string } | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as TrainResult);
  } catch {
    return undefined;
  }
}

function failure(
  context: Context,
  result: { ok: false; stage: string; error: string } | undefined,
  exitCode: number,
  tail: string,
  timedOut: boolean,
): UserError {
  const error = result?.error ?? (timedOut ? `no end after ${duration(limitMs)}` : `Python ended with exit code ${exitCode}`);
  const breakage = breakageIn(`${error}\n${tail}`);
  const stage = result ? ` at stage \`${result.stage}\`` : '';
  const out = /out of memory/i.test(error);
  return new UserError({
    code: breakage?.code ?? (out ? 'E_GPU_BUSY' : 'E_TRAIN'),
    found: `training five steps failed${stage}: ${breakage ? `${breakage.means} (${error.slice(0, 200)})` : error.slice(0, 400)}`,
    needed: 'five steps with a loss that falls, and an adapter that gives the same logits after it is loaded',
    tail,
    fix: breakage
      ? breakage.cure.startsWith('remote.')
        ? `\`npx just conda --set ${breakage.cure}\``
        : `\`npx just conda\`; where the environment file was edited, add \`${breakage.cure}\``
      : deviceOf(context) === 'gpu'
        ? '`npx just gpu` shows the layer that is broken'
        : '`npx just conda --force` builds the environment again',
  });
}

function sentence({ device, precision, losses, secondsPerStep, peakMemoryBytes, logitsDifference }: TrainResult): string {
  const [first = 0, last = 0] = [losses[0], losses.at(-1)];
  return `${losses.length} steps on ${device} in ${precision}: loss ${first.toFixed(2)} → ${last.toFixed(2)}, ${secondsPerStep.toFixed(2)} s a step, ${bytes(peakMemoryBytes)} at most; the adapter gives the same logits after loading (${logitsDifference === 0 ? 'no difference' : `within ${logitsDifference.toExponential(1)}`})`;
}
