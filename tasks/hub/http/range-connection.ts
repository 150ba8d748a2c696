import * as net from 'node:net';
import * as tls from 'node:tls';
import { type ResponseHead, readHead } from './head';
import { messageOf, NetworkError } from './network-error';
import { hostOf, ownHeaders, stalled } from './request-headers';

export interface RangeAsk {
  url: URL;
  headers: Record<string, string>;
  /** Milliseconds without a byte, before or after the answer began. */
  stallMs: number;
  signal: AbortSignal;
  /** Looks at the head, and throws where its body is not wanted. */
  accept(head: ResponseHead): void;
  /** Gets the body bit by bit; the bytes are another's once it returns. */
  take(bytes: Buffer): void;
}

interface Pending extends RangeAsk {
  /** What came of a head that is not whole yet. */
  before: Buffer | undefined;
  /** Bytes of the heads that were read, of announcements too. */
  headBytes: number;
  /** Bytes of the body that are still to come; `undefined` before the head was read. */
  left: number | undefined;
  resolve(): void;
  reject(error: Error): void;
}

/** A head with the announcements before it is smaller than this, or it is none. */
const mostHead = 65_536;
const blank = Buffer.from('\r\n\r\n');

/** The bytes of every connection pass through here, one read at a time: they are written before the next read. */
const passage = Buffer.allocUnsafeSlow(524_288);

/**
 * One connection that asks a server of file bytes for ranges, one after another, and hands them on without a copy:
 * Node's own client makes a new buffer and several events of every 64 kB, which is most of what a fast line costs.
 * It understands what such a server says (HTTP/1.1 with `Content-Length`, RFC 9112) and gives up on anything else.
 */
export class RangeConnection {
  /** Nothing came yet of the answer to the present request, and it was not the first one. */
  isStale = false;
  readonly #socket: net.Socket;
  #pending: Pending | undefined;
  #failure: NodeJS.ErrnoException | undefined;
  #isUsed = false;
  #isLast = false;

  constructor(
    private readonly url: URL,
    secureContext: tls.SecureContext | undefined,
  ) {
    const isSecure = url.protocol === 'https:';
    const host = hostOf(url);
    const options: net.TcpNetConnectOpts = {
      host,
      port: Number(url.port || (isSecure ? 443 : 80)),
      noDelay: true,
      onread: {
        buffer: passage,
        callback: (count: number) => {
          this.#hear(passage.subarray(0, count));
          return true;
        },
      },
    };
    // A variable that turns checks off for the whole process is not ours to follow.
    const secure = { rejectUnauthorized: true, ALPNProtocols: ['http/1.1'], ...(net.isIP(host) ? {} : { servername: host }) };
    this.#socket = isSecure ? tls.connect({ ...options, ...secure, ...(secureContext ? { secureContext } : {}) }) : net.connect(options);
    this.#socket.on('error', (error) => {
      this.#failure ??= error;
    });
    this.#socket.once('close', () => this.#end());
    this.#socket.on('timeout', () => {
      this.#socket.destroy(stalled(this.#pending?.stallMs ?? 0));
    });
  }

  /** It may be asked again. */
  get isOpen(): boolean {
    return !this.#socket.destroyed && !this.#isLast;
  }

  /**
   * Asks for a range and hands over its bytes.
   * @throws NetworkError, and what `accept` and `take` throw; the connection is closed then
   */
  ask(wanted: RangeAsk): Promise<void> {
    const { url, headers, stallMs, signal } = wanted;
    const stop = () => this.#fail(new Error('given up'));
    return new Promise<void>((resolve, reject) => {
      this.#pending = { ...wanted, before: undefined, headBytes: 0, left: undefined, resolve, reject };
      this.isStale = this.#isUsed;
      this.#isUsed = true;
      this.#socket.setTimeout(stallMs);
      signal.addEventListener('abort', stop);
      const fields = { ...ownHeaders(url), Connection: 'keep-alive', ...headers };
      const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
      this.#socket.write(`GET ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1');
    }).finally(() => signal.removeEventListener('abort', stop));
  }

  close(): void {
    this.#socket.destroy();
  }

  #hear(bytes: Buffer): void {
    this.isStale = false;
    const pending = this.#pending;
    // Nobody asked.
    if (!pending) {
      this.close();
      return;
    }
    try {
      const body = pending.left === undefined ? this.#readHead(pending, bytes) : bytes;
      if (!body || pending.left === undefined) return;
      const wanted = body.length > pending.left ? body.subarray(0, pending.left) : body;
      if (wanted.length > 0) pending.take(wanted);
      if (body.length > wanted.length) throw new NetworkError(`${this.url.host} sent more bytes than it said`, undefined);
      pending.left -= wanted.length;
      if (pending.left > 0) return;
      this.#pending = undefined;
      pending.resolve();
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  /** @returns what of the bytes belongs to the body, `undefined` while the head is not whole */
  #readHead(pending: Pending, bytes: Buffer): Buffer | undefined {
    const noHttp = () => new NetworkError(`${this.url.host} sent no HTTP`, undefined);
    let rest = pending.before ? Buffer.concat([pending.before, bytes]) : bytes;
    for (;;) {
      const end = rest.indexOf(blank);
      if (pending.headBytes + (end < 0 ? rest.length : end) > mostHead) throw noHttp();
      if (end < 0) {
        pending.before = Buffer.from(rest);
        return undefined;
      }
      pending.before = undefined;
      pending.headBytes += end + blank.length;
      const head = readHead(rest.toString('latin1', 0, end));
      if (!head) throw noHttp();
      rest = rest.subarray(end + blank.length);
      // 100 and 103 announce the answer, they are none.
      if (head.statusCode < 200) continue;
      pending.accept(head);
      const { connection, 'content-length': length, 'transfer-encoding': coding } = head.headers;
      if (!/^\d{1,15}$/.test(length ?? '') || coding !== undefined)
        throw new NetworkError(`${this.url.host} does not say how much it sends`, undefined);
      this.#isLast = connection?.toLowerCase() === 'close';
      pending.left = Number(length);
      return rest;
    }
  }

  #fail(error: Error): void {
    const pending = this.#pending;
    this.#pending = undefined;
    this.close();
    pending?.reject(error);
  }

  #end(): void {
    const why = this.#failure ?? Object.assign(new Error('the server closed the connection'), { code: 'ECONNRESET' });
    this.#fail(new NetworkError(messageOf(why, this.url), why.code));
  }
}
