import type * as http from 'node:http';
import { UserError } from '../../common/errors';
import { oneLine } from '../../untrusted/text';

/** Redirects that one question follows. */
export const mostRedirects = 8;

/**
 * Where an answer sends us; `undefined` where it does not. Only to http and https, never from https to http, and not for ever.
 * @param hops redirects that were followed before
 * @throws UserError E_HUB_ANSWER
 */
export function redirectOf(
  { statusCode = 0, headers }: Pick<http.IncomingMessage, 'statusCode' | 'headers'>,
  url: URL,
  hops: number,
): URL | undefined {
  const { location } = headers;
  if (![301, 302, 303, 307, 308].includes(statusCode) || location === undefined) return undefined;
  // What follows the question mark of a signed address is nobody's to read.
  const refused = (needed: string) =>
    new UserError({
      code: 'E_HUB_ANSWER',
      found: `${url.host} redirects to \`${oneLine(location.split('?')[0] ?? '', 120)}\``,
      needed,
      fix: 'run the same command again; where HF_ENDPOINT or a proxy stands between, tell its owner',
    });
  if (hops >= mostRedirects) throw refused(`an answer after at most ${mostRedirects} redirects`);
  if (!URL.canParse(location, url.href)) throw refused('an address');
  const target = new URL(location, url);
  if (target.protocol !== 'https:' && target.protocol !== 'http:') throw refused('an address of http or https');
  if (url.protocol === 'https:' && target.protocol === 'http:') throw refused('an address of https, as the one before');
  return target;
}
