import type { UserError } from '../../common/errors';
import type { Context } from '../../engine/context';
import { mayRetry, transferFault } from '../answers/transfer-fault';

export interface Try {
  exitCode: number;
  /** What it printed, for its fault. */
  text: string;
  /** Did bytes move? Then the count of tries begins anew. */
  moved: boolean;
}

/**
 * Tries until it goes well, with pauses of 1, 2, 4… 8 s, as long as a link that broke may be the reason.
 * @param again what has to hold before the next try, asked for behind the pause
 * A machine that does not answer at all is given up sooner: each try of that kind lasts until its own limit.
 * @throws UserError what `fail` makes of the last try
 */
export async function retrying<T extends Try>(
  { host, settings }: Context,
  attempt: () => Promise<T>,
  between: (failed: T, pauseMs: number) => Promise<void>,
  fail: (last: T) => UserError,
  again: () => Promise<void> = async () => undefined,
): Promise<T> {
  let tries = 0;
  for (;;) {
    const result = await attempt();
    if (result.exitCode === 0 || result.exitCode === 24) return result;
    const fault = transferFault(result.exitCode, result.text);
    if (!mayRetry(fault)) throw fail(result);
    tries = result.moved ? 1 : tries + (fault === 'unreachable' ? 2 : 1);
    if (tries > settings.setup.sync.retries) throw fail(result);
    const pauseMs = Math.min(8000, 1000 * 2 ** (tries - 1));
    await between(result, pauseMs);
    await host.sleep(pauseMs);
    host.processes.throwIfInterrupted();
    await again();
  }
}
