import * as path from 'node:path';
import type { Host } from '../../../platform';
import { type PipSections, parsePipSections } from './pip-config';
import type { SourceSetting } from './setting';

/**
 * What pip's settings say of where packages come from: obeyed. Every other one (`target`, `prefix`, `constraint`, `no-binary`,
 * `dry-run` …) says what becomes of an environment, which is not theirs to say. Names are those of pip 26's long options.
 */
export const pipSources: readonly string[] = [
  'index-url',
  'extra-index-url',
  'no-index',
  'find-links',
  'trusted-host',
  'proxy',
  'no-proxy-env',
  'cert',
  'client-cert',
  'keyring-provider',
  'cache-dir',
  'no-cache-dir',
  'timeout',
  'retries',
  'resume-retries',
  'uploaded-prior-to',
  'use-feature',
  'use-deprecated',
];

/** Names that pip has for the same option. */
const otherNames: Readonly<Record<string, string>> = { 'pypi-url': 'index-url', 'default-timeout': 'timeout' };

/** Of these options only the values that are about certificates. */
const onlyValues: Readonly<Record<string, string>> = { 'use-feature': 'truststore', 'use-deprecated': 'legacy-certs' };

/** Named as the null device, `PIP_CONFIG_FILE` switches every file off. */
export const noFile = (platform: NodeJS.Platform): string => (platform === 'win32' ? 'nul' : '/dev/null');

/**
 * pip's source settings as they apply, by option. pip's order: the machine, the user, the activated environment, the file that
 * `PIP_CONFIG_FILE` names, then variables; and a section `[install]` of any file goes before `[global]` of each.
 */
export function pipSettings(host: Host): ReadonlyMap<string, SourceSetting> {
  const files = configurationFiles(host).map((file) => ({ file, sections: sectionsOf(host, file) }));
  const found = new Map<string, SourceSetting>();
  for (const section of ['global', 'install'])
    for (const { file, sections } of files)
      for (const [name, value] of sections.get(section) ?? []) put(found, name, { value, from: file });
  for (const [name, value] of Object.entries(host.env)) {
    const option = /^PIP_(.+)$/.exec(name)?.[1]?.toLowerCase().replace(/_/g, '-');
    if (option && value?.trim()) put(found, option, { value: value.trim(), from: name });
  }
  return found;
}

function put(found: Map<string, SourceSetting>, name: string, { value, from }: SourceSetting): void {
  const option = otherNames[name] ?? name;
  if (!pipSources.includes(option)) return;
  const only = onlyValues[option];
  if (only !== undefined && !value.split(/\s+/).includes(only)) return;
  found.set(option, { value: only ?? value, from });
}

function configurationFiles({ env, home, platform, systemRoot }: Host): string[] {
  const own = env.PIP_CONFIG_FILE;
  if (own === noFile(platform)) return [];
  const name = platform === 'win32' ? 'pip.ini' : 'pip.conf';
  const machine = [
    ...(env.XDG_CONFIG_DIRS || '/etc/xdg').split(path.delimiter).map((folder) => path.join(folder, 'pip')),
    path.join(systemRoot, 'etc'),
  ];
  const user = home ? [path.join(home, '.pip'), path.join(env.XDG_CONFIG_HOME || path.join(home, '.config'), 'pip')] : [];
  const activated = [env.CONDA_PREFIX, env.VIRTUAL_ENV].filter((folder): folder is string => Boolean(folder));
  return [...[...machine, ...user, ...activated].map((folder) => path.join(folder, name)), ...(own ? [own] : [])];
}

function sectionsOf({ files }: Host, file: string): PipSections {
  try {
    return parsePipSections(files.readText(file) ?? '');
  } catch {
    // A folder, or one that may not be read.
    return new Map();
  }
}
