import * as fs from 'node:fs';
import { childEnvironment } from './child-environment';

/**
 * Ends a group that is at work for too long, or says too much: politely, after two seconds for good, and after one more
 * it is given up, since a process that waits for a broken device cannot be ended at all.
 */
export function limitOf(group: number | undefined, timeoutMs: number | undefined) {
  let [reached, ended] = [false, false];
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
  if (group && timeoutMs)
    timers.push(
      setTimeout(() => {
        reached = true;
        end();
      }, timeoutMs),
    );
  return { givenUp, end, reached: () => reached, clear: () => timers.forEach(clearTimeout) };
}

/** Sends a signal to a whole process group; a group that is gone is no error. */
export function killGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(process.platform === 'win32' ? group : -group, signal);
  } catch {
    // It ended by itself in between.
  }
}

/** Whether a process has this number, also where a system hides it from other users. */
export function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/**
 * When a process started, as text that no later process with the same number has; `undefined` where
 * there is no such process. Linux: field 22 of proc(5) `stat`. Elsewhere: `ps -o lstart`.
 */
export async function startOf(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    try {
      const fields = fs
        .readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      return fields[0] === 'Z' ? undefined : fields[19];
    } catch {
      return undefined;
    }
  }
  const { execa } = await import('execa');
  const { stdout } = await execa('ps', ['-o', 'lstart=', '-p', String(pid)], {
    reject: false,
    env: childEnvironment('plain', process.env),
    extendEnv: false,
  });
  return stdout?.trim() || undefined;
}
