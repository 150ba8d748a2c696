import * as path from 'node:path';
import { UserError } from '../../../common/errors';
import type { Host } from '../../../platform';
import { type Fields, fieldsOf } from '../../../untrusted/json';
import type { SourceSetting } from './setting';

/** What uv.toml says of where packages and Pythons come from: obeyed. Names are those of uv 0.13. */
export const uvSources: readonly string[] = [
  'index',
  'index-url',
  'extra-index-url',
  'no-index',
  'find-links',
  'index-strategy',
  'keyring-provider',
  'http-proxy',
  'https-proxy',
  'no-proxy',
  'allow-insecure-host',
  'system-certs',
  'native-tls',
  'offline',
  'no-cache',
  'cache-dir',
  'concurrent-downloads',
  'concurrent-builds',
  'concurrent-installs',
  'python-install-mirror',
  'pypy-install-mirror',
  'graalpy-install-mirror',
  'pyodide-install-mirror',
  'python-downloads-json-url',
  'exclude-newer',
  'exclude-newer-package',
];

/** Variables of uv that say the same, and where it keeps what it fetched. */
export const uvSourceVariables =
  /^UV_(?:DEFAULT_INDEX|INDEX|INDEX_URL|EXTRA_INDEX_URL|FIND_LINKS|INDEX_STRATEGY|INDEX_\w+_(?:USERNAME|PASSWORD)|KEYRING_PROVIDER|INSECURE_HOST|NATIVE_TLS|SYSTEM_CERTS|CREDENTIALS_DIR|GITHUB_TOKEN|CACHE_DIR|NO_CACHE|OFFLINE|HTTP_TIMEOUT|REQUEST_TIMEOUT|HTTP_CONNECT_TIMEOUT|HTTP_RETRIES|CONCURRENT_(?:DOWNLOADS|BUILDS|INSTALLS|CACHE_READS)|LOCK_TIMEOUT|ASTRAL_MIRROR_URL|PYTHON_(?:INSTALL_DIR|INSTALL_MIRROR|DOWNLOADS_JSON_URL|CACHE_DIR)|(?:PYPY|GRAALPY|PYODIDE)_INSTALL_MIRROR)$/;

/**
 * uv's source settings of a person's files, by key: those of the user before those of the machine, `[pip]` before the top level
 * (docs.astral.sh/uv/concepts/configuration-files). Nothing of a checkout.
 * @throws UserError E_INSTALLER_SETTING where a file that uv would read is not there or is no TOML
 */
export function uvSettings(host: Host): ReadonlyMap<string, SourceSetting<unknown>> {
  const found = new Map<string, SourceSetting<unknown>>();
  for (const file of configurationFiles(host)) {
    const tree = readToml(host, file);
    const top = tree?.['tool'] === undefined ? tree : fieldsOf(fieldsOf(tree['tool'])?.['uv']);
    for (const [key, value] of Object.entries({ ...top, ...fieldsOf(top?.['pip']) })) {
      if (!uvSources.includes(key)) continue;
      const before = found.get(key);
      // Lists add up, what is nearer first; of all else the nearer counts.
      if (!before) found.set(key, { value, from: file });
      else if (Array.isArray(before.value) && Array.isArray(value)) found.set(key, { ...before, value: [...before.value, ...value] });
    }
  }
  return found;
}

function configurationFiles({ env, home, files, systemRoot }: Host): string[] {
  if (isOn(env.UV_NO_CONFIG)) return [];
  if (env.UV_CONFIG_FILE) return [env.UV_CONFIG_FILE];
  const user = env.XDG_CONFIG_HOME || (home && path.join(home, '.config'));
  const machine = isOn(env.UV_NO_SYSTEM_CONFIG)
    ? []
    : [...(env.XDG_CONFIG_DIRS || '/etc/xdg').split(path.delimiter), path.join(systemRoot, 'etc')];
  const there = (folder: string) => files.stat(path.join(folder, 'uv', 'uv.toml')) !== undefined;
  // Of the machine's the first counts.
  return [...(user ? [user] : []).filter(there), ...machine.filter(there).slice(0, 1)].map((folder) => path.join(folder, 'uv', 'uv.toml'));
}

const isOn = (value: string | undefined): boolean => value !== undefined && /^(?:1|true|yes|on|y|t)$/i.test(value);

function readToml({ env, files }: Host, file: string): Fields | undefined {
  const from = env.UV_CONFIG_FILE === file ? `\`UV_CONFIG_FILE\` (\`${file}\`)` : `\`${file}\``;
  const fault = (found: string) =>
    new UserError({
      code: 'E_INSTALLER_SETTING',
      found: `uv's configuration ${from} ${found}`,
      needed: 'a uv.toml',
      fix: env.UV_CONFIG_FILE === file ? 'correct the file, or `unset UV_CONFIG_FILE`' : `correct \`${file}\``,
    });
  const text = files.readText(file);
  if (text === undefined) throw fault('is not there');
  const { parse } = require('smol-toml') as typeof import('smol-toml', { with: { 'resolution-mode': 'import' }});
  try {
    return fieldsOf(parse(text));
  } catch (error) {
    throw fault(`is no TOML: ${(error as Error).message.split('\n')[0]}`);
  }
}
