import type * as http from 'node:http';
import { Interrupted, UserError } from '../../common/errors';
import type { Context } from '../../engine/context';
import { isCommitHash } from '../../untrusted/hashes';
import { fieldsOf, tryParse } from '../../untrusted/json';
import { oneLine } from '../../untrusted/text';
import { Connections } from '../http/connections';
import { withinTime } from '../http/deadline';
import { NetworkError } from '../http/network-error';
import { proxyFor, proxyNamed } from '../http/proxy';
import { backoffMs, isRetryableStatus, RateLimitGate } from '../http/rate-limit';
import { discardBody, header, packing, plainOf, readStart, readText } from '../http/read-body';
import { redirectOf } from '../http/redirect';
import { misfit } from './answers';
import { endpointOf, originOf } from './endpoint';
import { loginCommand } from './hf-command';
import { refusalError } from './refusals';
import { findToken, type Token } from './token';
import { invalidToken, tokenCure } from './token-cure';
import { unreachable } from './unreachable';

/** What is asked of the Hub, and about what: the errors name it. */
export interface HubRequest {
  /** A path of the Hub, with what is asked. */
  address: string;
  repo: string;
  revision: string;
  headers?: Record<string, string>;
  /** Other answers than 200 that are fine. */
  acceptStatuses?: readonly number[];
  /** The body is wanted, at most so many bytes of it; else the first answer is enough. */
  bodyBytes?: number;
}

/** An answer that was read as far as it is wanted. */
export interface HubResponse {
  response: http.IncomingMessage;
  body: string;
}

/**
 * Questions to the Hub: with the token to the Hub alone, with tries and waits, redirects followed, and each refusal
 * as the error that names its cure. Each answer has a time and a size, and Ctrl-C ends all of them.
 */
export class Requests {
  readonly endpoint: string;
  readonly token: Token | undefined;
  readonly connections: Connections;
  readonly patience: RateLimitGate;
  readonly stallMs: number;
  /** Milliseconds that a whole answer may take. */
  readonly answerMs: number;
  readonly tries: number;
  readonly #env: Context['host']['env'];
  readonly #home: string;
  readonly #login: () => string;
  readonly #signal: AbortSignal;

  /**
   * @param token as it was found before: a pipe gives it once
   * @throws UserError E_HUB_UNREACHABLE where HF_ENDPOINT is no address
   */
  constructor(context: Context, token?: Token) {
    const { download } = context.settings.setup;
    this.endpoint = endpointOf(context.host);
    this.#env = context.host.env;
    this.#home = originOf(this.endpoint);
    this.#login = () => loginCommand(context);
    // Before anything is asked: a proxy that is not one of ours would never answer.
    proxyFor(new URL(this.endpoint), context.host.env);
    this.token = token ?? findToken(context);
    this.connections = new Connections(context.host);
    this.patience = new RateLimitGate(context.host, download.wait_seconds * 1000);
    this.stallMs = download.stall_seconds * 1000;
    this.answerMs = download.answer_seconds * 1000;
    this.tries = download.tries;
    this.#signal = context.host.processes.signal;
  }

  /** Whether an address is the Hub's own: of its very origin. */
  isHome(url: URL): boolean {
    return url.origin === this.#home;
  }

  /** What goes along with a request: the token to the Hub itself, and to nobody else. */
  headersFor(url: URL): Record<string, string> {
    return this.token && this.isHome(url) ? { Authorization: `Bearer ${this.token.value}` } : {};
  }

  /** One request, and its answer as far as `read` wants it. @throws NetworkError, Interrupted, and what `read` throws */
  once<T>(url: URL, headers: Record<string, string>, read: (response: http.IncomingMessage) => Promise<T>, ms = this.answerMs): Promise<T> {
    return withinTime(ms, this.#signal, async (signal) =>
      read(
        await this.connections.send(url, { headers: { ...headers, ...this.headersFor(url) }, stallMs: Math.min(ms, this.stallMs), signal }),
      ),
    );
  }

  /** What is said of a commit must be said of the one that was asked for. @throws UserError E_HUB_ANSWER */
  refuseOtherCommit(url: URL, response: http.IncomingMessage, revision: string): void {
    const said = header(response, 'x-repo-commit');
    if (said === undefined || said === revision || !this.isHome(url) || !isCommitHash(revision)) return;
    throw misfit(this.endpoint, 'X-Repo-Commit', said, `the commit that was asked for: ${revision}`);
  }

