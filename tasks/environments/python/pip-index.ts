import * as path from 'node:path';
import type { Host } from '../../platform';
import { parsePipConfig } from './pip-config';

/**
 * The package index that is set for pip, as uv's variables: uv does not read pip's, and a person who set an index
 * means it for whatever installs. What is set for uv itself goes before. Addresses may hold a password: they stay
 * in the environment.
 */
export function indexOfPip(host: Host): Record<string, string | undefined> {
  const { env } = host;
  const settings = pipSettings(host);
  const result: Record<string, string> = {};
  const index = settings['index-url'];
  if (index && !env.UV_INDEX_URL && !env.UV_DEFAULT_INDEX) result.UV_DEFAULT_INDEX = index;
  // uv reads no index out of a folder in pip's way.
  const more = (settings['extra-index-url'] ?? '').split(/\s+/).filter((address) => /^https?:/.test(address));
  if (more.length > 0 && !env.UV_EXTRA_INDEX_URL && !env.UV_INDEX) {
    result.UV_INDEX = more.join(' ');
    // pip takes the best of all indexes, uv by itself only of the first that has the name.
    if (!env.UV_INDEX_STRATEGY) result.UV_INDEX_STRATEGY = 'unsafe-best-match';
  }
  if (settings['cert'] && !env.SSL_CERT_FILE) result.SSL_CERT_FILE = settings['cert'];
  return result;
}

/** pip's order: the machine, the user, `PIP_CONFIG_FILE`, then variables. */
function pipSettings(host: Host): Record<string, string | undefined> {
  const { env, files } = host;
  const read = (file: string): Readonly<Record<string, string>> => {
    try {
      return parsePipConfig(files.readText(file) ?? '');
    } catch {
      // A folder, or one that may not be read: pip will say so itself.
      return {};
    }
  };
  const own = env.PIP_CONFIG_FILE;
  const home = host.home;
  const user = home
    ? [path.join(home, '.pip', 'pip.conf'), path.join(env.XDG_CONFIG_HOME ?? path.join(home, '.config'), 'pip', 'pip.conf')]
    : [];
  // Named as the null device it switches every file off.
  const places = own === '/dev/null' ? [] : ['/etc/pip.conf', ...user, ...(own ? [own] : [])];
  const variables = Object.fromEntries(
    (['index-url', 'extra-index-url', 'cert'] as const).flatMap((name) => {
      const value = env[`PIP_${name.toUpperCase().replace(/-/g, '_')}`]?.trim();
      return value ? [[name, value]] : [];
    }),
  );
  return Object.assign({}, ...places.map(read), variables);
}
