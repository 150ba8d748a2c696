import * as path from 'node:path';
import { isFull, UserError } from '../../common/errors';
import { shellWord } from '../../common/format';
import type { Host } from '../../platform';
import { killGroup } from '../../platform/processes/process-groups';
import { staleMinutes } from './heartbeat';
import { type LockPlace, type SeenLock, seeLock } from './lock-file';
import { describeOwner, isSameMachine, isStale, type LockOwner } from './lock-owner';

/** How long to wait for the run that is there, and what to do without room for a lock. */
export interface Waiting {
  waitSeconds: number;
  onWait(text: string): void;
  /** The work makes room: it goes on without a lock. */
  freesSpace: boolean;
}

/**
 * Waits until nobody who is alive holds a lock, and takes it.
 * @param where as in `holding`
 * @returns whether another run was there
 * @throws UserError E_LOCKED, Interrupted
 */
export async function acquireLock(
  host: Host,
  place: LockPlace,
  where: string,
  mine: LockOwner,
  { waitSeconds, onWait, freesSpace }: Waiting,
): Promise<boolean> {
  const deadline = host.now().getTime() + waitSeconds * 1000;
  for (let waited = false; ; ) {
    host.processes.throwIfInterrupted();
    const seen = seeLock(host, place);
    if (!seen && create(host, place, mine, freesSpace)) return waited;
    if (!seen) {
      // Another run was faster: its name is there in a moment.
      await host.sleep(20);
      continue;
    }
    const { owner, isOurs } = seen;
    // Over NFS a link may be made and its answer lost: then it was said that the name is taken.
    if (owner?.id === mine.id) return waited;
    const isOver = await isStale(host, owner, isOurs, () => host.shared.ageOf(place.folder, place.name));
    if (isOver && (await breakLock(host, place, seen))) continue;
    const who = owner ? describeOwner(owner) : 'another run';
    if (host.now().getTime() >= deadline)
      throw new UserError({
        code: 'E_LOCKED',
        found: `${who} is still at work ${where} after ${waitSeconds} s`,
        fix: isOver
          ? `it is over, and its lock another user's: have it removed, \`rm ${shellWord(path.join(place.folder, place.name))}\``
          : await wayOut(host, seen),
      });
    if (!waited) onWait(`waiting for ${who}`);
    waited = true;
    await host.sleep(owner && isSameMachine(host, owner) ? 200 : 1000);
  }
}

/** A command that ends a process is named only where it is the process that made the lock, and this user's. */
async function wayOut(host: Host, { owner, isOurs }: SeenLock): Promise<string> {
  if (owner && isSameMachine(host, owner)) {
    const isIt = isOurs && (await mayEnd(host, owner));
    return isIt
      ? `let it finish or end it with \`kill ${owner.pid}\`, then run the same command again`
      : 'let it finish, then run the same command again';
  }
  return `let it finish, then run the same command again; if that run is gone, its lock gives way after ${staleMinutes} minutes`;
}

/** Whether a number is the process that is meant, and not one that we live by. */
async function mayEnd(host: Host, { pid, started }: { pid: number; started: string }): Promise<boolean> {
  return pid > 1 && started !== '' && (await host.processStartTime(pid)) === started && !(await host.lineage()).has(pid);
}

/** @returns whether it is ours now */
function create(host: Host, { folder, name }: LockPlace, mine: LockOwner, freesSpace: boolean): boolean {
  return createThough(
    () => host.shared.create(folder, name, JSON.stringify(mine)),
    (error) => freesSpace && isFull(error),
  );
}

/** @param isAllowed what may go wrong: then it counts as created */
function createThough(create: () => boolean, isAllowed: (error: unknown) => boolean): boolean {
  try {
    return create();
  } catch (error) {
    if (isAllowed(error)) return true;
    throw error;
  }
}

/** Milliseconds after which who was about to break a lock has died on it. */
const breakingMs = 10_000;

/**
 * Takes away the lock of an owner that is gone, after what it left running is ended: one at a time, so that what lies there is still
 * the lock that was judged, and not that of another run that was first.
 * @returns false where this user may not take it away
 */
async function breakLock(host: Host, { folder, name }: LockPlace, judged: SeenLock): Promise<boolean> {
  const { shared } = host;
  await endLeftovers(host, judged);
  const breaking = `${name}.breaking`;
  const aside = `${name}.dead-${crypto.randomUUID()}`;
  try {
    if (!createThough(() => shared.create(folder, breaking, ''), isFull)) {
      if (shared.ageOf(folder, breaking) > breakingMs) shared.remove(folder, breaking);
      else await host.sleep(20);
      return true;
    }
    try {
      // Renamed first: a folder under its name gives way too.
      if (seeLock(host, { folder, name })?.mark === judged.mark) shared.move(folder, name, aside);
      shared.remove(folder, aside);
    } finally {
      shared.remove(folder, breaking);
    }
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['EPERM', 'EACCES'].includes(code)) return false;
    throw error;
  }
  return true;
}

/**
 * Ends what a killed run left running, which would go on writing into the same folders: only by a lock that nobody else
 * can have written, of this boot and container, and only what has the number and the start that it names.
 */
async function endLeftovers(host: Host, { owner, isOurs }: SeenLock): Promise<void> {
  if (!owner || !isOurs || !isSameMachine(host, owner)) return;
  for (const child of owner.children) if (await mayEnd(host, child)) killGroup(child.pid, 'SIGKILL');
}
