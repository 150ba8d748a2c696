import * as path from 'node:path';
import type { Context } from '../../engine/context';
import { scratchFolder } from '../../engine/scratch';
import type { RunResult } from '../../platform/processes/run';
import { fieldsOf } from '../../untrusted/json';
import { activated } from '../python/interpreter/activated';
import { trainingPrefix, trainingPython } from '../training/locate';
import { cardName, type Placement, placementVariables } from './placement';
import { offlineTrainingEnv } from './training-env';

/** What a training program writes when a stage failed. */
export interface TrainFailure {
  ok: false;
  stage: string;
  error: string;
  /** Which of several processes failed first. */
  rank?: number;
}

/** Starts a program in several processes. It lies beside this file in the package too. */
const ranksFile = path.join(__dirname, 'ranks.py');

/** What torchrun and others set: where a person has them set, one process would wait for the others. */
const noRanks = Object.fromEntries(['RANK', 'LOCAL_RANK', 'WORLD_SIZE', 'MASTER_ADDR', 'MASTER_PORT'].map((name) => [name, undefined]));

/** What came of a training program: its own result where it lived to write one, and how it ended. */
export interface ProgramEnd<Result> {
  result: Result | TrainFailure | undefined;
  ran: RunResult;
  /** The cards of the processes, by name, in their order. */
  cards: readonly string[];
}

/** How a training program is run. */
interface ProgramOptions {
  /** Where it runs: on one card where it is left out. */
  on?: Placement;
  /** Milliseconds; without one it may take as long as it takes. */
  timeoutMs?: number;
  /** Variables besides. */
  env?: Readonly<Record<string, string>>;
  onLine?: (line: string) => void;
  /** A signal that is for the program. */
  handsOn?: NodeJS.Signals;
}

/**
 * Runs a program that trains in the training environment, offline, in a scratch folder that is its home: it reads its job from a JSON
 * file and writes its result to another, since the libraries write what they like on stdout.
 * @param job made with the scratch folder
 */
export async function runProgram<Result extends { ok: true }>(
  context: Context,
  program: string,
  job: (scratch: string) => object,
  { on = { cards: [], processes: 1 }, timeoutMs, env = {}, onLine, handsOn }: ProgramOptions,
): Promise<ProgramEnd<Result>> {
  const { host } = context;
  const cards = await placementVariables(context, on);
  const folder = await scratchFolder(host, 'train');
  const [input, output] = [path.join(folder, 'settings.json'), path.join(folder, 'result.json')];
  try {
    host.files.writeText(input, JSON.stringify(job(folder)));
    const args = on.processes > 1 ? [ranksFile, input, output, program, String(on.processes)] : [program, input, output];
    const ran = await host.processes.run(trainingPython(context) ?? '', ['-B', ...args], {
      cwd: folder,
      env: { ...activated(host, trainingPrefix(context) ?? ''), ...offlineTrainingEnv(folder), ...noRanks, ...cards, ...env },
      keep: 'end',
      // It would go on writing where we are gone.
      guarded: true,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(onLine ? { onLine } : {}),
      ...(handsOn ? { handsOn } : {}),
    });
    return { result: fieldsOf(host.files.readJson(output)) as Result | TrainFailure | undefined, ran, cards: on.cards.map(cardName) };
  } finally {
    host.files.remove(folder);
  }
}
