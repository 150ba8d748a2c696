import * as os from 'node:os';
import * as path from 'node:path';

const isSource = /^(?:PIP_|UV_|SSL_|.*CERT|.*_PROXY$|.*_proxy$)/;

/** The environment of a machine that installs real packages: from where this one has them, into the cache of this user, with the Pythons of pyenv. */
export function packageSources(): Record<string, string> {
  const set = Object.entries(process.env).filter(([name, value]) => isSource.test(name) && !/\s/.test(value ?? ' '));
  return {
    ...(Object.fromEntries(set) as Record<string, string>),
    UV_CACHE_DIR: process.env.UV_CACHE_DIR ?? path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'), 'uv'),
    PIP_CONFIG_FILE: '/dev/null',
    PYENV_ROOT: process.env.PYENV_ROOT ?? path.join(os.homedir(), '.pyenv'),
  };
}
