import type { Host } from '../../../platform';
import { pipSettings } from './pip-settings';
import type { SourceSetting } from './setting';
import { uvSettings } from './uv-settings';

/** A setting that a person can go to: a variable, or a key of a file. */
export interface Named {
  /** `PIP_INDEX_URL`, or `` `index-url` of FILE ``. */
  name: string;
  isVariable: boolean;
}

const isVariable = (from: string): boolean => /^[A-Z][A-Z0-9_]*$/i.test(from);
const named = (key: string, { from }: Pick<SourceSetting, 'from'>): Named =>
  isVariable(from) ? { name: from, isVariable: true } : { name: `\`${key}\` of ${from}`, isVariable: false };
const isOn = (value: unknown): boolean => /^(?:1|true|yes|on|y|t)$/i.test(String(value ?? ''));

/** The setting that has pip and uv look in no index. */
export function withoutIndex(host: Host): Named | undefined {
  for (const settings of [pipSettings(host), uvSettings(host)]) {
    const found = settings.get('no-index');
    if (found && isOn(found.value)) return named('no-index', found);
  }
  return undefined;
}

/** The setting that has uv use no network. */
export function withoutNetwork(host: Host): Named | undefined {
  if (isOn(host.env.UV_OFFLINE)) return { name: 'UV_OFFLINE', isVariable: true };
  const found = uvSettings(host).get('offline');
  return found && isOn(found.value) ? named('offline', found) : undefined;
}

/** The setting that names an index; `undefined` where it is the usual one. */
export function indexNamedBy(host: Host, index: URL): Named | undefined {
  const holds = (value: unknown): boolean => JSON.stringify(value ?? '').includes(`${index.host}${index.pathname.replace(/\/+$/, '')}`);
  const variable = Object.keys(host.env).find((name) => /^(?:UV|PIP)_\w*INDEX/.test(name) && holds(host.env[name]));
  if (variable) return { name: variable, isVariable: true };
  for (const settings of [pipSettings(host), uvSettings(host)])
    for (const [key, found] of settings) if (/index/.test(key) && holds(found.value)) return named(key, found);
  return undefined;
}

/** Where a proxy is set that reaches the installers under the name of a variable. */
export function proxyNamedBy(host: Host, variable: string): Named {
  if (host.env[variable]) return { name: variable, isVariable: true };
  for (const settings of [pipSettings(host), uvSettings(host)])
    for (const [key, found] of settings) if (/proxy$/.test(key)) return named(key, found);
  return { name: variable, isVariable: true };
}
