import * as path from 'node:path';
import type { Host } from '../../../platform';
import { fieldsOf } from '../../../untrusted/json';
import { type Cutoff, earliest } from './cutoff';
import { noFile, pipSettings } from './pip-settings';
import type { SourceSetting } from './setting';
import { uvSettings, uvSourceVariables } from './uv-settings';

type Settings<Value> = ReadonlyMap<string, SourceSetting<Value>>;

/** Where packages come from, for pip and uv alike, and nothing else of what is set for them. */
export interface Sources {
  /** Variables for both. Addresses may hold a password: they stay in here. */
  env: Record<string, string | undefined>;
  /** All of uv's configuration but for that, as TOML; empty where there is none. */
  uvConfig: string;
  /** What a person is told: `index-url of ~/.config/pip/pip.conf`. */
  told: string[];
  cutoff: Cutoff | undefined;
}

/**
 * The source settings of a person's files and variables. An index that is set for one of the two is meant for whatever installs;
 * what is set for a tool itself goes before.
 * @param root where paths that are not absolute begin
 * @throws UserError E_INSTALLER_SETTING
 */
export function sourcesOf(host: Host, root: string): Sources {
  const [pip, uv] = [pipSettings(host), uvSettings(host)];
  const priorTo = pip.get('uploaded-prior-to');
  const newer = host.env.UV_EXCLUDE_NEWER ? { value: host.env.UV_EXCLUDE_NEWER, from: 'UV_EXCLUDE_NEWER' } : uv.get('exclude-newer');
  const cutoff = earliest(host, [
    ...(newer ? [{ ...newer, day: 'end' as const }] : []),
    ...(priorTo ? [{ ...priorTo, day: 'begin' as const }] : []),
  ]);
  const forUv = uvFromPip(host, root, pip, uv);
  const uvs = uvOwn(uv, host.env);
  const config = { ...uvs.config, ...forUv.config };
  return {
    env: {
      ...Object.fromEntries([...pip].map(([option, { value }]) => [variableOf(option), inRoot(host, root, option, value)])),
      ...pipFromUv(host, pip, uv),
      PIP_CONFIG_FILE: noFile(host.platform),
      ...uvs.env,
      ...forUv.env,
      ...cutoffVariables(cutoff),
    },
    uvConfig: Object.keys(config).length > 0 ? stringify(config) : '',
    told: toldOf(host, pip, uv),
    cutoff,
  };
}

/** The variables that make both obey a cutoff. */
export const cutoffVariables = (cutoff: Pick<Cutoff, 'value'> | undefined): Record<string, string | undefined> =>
  cutoff ? { UV_EXCLUDE_NEWER: cutoff.value, PIP_UPLOADED_PRIOR_TO: cutoff.value } : { PIP_UPLOADED_PRIOR_TO: undefined };

const variableOf = (option: string): string => `PIP_${option.toUpperCase().replace(/-/g, '_')}`;

// Loaded where somebody has a setting: most have none.
const stringify = (tree: Record<string, unknown>): string =>
  (require('smol-toml') as typeof import('smol-toml', { with: { 'resolution-mode': 'import' }})).stringify(tree);

