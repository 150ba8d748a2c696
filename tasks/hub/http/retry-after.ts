import type * as http from 'node:http';
import { header } from './read-body';

/**
 * Milliseconds that a server wants us to wait: `Retry-After` (seconds or a date, RFC 9110 10.2.3), or the time until
 * each window of `RateLimit` of which nothing remains begins anew (`"name";r=0;t=…`, IETF RateLimit fields draft).
 * @returns never negative; `Infinity` where it is beyond all numbers
 */
export function retryAfterMs(response: Pick<http.IncomingMessage, 'headers'>, nowMs: number): number | undefined {
  const after = header(response, 'retry-after');
  if (after !== undefined) {
    const ms = isNumber(after.trim()) ? Number(after) * 1000 : Date.parse(after) - nowMs;
    if (!Number.isNaN(ms)) return Math.max(0, ms);
  }
  const windows = (header(response, 'ratelimit') ?? '').split(',').flatMap((window) => {
    const field = (name: string) => new RegExp(`(?:^|[;\\s])${name}=(\\d+(?:\\.\\d+)?)`).exec(window)?.[1];
    const seconds = field('t');
    return seconds === undefined ? [] : [{ seconds: Number(seconds), isEmpty: Number(field('r') ?? 0) === 0 }];
  });
  const empty = windows.filter(({ isEmpty }) => isEmpty);
  const seconds = (empty.length > 0 ? empty : windows).map((window) => window.seconds);
  const reset = header(response, 'ratelimit-reset')?.trim() ?? '';
  if (isNumber(reset) && seconds.length === 0) seconds.push(Number(reset));
  return seconds.length === 0 ? undefined : seconds.reduce((most, one) => Math.max(most, one)) * 1000;
}

const isNumber = (text: string): boolean => /^\d+(\.\d+)?$/.test(text);
