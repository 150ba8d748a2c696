import * as http from 'node:http';
import * as https from 'node:https';
import * as tls from 'node:tls';
import type { Host } from '../../platform';
import { messageOf, NetworkError } from './network-error';
import { proxyFor, proxyHeaders, TunnelAgent } from './proxy';
import { RangeConnections } from './range-connections';
import { hostOf, ownHeaders, stalled } from './request-headers';

/** Bytes of the head of an answer. A signed address has some thousand. */
const mostHead = 65_536;

export interface Ask {
  headers?: Record<string, string>;
  /** JSON that is posted; absent for a plain question. It must be one that may be asked twice. */
  body?: string | undefined;
  /** Milliseconds without a byte, before or after the answer began. */
  stallMs: number;
  /** Ends it before its time, its answer too. */
  signal: AbortSignal;
}

/** Connections that are kept open, for as long as one run needs them. */
export class Connections {
  readonly #agents = new Map<string, http.Agent>();
  readonly #secure: tls.SecureContext | undefined;
  /** Those that fetch many bytes. */
  readonly ranges = new RangeConnections(() => this.#secure);

  constructor(private readonly host: Host) {
    // NODE_EXTRA_CA_CERTS is Node's own; the others are what Python and curl users set at sites with a CA of their own.
    const files = ['REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'SSL_CERT_FILE']
      .map((name) => host.env[name])
      .filter((file) => file !== undefined);
    const read = (file: string | undefined) => (file && host.files.stat(file)?.isFile() ? [host.files.readText(file) ?? ''] : []);
    const bundles = [...new Set(files)].flatMap(read);
    // A list of authorities replaces Node's own, so all of them are in it; made once, since it takes a while.
    if (bundles.length > 0)
      this.#secure = tls.createSecureContext({ ca: [...tls.rootCertificates, ...read(host.env.NODE_EXTRA_CA_CERTS), ...bundles] });
  }

  /**
   * Sends one request; redirects are the caller's to follow. A connection that the server closed while it lay
   * idle is no failure: the request goes out once more.
   * @throws NetworkError
   */
  async send(url: URL, ask: Ask): Promise<http.IncomingMessage> {
    try {
      return await this.#send(url, ask);
    } catch (error) {
      if (!(error instanceof NetworkError) || error.code !== 'STALE') throw error;
      return this.#send(url, ask);
    }
  }

  /** No proxy is between this machine and the server. */
  isDirect(url: URL): boolean {
    return proxyFor(url, this.host.env) === undefined;
  }

  close(): void {
    this.ranges.close();
    for (const agent of this.#agents.values()) agent.destroy();
  }

  #send(url: URL, { headers = {}, body, stallMs, signal }: Ask): Promise<http.IncomingMessage> {
    const proxy = proxyFor(url, this.host.env);
    const plainProxy = proxy && url.protocol === 'http:' ? proxy : undefined;
    const module = url.protocol === 'https:' || plainProxy?.protocol === 'https:' ? https : http;
    const options: https.RequestOptions & { until: AbortSignal } = {
      until: signal,
      maxHeaderSize: mostHead,
      agent: this.#agentFor(url, proxy),
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        ...ownHeaders(url),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(body)) }),
        ...headers,
        ...(plainProxy ? proxyHeaders(plainProxy) : {}),
      },
      hostname: hostOf(plainProxy ?? url),
      port: (plainProxy ?? url).port,
      path: plainProxy ? url.href : `${url.pathname}${url.search}`,
      // A variable that turns checks off for the whole process is not ours to follow.
      rejectUnauthorized: true,
      ...(this.#secure ? { secureContext: this.#secure } : {}),
    };
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const request = module.request(options);
      request.setTimeout(stallMs, () => request.destroy(stalled(stallMs)));
      // Node's own `signal` lets go of a request that waits for a tunnel, or whose answer has begun.
      const stop = () => {
        request.destroy();
        reject(new NetworkError(`${url.host}: given up`, 'ABORT'));
      };
      signal.addEventListener('abort', stop);
      request.once('close', () => signal.removeEventListener('abort', stop));
      request.once('response', resolve);
      request.on('error', (error: NodeJS.ErrnoException) => {
        const stale = request.reusedSocket && ['ECONNRESET', 'EPIPE'].includes(error.code ?? '');
        reject(new NetworkError(messageOf(error, url), stale ? 'STALE' : error.code));
      });
      request.end(body);
    });
  }

  #agentFor(url: URL, proxy: URL | undefined): http.Agent {
    const key = `${url.protocol} ${proxy?.href ?? ''}`;
    let agent = this.#agents.get(key);
    if (!agent) {
      const options = { keepAlive: true, scheduling: 'lifo' as const, noDelay: true };
      if (proxy && url.protocol === 'https:') agent = new TunnelAgent(proxy, options);
      else if (url.protocol === 'https:' || proxy?.protocol === 'https:') agent = new https.Agent(options);
      else agent = new http.Agent(options);
      this.#agents.set(key, agent);
    }
    return agent;
  }
}
