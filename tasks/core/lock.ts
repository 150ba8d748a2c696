import { UserError } from './errors';
import type { Host } from './host';
import { killGroup } from './host/processes';
import { makeState, statePath } from './state';

interface Holder {
  pid: number;
  /** When that process started, so that a later process with the same number is not taken for it. */
  started: string;
  host: string;
  task: string;
  since: string;
  /** The process groups it runs, each with its start: what a killed holder leaves behind. */
  children: { pid: number; started: string }[];
}

/**
 * Holds the project for one run. A lock of a process that is gone is broken, after what that process
 * left running is ended, since it would go on writing into the same folders.
 * @throws UserError E_LOCKED when the holder is still there after the limit
 */
export async function withLock<T>(
  host: Host,
  root: string,
  options: { task: string; waitSeconds: number; onWait: (text: string) => void },
  work: () => Promise<T>,
): Promise<T> {
  makeState(host, root);
  const file = statePath(root, 'lock.json');
  const mine: Holder = {
    pid: host.pid,
    started: (await host.startOf(host.pid)) ?? '',
    host: host.hostname,
    task: options.task,
    since: host.now().toISOString(),
    children: [],
  };
  await take(host, file, mine, options);
  let last = Promise.resolve();
  host.processes.onChange = (groups) => {
    last = last.then(async () => {
      mine.children = (await Promise.all(groups.map(async (pid) => ({ pid, started: (await host.startOf(pid)) ?? '' })))).filter(
        ({ started }) => started,
      );
      host.files.writeText(file, JSON.stringify(mine));
    });
  };
  try {
    return await work();
  } finally {
    host.processes.onChange = () => undefined;
    await last.catch(() => undefined);
    host.files.remove(file);
  }
}

async function take(host: Host, file: string, mine: Holder, options: Parameters<typeof withLock>[2]): Promise<void> {
  const deadline = host.now().getTime() + options.waitSeconds * 1000;
  let told = false;
  while (!host.files.createText(file, JSON.stringify(mine))) {
    host.processes.throwIfInterrupted();
    const holder = read(host, file);
    if (!holder || (await isDead(host, holder))) {
      for (const child of holder?.children ?? []) if ((await host.startOf(child.pid)) === child.started) killGroup(child.pid, 'SIGKILL');
      // Renamed before it is removed: of two runs that see the dead holder only one gets to break its lock.
      const aside = `${file}.dead-${host.pid}`;
      try {
        host.files.move(file, aside);
        host.files.remove(aside);
      } catch {
        // The other one was first.
      }
      continue;
    }
    const who = `\`just ${holder.task}\` (pid ${holder.pid} on ${holder.host}, since ${holder.since})`;
    if (host.now().getTime() >= deadline)
      throw new UserError({
        code: 'E_LOCKED',
        found: `${who} is still at work in this project after ${options.waitSeconds} s`,
        fix:
          holder.host === host.hostname
            ? `let it finish or end it with \`kill ${holder.pid}\`, then run the same command again`
            : `let it finish; if that machine is gone, \`rm ${file}\``,
      });
    if (!told) options.onWait(`waiting for ${who}`);
    told = true;
    await host.sleep(200);
  }
}

/** A holder on another machine (a shared disk) cannot be looked at and counts as alive. */
async function isDead(host: Host, holder: Holder): Promise<boolean> {
  return holder.host === host.hostname && (await host.startOf(holder.pid)) !== holder.started;
}

function read(host: Host, file: string): Holder | undefined {
  try {
    const holder = JSON.parse(host.files.readText(file) ?? '') as Holder;
    return typeof holder.pid === 'number' && typeof holder.host === 'string' ? holder : undefined;
  } catch {
    return undefined;
  }
}
