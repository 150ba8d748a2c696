import type * as http from 'node:http';
import type { Context } from '../core/context';
import { UserError } from '../core/errors';
import { endpointOf } from './endpoint';
import { header, textOf } from './http/answer';
import { Connections } from './http/connections';
import { NetworkError } from './http/network-error';
import { backoffMs, isPassing, Patience } from './http/patience';
import { refusalError } from './refusals';
import { findToken, type Token } from './token';

/** What is asked of the Hub, and about what: the errors name it. */
export interface Question {
  /** A path of the Hub, or a whole address. */
  address: string;
  repo: string;
  revision: string;
  headers?: Record<string, string>;
  /** Other answers than 200 that are fine. */
  fine?: readonly number[];
  /** The body is wanted, at most so many bytes of it; else the first answer is enough. */
  bodyBytes?: number;
}

/**
 * Questions to the Hub: with the token to the Hub alone, with tries and waits, redirects followed, and each refusal
 * as the error that names its cure.
 */
export class Requests {
  readonly endpoint: string;
  readonly token: Token | undefined;
  readonly connections: Connections;
  readonly patience: Patience;
  readonly stallMs: number;
  readonly tries: number;

  constructor(context: Context) {
    const { download } = context.settings.setup;
    this.endpoint = endpointOf(context.host);
    this.token = findToken(context);
    this.connections = new Connections(context.host);
    this.patience = new Patience(context.host);
    this.stallMs = download.stall_seconds * 1000;
    this.tries = download.tries;
  }

  /** What goes along with a request: the token to the Hub itself, to its very origin, and to nobody else. */
  headersFor(url: URL): Record<string, string> {
    return this.token && url.origin === new URL(this.endpoint).origin ? { Authorization: `Bearer ${this.token.value}` } : {};
  }

  /** The error of an answer that is not a passing one. */
  async refused(response: http.IncomingMessage, body: string, repo: string, revision: string): Promise<UserError> {
    const status = response.statusCode ?? 0;
    const code = header(response, 'x-error-code');
    const message = header(response, 'x-error-message') ?? messageIn(body);
    const refusal = { status, code, message, endpoint: this.endpoint, repo, revision, tokenFrom: this.token?.from };
    // The Hub hides a repository from a wrong token as it hides it from none: ask about the token itself.
    const tokenIsGood = status === 401 && code === 'RepoNotFound' && this.token ? await this.#tokenIsGood() : undefined;
    return (
      refusalError({ ...refusal, tokenIsGood }) ??
      new UserError({
        code: 'E_HUB_ANSWER',
        found: `${this.endpoint} answered ${status} for \`${repo}\`${message ? `: ${message.slice(0, 300)}` : ''}`,
        needed: 'an answer of the Hub',
        fix: 'run the same command again; where HF_ENDPOINT is set, check that it is a Hub',
      })
    );
  }

  unreachable(error: NetworkError): UserError {
    const isTls = /certificate|self[- ]signed|CERT_|SSL|altname/i.test(`${error.code} ${error.message}`);
    if (isTls)
      return new UserError({
        code: 'E_HUB_TLS',
        found: `the certificate of ${error.message}`,
        needed: 'a certificate that this machine trusts; checks are never turned off',
        fix: "`export NODE_EXTRA_CA_CERTS=FILE` with your site's own authority, then run the same command again",
      });
    return new UserError({
      code: 'E_HUB_UNREACHABLE',
      found: `${this.endpoint} cannot be reached (${error.message})`,
      needed: 'a connection to the Hub, or to the mirror in HF_ENDPOINT',
      fix: '`export HTTPS_PROXY=…` where a proxy is needed, then run the same command again: it goes on where it stopped',
    });
  }

  async #tokenIsGood(): Promise<boolean | undefined> {
    const url = new URL(`${this.endpoint}/api/whoami-v2`);
    const response = await this.connections.send(url, { headers: this.headersFor(url), stallMs: this.stallMs }).catch(() => undefined);
    response?.resume();
    if (response?.statusCode === 401) return false;
    return response?.statusCode === 200 ? true : undefined;
  }

  /** The same for JSON, which a long list may be. @throws UserError */
  async json(question: Question): Promise<{ value: unknown; response: http.IncomingMessage }> {
    const { response, body } = await this.get({ ...question, bodyBytes: 64_000_000 });
    try {
      return { value: JSON.parse(body), response };
    } catch {
      throw new UserError({
        code: 'E_HUB_ANSWER',
        found: `${this.endpoint} answered something that is no JSON: ${body.slice(0, 80)}`,
        needed: 'an answer of the Hub',
        fix: 'check HF_ENDPOINT and the proxy, then run the same command again',
      });
    }
  }

  /** One request with its tries and its redirects. @throws UserError */
  async get({
    address,
    repo,
    revision,
    headers = {},
    fine = [],
    bodyBytes,
  }: Question): Promise<{ response: http.IncomingMessage; body: string }> {
    let url = new URL(address, `${this.endpoint}/`);
    if (address.startsWith('/')) url = new URL(this.endpoint + address);
    let redirects = 0;
    for (let tries = 1; ; ) {
      await this.patience.ready(url);
      let wait = 0;
      let last: UserError;
      try {
        const response = await this.connections.send(url, { headers: { ...headers, ...this.headersFor(url) }, stallMs: this.stallMs });
        const status = response.statusCode ?? 0;
        if ([301, 302, 303, 307, 308].includes(status) && response.headers.location && redirects++ < 8) {
          response.resume();
          const target = new URL(response.headers.location, url);
          // A byte of the CDN proves nothing that the signed address does not.
          if (bodyBytes === undefined && target.origin !== url.origin) return { response, body: '' };
          url = target;
          continue;
        }
        const body = await textOf(response, bodyBytes);
        if (status < 300 || fine.includes(status)) return { response, body };
        if (!isPassing(status)) throw await this.refused(response, body, repo, revision);
        wait = this.patience.heed(url, response);
        last = await this.refused(response, body, repo, revision);
      } catch (error) {
        if (!(error instanceof NetworkError)) throw invalidToken(error, this.token);
        last = this.unreachable(error);
        // A name that is not known and a port without a listener are rarely mended by waiting long.
        if (['ENOTFOUND', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH'].includes(error.code ?? '') && tries >= 2) throw last;
        if (last.fault.code === 'E_HUB_TLS') throw last;
      }
      if (++tries > this.tries) throw last;
      if (wait === 0) await this.patience.pause(backoffMs(tries - 1));
    }
  }
}

function messageIn(body: string): string {
  try {
    const { error } = JSON.parse(body) as { error?: unknown };
    return typeof error === 'string' ? error : '';
  } catch {
    return body
      .replace(/<[^>]+>/g, ' ')
      .trim()
      .slice(0, 300);
  }
}

/** A token with a line break in it is refused by Node itself. */
function invalidToken(error: unknown, token: Token | undefined): unknown {
  if ((error as NodeJS.ErrnoException).code !== 'ERR_INVALID_CHAR' || !token) return error;
  return new UserError({
    code: 'E_HUB_BAD_TOKEN',
    found: `the token of ${token.from} holds characters that no token has`,
    needed: 'a token that the Hub knows',
    fix: 'put the token there alone, on one line, and run the same command again',
  });
}
