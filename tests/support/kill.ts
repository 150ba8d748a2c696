import { type Ended, startJust } from './project';

/** How many times a test kills: all of them, or with `KILLS=10` so many at most. Each run of the tests has other moments. */
export const killsOf = (all: number): number => Math.min(all, Number(process.env['KILLS'] ?? all));

export interface KillTrial {
  project: string;
  args: readonly string[];
  env: Record<string, string | undefined>;
  /** How many moments: one of chance in each of as many parts of the time that a run to the end takes. */
  moments: number;
  /** Brings the project into the state that each run starts from; called with the number of the moment. */
  prepare(moment: number): void | Promise<void>;
  /** After a kill: throws where something reads as done that is not. */
  inspect(moment: number): Promise<void>;
  /** After the run that follows: throws where it did not reach the end. */
  settled(ended: Ended, moment: number): void | Promise<void>;
}

/** What became of the runs: how many the signal reached before they were through. */
export interface KillCount {
  killed: number;
  finished: number;
}

/**
 * Kills a run with SIGKILL at many moments, each time looks at what reads as done, and lets the next run reach
 * the end. Only the process itself is killed, as the kernel would in want of memory: what it started lives on.
 */
export async function killAtMoments({ project, args, env, moments, prepare, inspect, settled }: KillTrial): Promise<KillCount> {
  let wholeMs = Number.POSITIVE_INFINITY;
  // Twice: the first run of all is slower than those that follow.
  for (const _ of [1, 2]) {
    await prepare(-1);
    const begun = performance.now();
    await startJust(project, args, env).ended;
    wholeMs = Math.min(wholeMs, performance.now() - begun);
  }
  const count: KillCount = { killed: 0, finished: 0 };
  for (let moment = 0; moment < moments; moment++) {
    await prepare(moment);
    const { child, ended } = startJust(project, args, env);
    // Node and the settings take the first fifth, in which nothing happens to the machine.
    const timer = setTimeout(() => child.kill('SIGKILL'), wholeMs * (0.2 + (0.8 * (moment + Math.random())) / moments));
    const begun = performance.now();
    const { signal } = await ended;
    clearTimeout(timer);
    if (signal !== 'SIGKILL') wholeMs = Math.min(wholeMs, performance.now() - begun);
    count[signal === 'SIGKILL' ? 'killed' : 'finished']++;
    await inspect(moment);
    await settled(await startJust(project, [...args, '--json'], env).ended, moment);
  }
  return count;
}
