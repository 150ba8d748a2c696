import type * as http from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { UserError } from '../../../common/errors';
import type { Context } from '../../../engine/context';
import { Connections } from '../../../hub/http/connections';
import { withinTime } from '../../../hub/http/deadline';
import { NetworkError } from '../../../hub/http/network-error';
import { header, readBytes, readStart } from '../../../hub/http/read-body';
import { redirectOf } from '../../../hub/http/redirect';
import { oneLine } from '../../../untrusted/text';
import { fetching } from '../outside';
import { netrcLogin } from './netrc';

/** An answer that came whole and in its time. */
interface Answer {
  status: number;
  body: Buffer;
  contentType: string;
  /** Who gave it in the end, behind all redirects; no password is in it. */
  from: URL;
}

export interface Question {
  headers?: Record<string, string>;
  /** What is posted; absent for a plain question. */
  body?: string;
  /** It goes to a package index: what `~/.netrc` has for its host is for it. */
  toIndex?: boolean;
  /** Bytes that the answer may have at most. */
  mostBytes?: number;
  /** Milliseconds for all of the answer. */
  wholeMs?: number;
}

/** Why there is no answer, in a few words. */
export class NoAnswer extends Error {
  constructor(
    message: string,
    /** What was answered in its place. */
    readonly status?: number,
  ) {
    super(message);
  }
}

/** A page of the index of a package with many files has some megabytes. */
const mostOfPage = 64_000_000;
/** Milliseconds for a whole answer, and without a byte. */
const [answerMs, stallMs] = [60_000, 20_000];
/** Questions that are out at once. */
const together = 8;

/**
 * Questions to package indexes and to who knows of packages: through the proxy and with the certificates that are set for pip and uv,
 * each with a time, a size and an end. Nothing of an answer is trusted: whoever asks parses it.
 */
export class Asking {
  readonly #connections: Connections;
  readonly #closed = new AbortController();
  readonly #signal: AbortSignal;
  /** Variables with what is set for pip and uv in them. */
  readonly env: Readonly<Record<string, string | undefined>>;

  constructor(private readonly context: Context) {
    const { host } = context;
    this.env = { ...host.env, ...fetching(context).env };
    // What is set for pip alone goes before what is set for all that ask, as in pip.
    const trusted = this.env['PIP_CERT'] ? { REQUESTS_CA_BUNDLE: this.env['PIP_CERT'] } : {};
    this.#connections = new Connections({ ...host, env: { ...this.env, ...trusted } });
    this.#signal = AbortSignal.any([host.processes.signal, this.#closed.signal]);
  }

  /**
   * One question; a passing failure is asked once more.
   * @throws NoAnswer, Interrupted
   */
  async ask(address: string, question: Question = {}): Promise<Answer> {
    const first = await this.#once(address, question).catch((error: unknown) => this.#reason(error));
    if (!(first instanceof NoAnswer)) return first;
    const second = await this.#once(address, question).catch((error: unknown) => this.#reason(error));
    if (second instanceof NoAnswer) throw second;
    return second;
  }

  /** What is out is given up. */
  close(): void {
    this.#closed.abort(new NoAnswer('given up'));
    this.#connections.close();
  }

  #once(address: string, { headers = {}, body, toIndex = false, mostBytes = mostOfPage, wholeMs = answerMs }: Question): Promise<Answer> {
    if (!URL.canParse(address)) throw new NoAnswer('no address');
    return withinTime(wholeMs, this.#signal, async (signal) => {
      const { url: start, login } = this.#loginFor(new URL(address), toIndex);
      let url = start;
      for (let hops = 0; ; hops++) {
        // Whoever is sent elsewhere takes no password along.
        const known: Record<string, string> = login && url.origin === start.origin ? { Authorization: login } : {};
        const response = await this.#connections.send(url, { headers: { ...headers, ...known }, stallMs, signal, body });
        const target = redirectOf(response, url, hops);
        if (!target) return read(response, url, mostBytes);
        response.destroy();
        url = withoutLogin(target);
      }
    });
  }

  /** An address without its name and password, and both as they are sent. */
  #loginFor(url: URL, toIndex: boolean): { url: URL; login: string | undefined } {
    const plain = withoutLogin(url);
    const { user, password } = url.username
      ? { user: decoded(url.username), password: decoded(url.password) }
      : ((toIndex ? netrcLogin({ ...this.context.host, env: this.env }, url.hostname) : undefined) ?? {});
    if (user === undefined) return { url: plain, login: undefined };
    return { url: plain, login: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
  }

  /** @throws Interrupted, and what is no failure of a connection */
  #reason(error: unknown): NoAnswer {
    if (error instanceof NoAnswer) return error;
    if (error instanceof NetworkError) return new NoAnswer(oneLine(error.message, 200));
    if (error instanceof UserError) return new NoAnswer(oneLine(error.fault.found, 200));
    throw error;
  }
}

async function read(response: http.IncomingMessage, url: URL, mostBytes: number): Promise<Answer> {
  const status = response.statusCode ?? 0;
  if (status !== 200) {
    const said = await readStart(response);
    if (status === 404) return { status, body: Buffer.alloc(0), contentType: '', from: url };
    throw new NoAnswer(`${url.host} answered ${status}${said ? `: ${oneLine(said, 80)}` : ''}`, status);
  }
  const sent = await readBytes(response, mostBytes, url.host);
  const body = /^gzip$/i.test(header(response, 'content-encoding') ?? '') ? await unpacked(sent, mostBytes, url) : sent;
  return { status, body, contentType: header(response, 'content-type') ?? '', from: url };
}

async function unpacked(sent: Buffer, mostBytes: number, { host }: URL): Promise<Buffer> {
  try {
    return await promisify(gunzip)(sent, { maxOutputLength: mostBytes });
  } catch (error) {
    throw new NoAnswer(`${host} answered with what is no gzip of at most ${mostBytes} bytes: ${oneLine((error as Error).message, 80)}`);
  }
}

function withoutLogin(url: URL): URL {
  const plain = new URL(url);
  [plain.username, plain.password] = ['', ''];
  return plain;
}

/** A percent sign that is none of an address stands for itself, as in pip. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
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
