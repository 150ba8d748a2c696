import type { Context } from '../../engine/context';
import { answerOf } from '../../sync/answers/answer';
import { remoteFault } from '../../sync/posix/faults';
import type { Machine } from '../machine';
import { stopScript } from './run-scripts';

/** How often a run is asked, with a second between: one that begins has not said yet which processes it is, and a link may be gone. */
const tries = 20;

/**
 * Asks a run there to stop, as Ctrl-C asks a task here.
 * @returns whether it was asked; false where it had ended
 * @throws UserError by the fault of the way
 */
export async function stopRun(context: Context, { remote, shell }: Machine, id: string): Promise<boolean> {
  for (let at = 1; ; at++) {
    try {
      const said = answerOf(
        remote,
        await shell.run(stopScript, [remote.path, id], { limits: { timeoutMs: 20_000 } }),
        ({ exitCode, tail }) => remoteFault({ remote, ssh: shell.ssh }, exitCode, tail),
      );
      if (!/^starting$/m.test(said) || at === tries) return /^asked$/m.test(said);
    } catch (error) {
      context.host.processes.throwIfInterrupted();
      if (at === tries) throw error;
    }
    await context.host.sleep(1000);
  }
}