/** Paths of a person's begin where the task was started: pip is started elsewhere. */
function inRoot({ files, home }: Host, root: string, option: string, value: string): string {
  if (!['cert', 'client-cert', 'find-links', 'cache-dir'].includes(option)) return value;
  const one = (text: string) => {
    if (text.startsWith('~/') && home) return path.join(home, text.slice(2));
    if (path.isAbsolute(text) || /^\w+:\/\//.test(text)) return text;
    const full = path.resolve(root, text);
    return files.lstat(full) ? full : text;
  };
  return option === 'find-links' ? value.split(/\s+/).filter(Boolean).map(one).join(' ') : one(value);
}

/** Keys of uv.toml that uv has a variable for, with what stands between several values. */
const byVariable: Readonly<Record<string, string>> = {
  'index-url': '',
  'extra-index-url': ' ',
  'find-links': ',',
  'cache-dir': '',
  'python-install-mirror': '',
  'pypy-install-mirror': '',
  'python-downloads-json-url': '',
};

/** uv's own settings: addresses as variables, the rest as a configuration that holds no password. */
function uvOwn(uv: Settings<unknown>, ours: Host['env']) {
  const env: Record<string, string> = {};
  const config: Record<string, unknown> = {};
  for (const [key, { value }] of uv) {
    const variable = `UV_${key.toUpperCase().replace(/-/g, '_')}`;
    const between = byVariable[key];
    if (key === 'exclude-newer' || /-proxy$/.test(key)) continue;
    if (key === 'no-proxy') config[key] = value;
    else if (between === undefined)
      config[key] = key === 'index' && Array.isArray(value) ? value.map((one, at) => withoutPassword(one, at, env)) : value;
    else if (!ours[variable]) env[variable] = [value].flat().join(between);
  }
  return { env, config };
}

/** A table `[[index]]` whose password, where its address has one, is a variable: `UV_INDEX_NAME_PASSWORD`. */
function withoutPassword(table: unknown, at: number, env: Record<string, string>): unknown {
  const fields = fieldsOf(table);
  const url = typeof fields?.['url'] === 'string' && URL.canParse(fields['url']) ? new URL(fields['url']) : undefined;
  if (!fields || !url || !(url.username || url.password)) return table;
  const name = typeof fields['name'] === 'string' ? fields['name'] : `index-${at + 1}`;
  const variable = `UV_INDEX_${name.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`;
  Object.assign(env, {
    [`${variable}_USERNAME`]: decodeURIComponent(url.username),
    [`${variable}_PASSWORD`]: decodeURIComponent(url.password),
  });
  [url.username, url.password] = ['', ''];
  return { ...fields, name, url: url.href };
}

/** The index, its host and its proxy as pip has them, for uv where it has none of its own. */
function uvFromPip(host: Host, root: string, pip: Settings<string>, uv: Settings<unknown>) {
  const { env: ours, files } = host;
  const of = (option: string) => pip.get(option)?.value;
  const has = (...names: string[]) => names.some((name) => ours[name] || uv.has(name));
  const indexes = indexesOf(uv);
  const env: Record<string, string> = {};
  const config: Record<string, unknown> = {};
  const index = of('index-url');
  if (index && !has('UV_INDEX_URL', 'UV_DEFAULT_INDEX', 'index-url') && !indexes.some(({ isDefault }) => isDefault))
    env.UV_DEFAULT_INDEX = index;
  // uv reads no index out of a folder in pip's way.
  const more = (of('extra-index-url') ?? '').split(/\s+/).filter((address) => /^https?:/.test(address));
  if (more.length > 0 && !has('UV_EXTRA_INDEX_URL', 'UV_INDEX', 'extra-index-url') && !indexes.some(({ isDefault }) => !isDefault)) {
    env.UV_INDEX = more.join(' ');
    // pip takes the best of all indexes, uv by itself only of the first that has the name.
    if (!has('UV_INDEX_STRATEGY', 'index-strategy')) env.UV_INDEX_STRATEGY = 'unsafe-best-match';
  }
  const links = inRoot(host, root, 'find-links', of('find-links') ?? '')
    .split(/\s+/)
    // uv ends where pip warns.
    .filter((place) => /^\w+:\/\//.test(place) || (place && files.stat(place)));
  if (links.length > 0 && !has('UV_FIND_LINKS', 'find-links')) env.UV_FIND_LINKS = links.join(',');
  if (isOn(of('no-index')) && !uv.has('no-index')) config['no-index'] = true;
  const hosts = (of('trusted-host') ?? '').split(/\s+/).filter(Boolean);
  if (hosts.length > 0 && !has('UV_INSECURE_HOST', 'allow-insecure-host')) config['allow-insecure-host'] = hosts;
  if (of('keyring-provider') === 'subprocess' && !has('UV_KEYRING_PROVIDER', 'keyring-provider')) env.UV_KEYRING_PROVIDER = 'subprocess';
  const [cert, clientCert] = [of('cert'), of('client-cert')];
  if (cert && !ours.SSL_CERT_FILE) env.SSL_CERT_FILE = inRoot(host, root, 'cert', cert);
  if (clientCert && !ours.SSL_CLIENT_CERT) env.SSL_CLIENT_CERT = inRoot(host, root, 'client-cert', clientCert);
  const proxy = of('proxy') ?? uv.get('https-proxy')?.value ?? uv.get('http-proxy')?.value;
  if (typeof proxy === 'string' && proxy && !Object.keys(ours).some((name) => /^(?:https?|all)_proxy$/i.test(name) && ours[name]))
    for (const name of ['HTTP_PROXY', 'HTTPS_PROXY']) env[name] = proxy.includes('://') ? proxy : `http://${proxy}`;
  return { env, config };
}

/** The index that is set for uv, for pip where it has none of its own. */
function pipFromUv({ env }: Host, pip: Settings<string>, uv: Settings<unknown>): Record<string, string> {
  const indexes = indexesOf(uv);
  const plain = (text: string | undefined) => text?.replace(/^[\w.-]+=(?=\w+:\/\/)/, '');
  const list = (key: string): string[] => [uv.get(key)?.value ?? []].flat().map(String);
  const index = plain(env.UV_DEFAULT_INDEX) || env.UV_INDEX_URL || indexes.find(({ isDefault }) => isDefault)?.url || list('index-url')[0];
  const more = [
    ...(env.UV_INDEX ?? '').split(/\s+/).map(plain),
    ...(env.UV_EXTRA_INDEX_URL ?? '').split(/\s+/),
    ...indexes.filter(({ isDefault }) => !isDefault).map(({ url }) => url),
    ...list('extra-index-url'),
  ].filter(Boolean);
  const links = env.UV_FIND_LINKS ? env.UV_FIND_LINKS.split(',') : list('find-links');
  return {
    ...(index && !pip.has('index-url') ? { PIP_INDEX_URL: index } : {}),
    ...(more.length > 0 && !pip.has('extra-index-url') ? { PIP_EXTRA_INDEX_URL: more.join(' ') } : {}),
    ...(links.length > 0 && !pip.has('find-links') ? { PIP_FIND_LINKS: links.join(' ') } : {}),
    ...(uv.get('no-index')?.value === true && !pip.has('no-index') ? { PIP_NO_INDEX: '1' } : {}),
  };
}

/** The tables `[[index]]` of uv.toml that apply to every package. */
function indexesOf(uv: Settings<unknown>): { url: string; isDefault: boolean }[] {
  const tables = uv.get('index')?.value;
  return (Array.isArray(tables) ? tables : []).flatMap((table) => {
    const { url, default: isDefault, explicit } = fieldsOf(table) ?? {};
    return typeof url === 'string' && explicit !== true ? [{ url, isDefault: isDefault === true }] : [];
  });
}

/** How it is fetched, not from where: not worth a word. */
const quiet = /timeout|retries|concurrent|exclude-newer$|uploaded-prior-to|PASSWORD$|USERNAME$/i;

function toldOf({ env }: Host, pip: Settings<string>, uv: Settings<unknown>): string[] {
  const variables = Object.keys(env).filter((name) => (uvSourceVariables.test(name) || /^(?:https?|all)_proxy$/i.test(name)) && env[name]);
  return [...variables, ...[...uv, ...pip].map(([key, { from }]) => (/^[A-Z]/.test(from) ? from : `\`${key}\` of ${from}`))].filter(
    (text) => !quiet.test(text.split(' ')[0]?.replace(/`/g, '') ?? ''),
  );
}

const isOn = (value: string | undefined): boolean => value !== undefined && /^(?:1|true|yes|on|y|t)$/i.test(value);
