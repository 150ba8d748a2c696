import { isFull, UserError } from './errors';
import { type Holder, isGone, nameOf, parseHolder, spaceOf } from './holder';
import type { Host } from './host';
import { makeState, statePath } from './state';
import { take } from './take-lock';

/** How a lock is taken. */
export interface LockOptions {
  task: string;
  waitSeconds: number;
  onWait(text: string): void;
  /** Seconds between two signs of life. */
  beatSeconds?: number;
  /** The work makes room: where nobody holds the lock and the disk has no room for it, it goes on without. */
  frees?: boolean;
}

/**
 * Holds the project for one run.
 * @param work gets whether another run was there until now
 * @throws UserError E_LOCKED when another run is still there after the limit, E_LOCK_LOST
 */
export function withLock<T>(host: Host, root: string, options: LockOptions, work: (waited: boolean) => Promise<T>): Promise<T> {
  try {
    makeState(host, root);
  } catch (error) {
    if (!options.frees || !isFull(error)) throw error;
  }
  return holding(host, lockOf(root), 'in this project', options, work);
}

/**
 * Looks out, from now on, for other runs in the project: each makes and removes the lock, which changes the folder that
 * it lies in.
 * @returns whether none has been there until the moment of the call
 */
export function watchLock({ files }: Host, root: string): () => boolean {
  const changed = () => files.stat(statePath(root))?.mtimeMs;
  const [before, held] = [changed(), files.lstat(lockOf(root)) !== undefined];
  return () => !held && changed() === before;
}

const lockOf = (root: string): string => statePath(root, 'lock.json');

/**
 * Holds what a lock file stands for, which may lie on a disk that other machines and users share. A lock of a process
 * that is gone is broken, after what that process left running is ended, since it would go on writing into the same
 * folders. Of another machine's process only its heartbeat tells: the holder touches the file while it lives.
 * @param where what is held, as a message goes on after "is still at work": `in this project`
 * @param work gets whether another run was there until now: what was seen before does not hold
 * @throws UserError E_LOCKED when the holder is still there after the limit, E_LOCK_LOST where another run has taken it over
 */
export async function holding<T>(
  host: Host,
  file: string,
  where: string,
  { task, waitSeconds, onWait, beatSeconds = 15, frees = false }: LockOptions,
  work: (waited: boolean) => Promise<T>,
): Promise<T> {
  const mine: Holder = {
    id: crypto.randomUUID(),
    pid: host.pid,
    started: (await host.startOf(host.pid)) ?? '',
    host: host.hostname,
    space: spaceOf(host),
    user: host.userId,
    task,
    since: host.now().toISOString(),
    beat: beatSeconds,
    children: [],
  };
  const waited = await take(host, file, where, mine, { waitSeconds, onWait, frees });
  const isMine = () => parseHolder(host.files.readText(file))?.id === mine.id;
  let last = Promise.resolve();
  const stop = host.processes.watchGroups((groups) => {
    last = last.then(async () => {
      mine.children = (await Promise.all(groups.map(async (pid) => ({ pid, started: (await host.startOf(pid)) ?? '' })))).filter(
        ({ started }) => started,
      );
      if (isMine()) host.files.writeText(file, JSON.stringify(mine));
    });
  });
  let isLost = false;
  const beat = setInterval(() => {
    try {
      if (isMine()) host.files.touch(file);
      // A file that somebody removed is made anew; one of another run means that this one was taken for dead.
      else if (!host.files.createText(file, JSON.stringify(mine))) {
        isLost = true;
        clearInterval(beat);
        host.processes.interrupt('SIGTERM');
      }
    } catch {
      // A disk that is full or away for a moment: the next one may come through.
    }
  }, beatSeconds * 1000).unref();
  try {
    return await work(waited);
  } catch (error) {
    throw isLost ? lostError(host, file, where) : error;
  } finally {
    clearInterval(beat);
    stop();
    await last.catch(() => undefined);
    try {
      if (isMine()) host.files.remove(file);
    } catch {
      // A share that went away: what the work says of it counts more, and the lock is broken by the next run.
    }
  }
}

/** Who holds a lock now, as {@link nameOf} says it; `undefined` where nobody does. A look: writes nothing. */
export async function holderOf(host: Host, file: string): Promise<string | undefined> {
  const holder = parseHolder(host.files.readText(file));
  const ageMs = () => host.now().getTime() - (host.files.stat(file)?.mtimeMs ?? 0);
  return holder && !(await isGone(host, holder, ageMs)) ? nameOf(holder) : undefined;
}

/** This run slept for so long that another one took it for dead. */
function lostError(host: Host, file: string, where: string): UserError {
  const holder = parseHolder(host.files.readText(file));
  return new UserError({
    code: 'E_LOCK_LOST',
    found: `this run stood still for so long that ${holder ? nameOf(holder) : 'another run'} took its place ${where}`,
    needed: 'one run at a time',
    fix: 'let that one finish, then run the same command again',
  });
}
