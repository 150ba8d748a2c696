import type { Context } from '../core/context';
import { UserError } from '../core/errors';
import { sha256 } from '../core/hash';
import { changedInputs, forget, type Inputs, recall, remember } from '../core/state';
import type { Finding, Step } from '../core/step';
import { lookAtGpu } from './look';
import { machineOf } from './machine';
import { dataOf, sentence, tableOf } from './report';
import { trainingPython } from './training-python';

/** A machine without a usable GPU is all right: `--no-gpu`, or `remote.gpu: optional`. */
export const gpuIsOptional = (context: Context): boolean =>
  context.option('no-gpu') !== undefined || context.settings.setup.remote.gpu === 'optional';

export interface GpuStepOptions {
  /** The root of the file system. */
  root?: string;
  /** Not a part of a setup: without an environment the driver half is all there is to say. */
  alone?: boolean;
}

const proof = 'gpu';

/** What needs no environment: fails before gigabytes are fetched for a machine that cannot use them. */
export function gpuDriverStep({ root = '/' }: GpuStepOptions = {}): Step {
  return {
    name: 'gpu-driver',
    title: 'Look at the GPU and its driver',
    async check(context, depth) {
      const before = recall(context, proof);
      const proven = before && depth === 'quick' && changedInputs(before.inputs, inputsOf(context, root)).length === 0;
      // All of the chain was proven on this machine since it was started: no need to ask the driver again.
      return proven ? { state: 'done', found: before.found } : findingOf(context, 'driver', { root, alone: true });
    },
  };
}

/** The whole chain, up to a 4-bit product and the memory of the training. A quick look trusts the last proof. */
export function gpuStep({ root = '/', alone = false }: GpuStepOptions = {}): Step {
  return {
    name: 'gpu',
    title: 'Prove that the environment trains on the GPU',
    async check(context, depth) {
      if (depth === 'full' || alone || gpuIsOptional(context)) return findingOf(context, 'all', { root, alone });
      if (!trainingPython(context)) return { state: 'todo', found: 'the training environment is not there yet' };
      const before = recall(context, proof);
      if (!before) return { state: 'todo', found: 'not proven on this machine yet' };
      const changed = changedInputs(before.inputs, inputsOf(context, root));
      return changed.length > 0
        ? { state: 'todo', found: 'proven before, but something changed', changed }
        : { state: 'done', found: before.found };
    },
    ...(alone
      ? {}
      : {
          plan: async () => [
            {
              title: 'prove the GPU: torch, a product of matrices, 4 bits, memory',
              async run(context: Context) {
                forget(context, proof);
                const finding = await findingOf(context, 'all', { root });
                if (finding.state === 'blocked') throw new UserError(finding);
                if (finding.state === 'done') remember(context, proof, { inputs: inputsOf(context, root), found: finding.found });
              },
            },
          ],
        }),
  };
}

async function findingOf(context: Context, half: 'driver' | 'all', { root, alone }: GpuStepOptions): Promise<Finding> {
  const look = await lookAtGpu(context, half, root);
  const shown = { table: tableOf(context, look), data: dataOf(look) };
  const { broken, warnings, complete } = look;
  if (broken) {
    const { code, found, needed, fix } = broken;
    if (!gpuIsOptional(context)) return { state: 'blocked', code, found, needed, fix, ...shown };
    return { state: 'done', found: `no usable GPU, and none is asked for: ${found} (${code})`, ...shown };
  }
  const found = sentence(look);
  if (!complete && !alone) return { state: 'todo', found: `${found}; the training environment is not there yet`, ...shown };
  const all = complete ? warnings : [...warnings, 'torch was not asked: there is no training environment yet, `npx just conda` makes it'];
  return { state: 'done', found, ...(all.length > 0 ? { warning: all.join('; ') } : {}), ...shown };
}

/** What a proof of the whole chain rests on. A restart counts: cards and drivers come back different. */
function inputsOf(context: Context, root: string): Inputs {
  const { host, settings } = context;
  const machine = machineOf(host, root);
  const python = trainingPython(context);
  const prefix = python?.replace(/[\\/][^\\/]+[\\/][^\\/]+$/, '') ?? '';
  const packages = python
    ? host.files
        .list(`${prefix}/lib`)
        .filter((name) => name.startsWith('python3'))
        .flatMap((name) => host.files.list(`${prefix}/lib/${name}/site-packages`))
        .filter((name) => /\.dist-info$/.test(name))
    : [];
  return {
    driver: machine.kernelModule ?? 'none',
    cards: machine.nvidia.join(' '),
    CUDA_VISIBLE_DEVICES: host.env.CUDA_VISIBLE_DEVICES ?? 'not set',
    'time of the start': bootOf(context),
    environment: python ?? 'none',
    packages: sha256(packages.join('\n')),
    'training settings': sha256(JSON.stringify([settings.training, settings.setup.models])),
  };
}

function bootOf({ host }: Context): string {
  try {
    return host.files.readText('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
  } catch {
    return '';
  }
}
