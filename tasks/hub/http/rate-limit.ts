import type * as http from 'node:http';
import { UserError } from '../../common/errors';
import { duration } from '../../common/format';
import type { Host } from '../../platform';
import { retryAfterMs } from './retry-after';

/** Answers that another try may mend. */
export const isRetryableStatus = (status: number): boolean => status === 408 || status === 425 || status === 429 || status >= 500;

/** Milliseconds before try number `tries` + 1, with a little chance in it so that machines do not come all at once. */
export function backoffMs(tries: number): number {
  return Math.min(30_000, 400 * 2 ** (tries - 1)) * (0.8 + Math.random() * 0.4);
}

/** A shorter wait is not worth a word. */
const toldMs = 1500;
const dayMs = 86_400_000;

/** Which servers asked us to wait, and until when. Nothing goes to them before. */
export class RateLimitGate {
  readonly #until = new Map<string, number>();
  /** Called once for each wait that a server asked for. */
  tell: (text: string) => void = () => undefined;

  /** @param mostMs the longest wait that is granted, `download.wait_seconds` */
  constructor(
    private readonly host: Host,
    private readonly mostMs: number,
  ) {}

  /**
   * Notes what an answer says of waiting.
   * @returns milliseconds, 0 where it says nothing
   * @throws UserError E_HUB_WAIT where it is longer than is granted
   */
  observe(url: URL, response: Pick<http.IncomingMessage, 'statusCode' | 'headers'>): number {
    const now = this.host.now().getTime();
    const wait = response.statusCode === 429 || response.statusCode === 503 ? retryAfterMs(response, now) : undefined;
    if (wait === undefined) return 0;
    if (wait > this.mostMs) throw tooLong(url, wait, this.mostMs, now);
    if (wait >= toldMs && this.left(url) === 0) this.tell(`${url.host} has us wait ${duration(wait)}`);
    // A moment more than they say costs less than a request too early.
    this.#until.set(url.origin, Math.max(this.#until.get(url.origin) ?? 0, now + wait + 50));
    return wait;
  }

  /** Milliseconds until something may go to this server. */
  left(url: URL): number {
    return Math.max(0, (this.#until.get(url.origin) ?? 0) - this.host.now().getTime());
  }

  /** Which servers have us wait at this moment, and how long. */
  words(): string {
    return [...this.#until.keys()]
      .map((origin) => ({ host: new URL(origin).host, ms: this.left(new URL(origin)) }))
      .flatMap(({ host, ms }) => (ms >= toldMs ? [`waiting ${duration(ms)} for ${host}`] : []))
      .join('; ');
  }

  async wait(url: URL): Promise<void> {
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

function tooLong(url: URL, ms: number, mostMs: number, nowMs: number): UserError {
  const isNear = ms <= dayMs;
  const then = isNear ? `after ${new Date(nowMs + ms).toISOString().slice(0, 16).replace('T', ' ')} UTC` : 'another day';
  return new UserError({
    code: 'E_HUB_WAIT',
    found: `${url.host} has us wait ${isNear ? duration(ms) : 'more than a day'}`,
    needed: `a wait of at most ${duration(mostMs)} (download.wait_seconds)`,
    fix: `run the same command again ${then}${isNear ? `; \`--set download.wait_seconds=${Math.ceil(ms / 1000)}\` waits` : ''}`,
  });
}