  /** The error of an answer that is not a passing one. */
  async refused(response: http.IncomingMessage, body: string, repo: string, revision: string): Promise<UserError> {
    const status = response.statusCode ?? 0;
    const code = header(response, 'x-error-code');
    const message = oneLine(header(response, 'x-error-message') ?? messageIn(body));
    const { from: tokenFrom, endedAt } = this.token ?? {};
    const login = this.#login();
    const refusal = {
      status,
      code,
      message,
      endpoint: this.endpoint,
      repo,
      revision,
      tokenFrom,
      endedAt,
      login,
      tokenCure: this.token && tokenCure(this.token, login),
    };
    // The Hub hides a repository from a wrong token as it hides it from none: ask about the token itself.
    const tokenIsGood = status === 401 && code === 'RepoNotFound' && this.token ? await this.#tokenIsGood() : undefined;
    return (
      refusalError({ ...refusal, tokenIsGood }) ??
      new UserError({
        code: 'E_HUB_ANSWER',
        found: `${this.endpoint} answered ${status} for \`${repo}\`${message ? `: ${message}` : ''}`,
        needed: 'an answer of the Hub',
        fix: 'run the same command again; where HF_ENDPOINT is set, check that it is a Hub',
      })
    );
  }

  unreachable(error: NetworkError): UserError {
    return unreachable(this.endpoint, proxyNamed(new URL(this.endpoint), this.#env), error);
  }

  async #tokenIsGood(): Promise<boolean | undefined> {
    const status = await this.once(new URL(`${this.endpoint}/api/whoami-v2`), {}, async (response) => {
      discardBody(response);
      return response.statusCode;
    }).catch((error: unknown) => {
      if (error instanceof Interrupted) throw error;
    });
    if (status === 401) return false;
    return status === 200 ? true : undefined;
  }

  /** Asks for JSON and parses it; bodies of up to 64 MB. @throws UserError */
  async json(question: HubRequest): Promise<{ value: unknown; response: http.IncomingMessage }> {
    const { response, body } = await this.get({ ...question, bodyBytes: 64_000_000 });
    return { value: this.parsed(body), response };
  }

  /** @throws UserError E_HUB_ANSWER */
  parsed(body: string): unknown {
    const value = tryParse(body);
    if (value !== undefined) return value;
    throw new UserError({
      code: 'E_HUB_ANSWER',
      found: `${this.endpoint} answered something that is not JSON: ${oneLine(body, 80)}`,
      needed: 'an answer of the Hub',
      fix: 'check HF_ENDPOINT and the proxy, then run the same command again',
    });
  }

  /** One request with its tries and its redirects. @throws UserError, Interrupted */
  async get({ address, repo, revision, headers = {}, acceptStatuses: fine = [], bodyBytes }: HubRequest): Promise<HubResponse> {
    let url = new URL(this.endpoint + address);
    let hops = 0;
    for (let tries = 1; ; ) {
      await this.patience.wait(url);
      let wait = 0;
      let last: UserError;
      try {
        const { response, body, target } = await this.once(url, headers, async (response) => {
          this.refuseOtherCommit(url, response, revision);
          const target = redirectOf(response, url, hops);
          if (target) discardBody(response);
          const isWanted = bodyBytes !== undefined && isFine(response, fine);
          const body = target ? '' : isWanted ? await readText(response, bodyBytes, this.endpoint) : await readStart(response);
          return { response, body, target };
        });
        if (target) {
          // A byte of the CDN proves nothing that the signed address does not.
          if (bodyBytes === undefined && target.origin !== url.origin) return { response, body };
          url = target;
          hops++;
          continue;
        }
        if (isFine(response, fine)) {
          const packed = bodyBytes === undefined ? undefined : packing(response);
          if (packed !== undefined) throw misfit(this.endpoint, 'Content-Encoding', packed, '`identity`, as it was asked for');
          return { response, body };
        }
        last = await this.refused(response, body, repo, revision);
        if (!isRetryableStatus(response.statusCode ?? 0)) throw last;
        wait = this.patience.observe(url, response);
      } catch (error) {
        if (!(error instanceof NetworkError)) throw invalidToken(error, this.token, this.#login());
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

const isFine = ({ statusCode = 0 }: http.IncomingMessage, fine: readonly number[]): boolean =>
  (statusCode >= 200 && statusCode < 300) || fine.includes(statusCode);

function messageIn(body: string): string {
  const error = fieldsOf(tryParse(body))?.error;
  return typeof error === 'string' ? error : plainOf(body);
}
