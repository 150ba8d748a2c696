import * as path from 'node:path';
import type { Context } from '../../engine/context';
import { activated } from '../../environments/python/interpreter/activated';
import { fieldsOf, tryParse } from '../../untrusted/json';
import type { CardVariables } from '../driver/select-cards';

/** One line of probe.py. */
export interface ProbeLine {
  layer: 'torch' | 'architecture' | 'matmul' | 'bitsandbytes' | 'memory';
  state: 'start' | 'ok' | 'broken';
  /** Why it is broken: `error` is anything that Python threw. */
  kind?: 'error' | 'cpu' | 'rocm' | 'unavailable' | 'wrong';
  text?: string;
  trace?: string;
  version?: string;
  file?: string | null;
  /** It is none of the environment's. */
  outside?: boolean;
  cuda?: string | null;
  architectures?: string;
  warnings?: string[];
  devices?: { index: number; name?: string; capability?: string; freeBytes?: number; totalBytes?: number }[];
}

/** Seconds for each layer. Importing torch from a cold disk takes half a minute, the first kernel of a card too. */
export const probeLimits = { torch: 120, architecture: 30, matmul: 60, bitsandbytes: 90, memory: 20 } as const;

/** What probe.py printed, and how it ended. */
export interface ProbeAnswers {
  lines: ProbeLine[];
  exitCode: number;
  timedOut: boolean;
  tail: string;
  /** Layers that were left out on purpose. */
  skipped: readonly string[];
}

/** What probe.py is asked to look at. */
export interface ProbeRequest {
  python: string;
  /** The folder of the environment. */
  prefix: string;
  /** Torch's names of the types that are multiplied. */
  types: readonly string[];
  quant: string;
  /** Layers to leave out. */
  skip: readonly string[];
  /** Which of torch's devices are tried; all where it is left out. */
  devices?: readonly number[];
  /** The cards in the order that torch is to count them; `nvidia-smi`'s where it is left out. */
  order?: CardVariables | undefined;
  limits?: Partial<Record<keyof typeof probeLimits, number>>;
}

/** Runs probe.py with the environment's own Python. */
export async function queryTorch({ host, root }: Pick<Context, 'host' | 'root'>, request: ProbeRequest): Promise<ProbeAnswers> {
  const limits = { ...probeLimits, ...request.limits };
  const { stdout, exitCode, timedOut, tail } = await host.processes.run(
    request.python,
    [
      path.join(__dirname, 'probe.py'),
      JSON.stringify({ types: request.types, quant: request.quant, skip: request.skip, devices: request.devices, limits }),
    ],
    {
      cwd: root,
      env: {
        ...activated(host, request.prefix),
        // A person's training would import from there too, and is told that it does.
        PYTHONPATH: host.env.PYTHONPATH,
        // Numbers as nvidia-smi counts them.
        ...(request.order ?? { CUDA_DEVICE_ORDER: 'PCI_BUS_ID' }),
      },
      timeoutMs: (Object.values(limits).reduce((sum, limit) => sum + limit, 0) + 30) * 1000,
    },
  );
  return { lines: linesOf(stdout), exitCode, timedOut, tail, skipped: request.skip };
}

function linesOf(stdout: string): ProbeLine[] {
  return stdout.split('\n').flatMap((line) => {
    const parsed = fieldsOf(tryParse(line));
    return typeof parsed?.layer === 'string' ? [parsed as unknown as ProbeLine] : [];
  });
}
