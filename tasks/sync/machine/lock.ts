import { randomUUID } from 'node:crypto';
import type { Context } from '../../core/context';
import { UserError } from '../../core/errors';
import type { PushBegin, PushWork } from '../transport';
import { remoteFault } from './faults';
import { beatScript, beginScript, endScript } from './lock-scripts';
import type { Machine } from './machine';

const beatMs = 15_000;

/** Held there, in `PATH/.just-lora/lock`, while a push is at work. */
interface Held {
  token: string;
  /** Another push was at work until now. */
  waited: boolean;
  /** An earlier push was cut off. */
  broken: boolean;
}

/**
 * Takes the lock, makes the folders, takes away manifests that will no longer hold, and lets go of it when the
 * work is done. It is a file, not the connection: a command there may outlive a link that broke.
 * @throws UserError E_REMOTE_LOCKED after `run.lock_wait_seconds`
 */
export async function withRemoteLock(context: Context, machine: Machine, begin: PushBegin, work: PushWork): Promise<void> {
  const { token, waited, broken } = await take(context, machine, begin);
  const run = (script: string, lines: readonly string[] = [], timeoutMs?: number) =>
    machine.shell.run(script, [machine.path, token, ...lines], timeoutMs ? { timeoutMs } : {}).catch(() => undefined);
  const beat = setInterval(() => void run(beatScript, [], 10_000), beatMs);
  let well = false;
  try {
    await work(waited || broken);
    well = true;
  } finally {
    clearInterval(beat);
    // Only a transfer that came to its end has nothing left to continue from.
    if (!context.host.processes.interrupted) await run(endScript, well && broken ? begin.make : []);
  }
}

async function take({ host, root, settings }: Context, { remote, shell, path }: Machine, begin: PushBegin): Promise<Held> {
  const token = randomUUID();
  const owner = `${host.hostname}:${root}`.replace(/[^\x20-\x7e]/g, '?');
  const todo = [...begin.make.map((folder) => `+${folder}`), ...begin.outdated.map((file) => `-${file}`)];
  const limit = settings.setup.run.lock_wait_seconds;
  const deadline = host.now().getTime() + limit * 1000;
  let waited = false;
  for (;;) {
    const { exitCode, stdout, tail } = await shell.run(beginScript, [path, token, owner, ...todo]);
    if (exitCode !== 0) throw remoteFault(remote, exitCode, tail);
    if (stdout.includes('locked')) return { token, waited, broken: stdout.includes('broken') };
    const holder = /^held=(.*)$/m.exec(stdout)?.[1] ?? 'another machine';
    if (host.now().getTime() >= deadline)
      throw new UserError({
        code: 'E_REMOTE_LOCKED',
        found: `\`${holder}\` is pushing to \`${remote.name}\` still after ${limit} s`,
        needed: 'one push at a time',
        fix: 'let it finish; a push that was killed frees the way two minutes later',
      });
    if (!waited) begin.note(`waiting for the push of ${holder}`);
    waited = true;
    await host.sleep(1000);
  }
}
