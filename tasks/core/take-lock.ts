import { isFull, UserError } from './errors';
import { type Holder, isGone, isNear, nameOf, parseHolder } from './holder';
import type { Host } from './host';
import { killGroup } from './host/process-groups';

/** How long to wait for the run that is there, and what to do without room for a lock. */
export interface Waiting {
  waitSeconds: number;
  onWait(text: string): void;
  /** The work makes room: it goes on without a lock. */
  frees: boolean;
}

/**
 * Waits until nobody who is alive holds a lock, and takes it.
 * @param where as in `holding`
 * @returns whether another run was there
 * @throws UserError E_LOCKED, Interrupted
 */
export async function take(
  host: Host,
  file: string,
  where: string,
  mine: Holder,
  { waitSeconds, onWait, frees }: Waiting,
): Promise<boolean> {
  const deadline = host.now().getTime() + waitSeconds * 1000;
  for (let waited = false; ; ) {
    host.processes.throwIfInterrupted();
    const text = host.files.readText(file);
    if (text === undefined && create(host, file, mine, frees)) return waited;
    const holder = parseHolder(text);
    // Over NFS a link may be made and its answer lost: then it was said that the name is taken.
    if (holder?.id === mine.id) return waited;
    if (text === undefined) {
      // Another run was faster: its name is there in a moment.
      await host.sleep(20);
      continue;
    }
    if (await isGone(host, holder, () => host.files.ageOf(file))) {
      await breakLock(host, file, text, holder);
      continue;
    }
    const who = holder ? nameOf(holder) : 'another run';
    if (host.now().getTime() >= deadline)
      throw new UserError({
        code: 'E_LOCKED',
        found: `${who} is still at work ${where} after ${waitSeconds} s`,
        fix:
          holder && isNear(host, holder)
            ? `let it finish or end it with \`kill ${holder.pid}\`, then run the same command again`
            : 'let it finish, then run the same command again; if that run is gone, its lock gives way after two minutes',
      });
    if (!waited) onWait(`waiting for ${who}`);
    waited = true;
    await host.sleep(holder && isNear(host, holder) ? 200 : 1000);
  }
}

/** @returns whether it is ours now */
function create(host: Host, file: string, mine: Holder, frees: boolean): boolean {
  try {
    return host.files.createText(file, JSON.stringify(mine));
  } catch (error) {
    if (frees && isFull(error)) return true;
    throw error;
  }
}

/** Takes away the lock of a holder that is gone, after what it left running is ended. */
async function breakLock(host: Host, file: string, judged: string, holder: Holder | undefined): Promise<void> {
  if (holder && isNear(host, holder))
    for (const child of holder.children) if ((await host.startOf(child.pid)) === child.started) killGroup(child.pid, 'SIGKILL');
  // Renamed before it is removed: of two runs that see the dead holder only one gets to break its lock.
  const aside = `${file}.dead-${crypto.randomUUID()}`;
  try {
    host.files.move(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const taken = host.files.readText(aside) ?? '';
  // Another run was first, and this is the lock that it holds now.
  if (taken !== judged) host.files.createText(file, taken);
  host.files.remove(aside);
}
