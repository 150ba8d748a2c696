import * as path from 'node:path';
import type { Context } from '../../engine/context';
import { gpuIsOptional } from '../../gpu/driver/optional';
import { driverAnswers } from '../../gpu/driver/query-driver';
import { cardVariables } from '../../gpu/driver/select-cards';
import { usableCards } from '../../gpu/look';
import type { RunResult } from '../../platform/processes/processes';
import { fieldsOf } from '../../untrusted/json';
import { activated } from '../python/interpreter/activated';
import { trainingPrefix, trainingPython } from '../training/locate';
import { offlineTrainingEnv } from './training-env';

/** What a training program writes when a stage failed. */
export interface TrainFailure {
  ok: false;
  stage: string;
  error: string;
}

/** What came of a training program: its own result where it lived to write one, and how it ended. */
export interface ProgramEnd<Result> {
  result: Result | TrainFailure | undefined;
  ran: RunResult;
}

/** How a training program is run. */
interface ProgramOptions {
  /** Milliseconds; without one it may take as long as it takes. */
  timeoutMs?: number;
  /** Variables besides. */
  env?: Readonly<Record<string, string>>;
  onLine?: (line: string) => void;
  /** A signal that is for the program. */
  handsOn?: NodeJS.Signals;
}

/** The GPU has to take part unless it is optional; `--no-gpu` leaves it out, the setting takes it where it works. */
export const deviceOf = (context: Context): 'gpu' | 'cpu' | 'any' =>
  context.option('no-gpu') !== undefined ? 'cpu' : gpuIsOptional(context) ? 'any' : 'gpu';

/**
 * Runs a program that trains in the training environment, offline, with one card, in a scratch folder that is its home: it reads its
 * job from a JSON file and writes its result to another, since the libraries write what they like on stdout.
 * @param job made with the scratch folder
 */
export async function runProgram<Result extends { ok: true }>(
  context: Context,
  program: string,
  job: (scratch: string) => object,
  { timeoutMs, env = {}, onLine, handsOn }: ProgramOptions,
): Promise<ProgramEnd<Result>> {
  const { host } = context;
  const card = await oneCard(context);
  const folder = host.files.temporaryFolder('just-lora-train-');
  const [input, output] = [path.join(folder, 'settings.json'), path.join(folder, 'result.json')];
  try {
    host.files.writeText(input, JSON.stringify(job(folder)));
    const ran = await host.processes.run(trainingPython(context) ?? '', ['-B', program, input, output], {
      cwd: folder,
      env: { ...activated(host, trainingPrefix(context) ?? ''), ...offlineTrainingEnv(folder), ...card, ...env },
      keep: 'end',
      // It would go on writing where we are gone.
      guarded: true,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(onLine ? { onLine } : {}),
      ...(handsOn ? { handsOn } : {}),
    });
    return { result: fieldsOf(host.files.readJson(output)) as Result | TrainFailure | undefined, ran };
  } finally {
    host.files.remove(folder);
  }
}

/**
 * The first card that passes every look at the driver, by its UUID. One alone: several would be wrapped in DataParallel,
 * which 4-bit weights do not survive.
 */
async function oneCard(context: Context): Promise<Record<string, string>> {
  if (deviceOf(context) === 'cpu') return { CUDA_VISIBLE_DEVICES: '' };
  const visible = context.host.env.CUDA_VISIBLE_DEVICES;
  const [first] = await usableCards(context, await driverAnswers(context));
  const { CUDA_VISIBLE_DEVICES: ids } = first ? cardVariables([first], visible) : { CUDA_VISIBLE_DEVICES: visible ?? '0' };
  return { CUDA_DEVICE_ORDER: 'PCI_BUS_ID', CUDA_VISIBLE_DEVICES: ids.split(',')[0] ?? '' };
}
