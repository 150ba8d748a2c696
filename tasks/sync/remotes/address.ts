import type { Remote } from './remote';
import { kindNamed } from './remote-type';

/** Where that is, as messages show it. */
export function remoteAddress({ type, host, user, path }: Remote): string {
  return kindNamed(type).host === 'unused'
    ? path
    : `${user ? `${user}@` : ''}${host.includes(':') ? `[${host}]` : host}${host ? ':' : ''}${path}`;
}
