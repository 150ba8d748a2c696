import type * as http from 'node:http';
import { UserError } from '../common/errors';
import type { Context } from '../engine/context';
import { fetching } from '../environments/python/outside';
import { Connections } from '../hub/http/connections';
import { withinTime } from '../hub/http/deadline';
import { NetworkError } from '../hub/http/network-error';
import { header, readStart, readText } from '../hub/http/read-body';
import { redirectOf } from '../hub/http/redirect';
import { oneLine } from '../untrusted/text';

/** An answer that came whole and in its time. */
interface Answer {
  status: number;
  body: string;
  contentType: string;
}

/** Why there is no answer, in a few words. */
export class NoAnswer extends Error {}

/** A page of the index of a package with many files has some megabytes. */
const mostBytes = 64_000_000;
/** Milliseconds for a whole answer, and without a byte. */
const [answerMs, stallMs] = [60_000, 20_000];
/** Questions that are out at once. */
const together = 8;

/**
 * Questions of an audit: through the proxy and with the certificates that are set for pip and uv, each with a time, a size and an
 * end. Nothing of an answer is trusted: whoever asks parses it.
 */
export class Asking {
  readonly #connections: Connections;
  readonly #signal: AbortSignal;
  /** Variables with what is set for pip and uv in them. */
  readonly env: Readonly<Record<string, string | undefined>>;

  constructor(context: Context) {
    this.env = { ...context.host.env, ...fetching(context).env };
    this.#connections = new Connections({ ...context.host, env: this.env });
    this.#signal = context.host.processes.signal;
  }

  /**
   * One question; a passing failure is asked once more.
   * @param body what is posted; absent for a plain question
   * @throws NoAnswer, Interrupted
   */
  async ask(address: string, { headers = {}, body }: { headers?: Record<string, string>; body?: string } = {}): Promise<Answer> {
    const first = await this.#once(address, headers, body).catch((error: unknown) => this.#reason(error));
    if (!(first instanceof NoAnswer)) return first;
    const second = await this.#once(address, headers, body).catch((error: unknown) => this.#reason(error));
    if (second instanceof NoAnswer) throw second;
    return second;
  }

  close(): void {
    this.#connections.close();
  }

  #once(address: string, headers: Record<string, string>, body: string | undefined): Promise<Answer> {
    if (!URL.canParse(address)) throw new NoAnswer('no address');
    return withinTime(answerMs, this.#signal, async (signal) => {
      let url = new URL(address);
      for (let hops = 0; ; hops++) {
        const response = await this.#connections.send(url, { headers: { ...headers, ...login(url) }, stallMs, signal, body });
        const target = redirectOf(response, url, hops);
        if (target) {
          response.destroy();
          // Whoever is sent elsewhere takes no password along.
          url = target;
          continue;
        }
        return read(response, url);
      }
    });
  }

  /** @throws Interrupted, and what is no failure of a connection */
  #reason(error: unknown): NoAnswer {
    if (error instanceof NoAnswer) return error;
    if (error instanceof NetworkError) return new NoAnswer(oneLine(error.message, 200));
    if (error instanceof UserError) return new NoAnswer(oneLine(error.fault.found, 200));
    throw error;
  }
}

async function read(response: http.IncomingMessage, url: URL): Promise<Answer> {
  const status = response.statusCode ?? 0;
  if (status !== 200) {
    const said = await readStart(response);
    if (status === 404) return { status, body: '', contentType: '' };
    throw new NoAnswer(`${url.host} answered ${status}${said ? `: ${oneLine(said, 80)}` : ''}`);
  }
  return { status, body: await readText(response, mostBytes, url.host), contentType: header(response, 'content-type') ?? '' };
}

/** The name and the password of an address, as an index has them. */
function login({ username, password }: URL): Record<string, string> {
  if (!username) return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { Authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** Each in its turn, some at once. */
export async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array(items.length);
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < items.length; at = next++) results[at] = await work(items[at] as T);
  };
  await Promise.all(Array.from({ length: Math.min(together, items.length) }, worker));
  return results;
}
