import { isFull, UserError } from '../../common/errors';
import type { Host } from '../../platform';
import { makeStateFolder, statePath } from '../state';
import { acquireLock } from './acquire-lock';
import { heartbeatSeconds } from './heartbeat';
import { isLockOf, type LockPlace, seeLock } from './lock-file';
import { describeOwner, isStale, type LockOwner, maxChildren, maxLockChars, parseLockOwner, pidNamespaceId } from './lock-owner';

/** How a lock is taken. */
export interface LockOptions {
  task: string;
  waitSeconds: number;
  onWait(text: string): void;
  /** Seconds between two signs of life. */
  beatSeconds?: number;
  /** The work makes room: where nobody holds the lock and the disk has no room for it, it goes on without. */
  freesSpace?: boolean;
}

/**
 * Holds the project for one run.
 * @param work gets whether another run was there until now
 * @throws UserError E_LOCKED when another run is still there after the limit, E_LOCK_LOST
 */
export function withLock<T>(host: Host, root: string, options: LockOptions, work: (waited: boolean) => Promise<T>): Promise<T> {
  try {
    makeStateFolder(host, root);
  } catch (error) {
    if (!options.freesSpace || !isFull(error)) throw error;
  }
  return withFileLock(host, lockOf(root), 'in this project', options, work);
}

/**
 * Looks out, from now on, for other runs in the project: each makes and removes the lock, which changes the folder that
 * it lies in.
 * @returns whether none has been there until the moment of the call
 */
export function watchLock({ files }: Host, root: string): () => boolean {
  const changed = () => files.stat(statePath(root))?.mtimeMs;
  const [before, held] = [changed(), files.lstat(statePath(root, lockName)) !== undefined];
  return () => !held && changed() === before;
}

const lockName = 'lock.json';
const lockOf = (root: string): LockPlace => ({ folder: statePath(root), name: lockName });

/**
 * Holds what a lock file stands for, which may lie on a disk that other machines and users share. A lock of a process
 * that is gone is broken, after what that process left running is ended, since it would go on writing into the same
 * folders. Of another machine's process only its heartbeat tells: the owner touches the file while it lives.
 * @param where what is held, as a message goes on after "is still at work": `in this project`
 * @param work gets whether another run was there until now: what was seen before does not hold
 * @throws UserError E_LOCKED when the owner is still there after the limit, E_LOCK_LOST where another run has taken it over
 */
export async function withFileLock<T>(
  host: Host,
  place: LockPlace,
  where: string,
  { task, waitSeconds, onWait, beatSeconds = heartbeatSeconds, freesSpace = false }: LockOptions,
  work: (waited: boolean) => Promise<T>,
): Promise<T> {
  const { folder, name } = place;
  const mine: LockOwner = {
    id: crypto.randomUUID(),
    pid: host.pid,
    started: (await host.processStartTime(host.pid)) ?? '',
    host: host.hostname,
    space: pidNamespaceId(host),
    task,
    since: host.now().toISOString(),
    beat: beatSeconds,
    children: [],
  };
  const waited = await acquireLock(host, place, where, mine, { waitSeconds, onWait, freesSpace });
  const isMine = () => isLockOf(host, place, mine);
  let last = Promise.resolve();
  const stop = host.processes.watchGroups((groups) => {
    const note = async () => {
      const children = await Promise.all(groups.map(async (pid) => ({ pid, started: (await host.processStartTime(pid)) ?? '' })));
      mine.children = children.filter(({ started }) => started !== '').slice(0, maxChildren);
      if (isMine()) host.shared.write(folder, name, JSON.stringify(mine), true);
    };
    // It is for whoever breaks this lock: where the disk is full or away the work itself says so, and goes on where it can.
    last = last.then(note).catch(() => undefined);
  });
  let isLost = false;
  const beat = setInterval(() => {
    try {
      const isTouched = host.shared.touch(folder, name, maxLockChars, (text) => parseLockOwner(text)?.id === mine.id);
      // A file that somebody removed is made anew; one of another run means that this one was taken for dead.
      if (!isTouched && !host.shared.create(folder, name, JSON.stringify(mine))) {
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
    throw isLost ? lostError(host, place, where) : error;
  } finally {
    clearInterval(beat);
    stop();
    await last;
    try {
      if (isMine()) host.shared.remove(folder, name);
    } catch {
      // A share that went away: what the work says of it counts more, and the lock is broken by the next run.
    }
  }
}

/** Who holds a lock now, as {@link describeOwner} says it; `undefined` where nobody does. A look: writes nothing. */
export async function readLockOwner(host: Host, place: LockPlace): Promise<string | undefined> {
  const seen = seeLock(host, place);
  const ageMs = () => host.now().getTime() - (host.shared.lstat(place.folder, place.name)?.mtimeMs ?? 0);
  return seen?.owner && !(await isStale(host, seen.owner, seen.isOurs, ageMs)) ? describeOwner(seen.owner) : undefined;
}

/** This run slept for so long that another one took it for dead. */
function lostError(host: Host, place: LockPlace, where: string): UserError {
  const owner = seeLock(host, place)?.owner;
  return new UserError({
    code: 'E_LOCK_LOST',
    found: `this run stood still for so long that ${owner ? describeOwner(owner) : 'another run'} took its place ${where}`,
    needed: 'one run at a time',
    fix: 'let that one finish, then run the same command again',
  });
}
