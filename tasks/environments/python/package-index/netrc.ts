import * as path from 'node:path';
import type { Host } from '../../../platform';

/** A name and a password. */
export interface Login {
  user: string;
  password: string;
}

/**
 * What `~/.netrc`, or the file that `NETRC` names, has for a host: pip and uv read it too (requests; docs.astral.sh/uv/concepts/authentication).
 * @returns `undefined` where there is no file, it may not be read, or it has nothing for that host
 */
export function netrcLogin({ env, home, files, platform }: Host, host: string): Login | undefined {
  const names = platform === 'win32' ? ['.netrc', '_netrc'] : ['.netrc'];
  const places = env.NETRC ? [env.NETRC] : home ? names.map((name) => path.join(home, name)) : [];
  for (const place of places) {
    try {
      const text = files.readText(place);
      if (text !== undefined) return parseNetrc(text, host);
    } catch {
      // A folder, or one that may not be read: there is none, as for requests.
    }
  }
  return undefined;
}

/** The entry of a host, else `default` (curl.se/docs/manpage.html#-n): words, where a comment is a word that begins with `#` at the head of a line. */
export function parseNetrc(text: string, host: string): Login | undefined {
  const found = new Map<string, Partial<Login>>();
  let entry: Partial<Login> = {};
  // The lines of a macro end with an empty one.
  const plain = text.replace(/^[ \t]*#.*$/gm, '').replace(/^[ \t]*macdef[^\n]*\n(?:[^\n]+\n?)*/gm, '');
  const words = [...plain.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, bare = '']) => quoted?.replace(/\\(.)/g, '$1') ?? bare);
  for (let at = 0; at < words.length; at++) {
    const word = words[at];
    if (word === 'default' || word === 'machine') {
      const name = word === 'default' ? '' : (words[++at] ?? '').toLowerCase();
      entry = {};
      // Of two entries of a host the first counts.
      if (!found.has(name)) found.set(name, entry);
    } else if (word === 'login') entry.user = words[++at] ?? '';
    else if (word === 'password') entry.password = words[++at] ?? '';
    else if (word === 'account') at++;
  }
  const { user, password } = found.get(host.toLowerCase()) ?? found.get('') ?? {};
  return user === undefined && password === undefined ? undefined : { user: user ?? '', password: password ?? '' };
}
