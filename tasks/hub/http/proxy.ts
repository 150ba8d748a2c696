import * as http from 'node:http';
import * as https from 'node:https';
import type { Duplex } from 'node:stream';
import * as tls from 'node:tls';
import { UserError } from '../../common/errors';
import { hostOf, stalled } from './request-headers';

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The proxy for an address by `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, small letters first as curl has it.
 * @throws UserError E_HUB_PROXY where it is none of http or https
 */
export const proxyFor = (url: URL, env: Variables): URL | undefined => proxyNamed(url, env)?.url;

/** The same with the variable that names it. @throws UserError E_HUB_PROXY */
export function proxyNamed(url: URL, env: Variables): { name: string; url: URL } | undefined {
  const read = (name: string) => {
    const own = env[name.toLowerCase()] ? name.toLowerCase() : name;
    const value = env[own];
    return value ? { name: own, value } : undefined;
  };
  const proxy = read(url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY') ?? read('ALL_PROXY');
  if (!proxy || isExcepted(url, read('NO_PROXY')?.value ?? '')) return undefined;
  const address = /^\w+:\/\//.test(proxy.value) ? proxy.value : `http://${proxy.value}`;
  const parsed = URL.canParse(address) ? new URL(address) : undefined;
  if (parsed?.protocol === 'http:' || parsed?.protocol === 'https:') return { name: proxy.name, url: parsed };
  throw new UserError({
    code: 'E_HUB_PROXY',
    found: `${proxy.name} is ${parsed ? `a proxy of \`${parsed.protocol}//\`` : 'no address'}`,
    needed: 'a proxy of http or https, which opens tunnels (CONNECT)',
    fix: `\`export HTTPS_PROXY=http://HOST:PORT\` where there is one; or \`unset ${proxy.name}\`; or \`--backend=hf\`, which takes SOCKS after \`pip install "httpx[socks]" pysocks\``,
  });
}

/** `NO_PROXY`: names with everything below them, with or without a leading dot, a port, or `*`. */
export function isExcepted(url: URL, list: string): boolean {
  const host = hostOf(url).toLowerCase();
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return list
    .split(/[\s,]+/)
    .filter(Boolean)
    .some((entry) => {
      if (entry === '*') return true;
      // An IPv6 address has colons of its own: its port stands behind brackets.
      const [, name = '', wantedPort] = /^\*?\.?\[?([^:\]]*|[^\]]*:[^\]]*:[^\]]*?)\]?(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
      return (wantedPort === undefined || wantedPort === port) && (host === name || host.endsWith(`.${name}`));
    });
}

/** What a proxy wants to know of us. */
export const proxyHeaders = (proxy: URL): Record<string, string> =>
  proxy.username
    ? {
        'Proxy-Authorization': `Basic ${Buffer.from(`${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`).toString('base64')}`,
      }
    : {};

/** A proxy that has not opened a tunnel by then will not. */
const tunnelMs = 30_000;

/** TLS through a proxy: `CONNECT` first, then TLS with the real host inside, checked as ever. */
export class TunnelAgent extends https.Agent {
  constructor(
    private readonly proxy: URL,
    options: https.AgentOptions,
  ) {
    super(options);
  }

  // The types of Node leave out that an agent may hand its socket to a callback.
  override createConnection(
    options: https.RequestOptions & { until?: AbortSignal },
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    const target = `${options.host}:${options.port ?? 443}`;
    const module = this.proxy.protocol === 'https:' ? https : http;
    const request = module.request({
      host: this.proxy.hostname,
      port: this.proxy.port || (this.proxy.protocol === 'https:' ? 443 : 80),
      method: 'CONNECT',
      path: target,
      headers: { Host: target, ...proxyHeaders(this.proxy) },
      agent: false,
    });
    const fail = (error: Error) => callback?.(error, undefined as unknown as Duplex);
    const timer = setTimeout(() => request.destroy(stalled(tunnelMs)), tunnelMs);
    const stop = () => request.destroy();
    options.until?.addEventListener('abort', stop);
    request.once('close', () => {
      clearTimeout(timer);
      options.until?.removeEventListener('abort', stop);
    });
    request.once('error', fail);
    request.once('connect', (response, socket) => {
      clearTimeout(timer);
      if (response.statusCode !== 200) {
        socket.destroy();
        fail(new Error(`the proxy ${this.proxy.host} answered ${response.statusCode} to CONNECT ${target}`));
        return;
      }
      const secure = tls.connect({ ...(options as tls.ConnectionOptions), socket, servername: options.servername || String(options.host) });
      callback?.(null, secure);
    });
    request.end();
    return undefined;
  }
}
