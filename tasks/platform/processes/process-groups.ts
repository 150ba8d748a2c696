import * as fs from 'node:fs';
import { codeOf } from '../../common/errors';
import { childEnvironment } from './child-environment';

/**
 * Ends a group that is at work for too long, or says too much: politely, after two seconds for good, and after one more
 * it is given up, since a process that waits for a broken device cannot be ended at all.
 * @param timeoutMs where it is a promise, they count from when they are known
 */
export function killTimer(group: number | undefined, timeoutMs: number | Promise<number> | undefined, quietMs?: number) {
  let [reachedMs, ended, isOver]: [number | undefined, boolean, boolean] = [undefined, false, false];
  let giveUp: () => void = () => undefined;
  const timers: NodeJS.Timeout[] = [];
  const givenUp = new Promise<undefined>((resolve) => {
    giveUp = () => resolve(undefined);
  });
  const end = () => {
    if (!group || ended) return;
    ended = true;
    killGroup(group, 'SIGTERM');
    timers.push(
      setTimeout(() => killGroup(group, 'SIGKILL'), 2000),
      setTimeout(() => giveUp(), 3000),
    );
  };
  const after = (ms: number) => {
    const timer = setTimeout(() => {
      reachedMs = ms;
      end();
    }, ms);
    timers.push(timer);
    return timer;
  };
  if (timeoutMs instanceof Promise) void timeoutMs.then((ms) => group && !isOver && after(ms));
  else if (group && timeoutMs) after(timeoutMs);
  const quiet = group && quietMs ? after(quietMs) : undefined;
  return {
    givenUp,
    end,
    heard: () => void quiet?.refresh(),
    /** The limit that ended it; `undefined` where none did. */
    reachedMs: () => reachedMs,
    clear() {
      isOver = true;
      timers.forEach(clearTimeout);
    },
  };
}

/** Sends a signal to a whole process group; a group that is gone is no error. */
export const killGroup = (group: number, signal: NodeJS.Signals): void => sendSignal(process.platform === 'win32' ? group : -group, signal);

/** Sends a signal to a process, or to a group where the number is below 0; one that is gone is no error. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself in between.
  }
}

/** Whether a process has this number, also where a system hides it from other users. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}

/**
 * When a process started, as text that no later process with the same number has; `undefined` where
 * there is no such process. Linux: field 22 of proc(5) `stat`. Elsewhere: `ps -o lstart`.
 */
export async function processStartTime(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    const fields = fieldsOf(pid);
    return fields === undefined || fields[0] === 'Z' ? undefined : fields[19];
  }
  return (await ps('-o', 'lstart=', '-p', String(pid))).trim() || undefined;
}

/** Fields of proc(5) `stat` from the third one on: behind the name, in which anything may stand. */
function fieldsOf(pid: number): string[] | undefined {
  try {
    return fs
      .readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
  } catch {
    return undefined;
  }
}

async function ps(...args: readonly string[]): Promise<string> {
  const { execa } = await import('execa');
  const { stdout } = await execa('ps', args, { reject: false, env: childEnvironment('plain', process.env), extendEnv: false });
  return stdout ?? '';
}

/** The numbers of this process and all above it, and of the groups that they are in: never to be ended. */
export async function lineage(): Promise<ReadonlySet<number>> {
  const own = new Set([process.pid, process.ppid]);
  if (process.platform === 'win32') return own;
  const table = process.platform === 'linux' ? undefined : tableOf(await ps('-A', '-o', 'pid=,ppid=,pgid='));
  const above = (pid: number) => (table ? table.get(pid) : fieldsOf(pid)?.slice(1, 3).map(Number));
  for (let pid = process.pid, turns = 0; pid > 0 && turns < 1000; turns++) {
    const [parent = 0, group = pid] = above(pid) ?? [];
    for (const each of [pid, group]) own.add(each);
    pid = parent;
  }
  return own;
}

const tableOf = (text: string): Map<number, number[]> =>
  new Map(
    text
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/).map(Number))
      .map(([pid = 0, ...above]) => [pid, above]),
  );
