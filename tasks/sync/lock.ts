import { randomUUID } from 'node:crypto';
import { UserError } from '../core/errors';
import { remoteFault } from './faults';
import type { There } from './preflight';
import { beatScript, beginScript, endScript } from './scripts';
import type { Session } from './session';

/** Held there, in `PATH/.just-lora/lock`, while a push is at work. */
export interface RemoteLock {
  /** Another push was at work until now: what was seen before does not hold. */
  waited: boolean;
  /** An earlier push was cut off. */
  broken: boolean;
}

const beatMs = 15_000;

/**
 * Takes the lock, makes the folders, takes away manifests that will no longer hold, and lets go of it when the
 * work is done. It is a file, not the connection: a command there may outlive a link that broke.
 * @throws UserError E_REMOTE_LOCKED after `run.lock_wait_seconds`
 */
export async function withRemoteLock(
  session: Session,
  there: There,
  { make, outdated, note }: { make: readonly string[]; outdated: readonly string[]; note: (text: string) => void },
  work: (lock: RemoteLock) => Promise<void>,
): Promise<void> {
  const { host, root, settings } = session.context;
  const token = randomUUID();
  const owner = `${host.hostname}:${root}`.replace(/[^\x20-\x7e]/g, '?');
  const deadline = host.now().getTime() + settings.setup.run.lock_wait_seconds * 1000;
  let waited = false;
  let broken = false;
  for (;;) {
    const { exitCode, stdout, tail } = await there.shell.run(beginScript, [
      there.path,
      token,
      owner,
      ...make.map((folder) => `+${folder}`),
      ...outdated.map((file) => `-${file}`),
    ]);
    if (exitCode !== 0) throw remoteFault(there.remote, exitCode, tail);
    if (stdout.includes('locked')) {
      broken = stdout.includes('broken');
      break;
    }
    const holder = /^held=(.*)$/m.exec(stdout)?.[1] ?? 'another machine';
    if (host.now().getTime() >= deadline)
      throw new UserError({
        code: 'E_REMOTE_LOCKED',
        found: `\`${holder}\` is pushing to \`${there.remote.name}\` still after ${settings.setup.run.lock_wait_seconds} s`,
        needed: 'one push at a time',
        fix: `let it finish; a push that was killed frees the way two minutes later`,
      });
    if (!waited) note(`waiting for the push of ${holder}`);
    waited = true;
    await host.sleep(1000);
  }
  const beat = setInterval(
    () => void there.shell.run(beatScript, [there.path, token], { timeoutMs: 10_000 }).catch(() => undefined),
    beatMs,
  );
  let well = false;
  try {
    await work({ waited, broken });
    well = true;
  } finally {
    clearInterval(beat);
    // Only a transfer that came to its end has nothing left to continue from.
    const clear = well && broken ? make : [];
    if (!host.processes.interrupted) await there.shell.run(endScript, [there.path, token, ...clear]).catch(() => undefined);
  }
}
