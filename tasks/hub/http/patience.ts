import type * as http from 'node:http';
import type { Host } from '../../core/host';
import { waitOf } from './wait';

/** Answers that another try may mend. */
export const isPassing = (status: number): boolean => status === 408 || status === 425 || status === 429 || status >= 500;

/** Milliseconds before try number `tries` + 1, with a little chance in it so that machines do not come all at once. */
export function backoffMs(tries: number): number {
  return Math.min(30_000, 400 * 2 ** (tries - 1)) * (0.8 + Math.random() * 0.4);
}

/** Which servers asked us to wait, and until when. Nothing goes to them before. */
export class Patience {
  readonly #until = new Map<string, number>();

  constructor(private readonly host: Host) {}

  /** Notes what an answer says of waiting. @returns milliseconds, 0 where it says nothing */
  heed(url: URL, response: Pick<http.IncomingMessage, 'statusCode' | 'headers'>): number {
    const now = this.host.now().getTime();
    const wait = response.statusCode === 429 || response.statusCode === 503 ? waitOf(response, now) : undefined;
    // A moment more than they say costs less than a request too early.
    if (wait !== undefined) this.#until.set(url.origin, Math.max(this.#until.get(url.origin) ?? 0, now + wait + 50));
    return wait ?? 0;
  }

  /** Milliseconds until something may go to this server. */
  left(url: URL): number {
    return Math.max(0, (this.#until.get(url.origin) ?? 0) - this.host.now().getTime());
  }

  async ready(url: URL): Promise<void> {
    for (let left = this.left(url); left > 0; left = this.left(url)) await this.pause(left);
  }

  /** Waits, and ends at once on Ctrl-C. */
  async pause(ms: number): Promise<void> {
    const end = this.host.now().getTime() + ms;
    for (let left = ms; left > 0; left = end - this.host.now().getTime()) {
      this.host.processes.throwIfInterrupted();
      await this.host.sleep(Math.min(left, 100));
    }
    this.host.processes.throwIfInterrupted();
  }
}
