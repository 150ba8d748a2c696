import { satisfies, valid } from '@renovatebot/pep440';

/** A spec of a conda package: conda documentation, "Package match specifications". */
export interface MatchSpec {
  name: string;
  /** `3.10.*`, `==2.1.0`, `>=65,<70`; absent for any version. */
  version?: string;
  build?: string;
}

/** Reads `python=3.10`, `pytorch==2.1.0`, `numpy<2`, `conda-forge::pip`, `cudnn=8.9=*_0`, `python 3.10.*`. */
export function parseMatchSpec(text: string): MatchSpec {
  const spec = text
    .trim()
    .replace(/^[^\s=<>!]*::/, '')
    .replace(/\[.*\]$/, '');
  const [, name = spec, rest = ''] = /^([A-Za-z0-9_.-]+?)\s*([=<>!~\s].*)?$/.exec(spec) ?? [];
  const limit = rest.trim().replace(/\s*([<>=!~,|]+)\s*/g, '$1');
  const lower = name.toLowerCase();
  if (!limit) return { name: lower };
  // `name=1.2` means 1.2 and what begins with it, `name=1.2=build` and `name 1.2 build` are exact.
  const single = /^=([^=<>!~]+?)(?:=([^=]+))?$/.exec(limit);
  if (single)
    return { name: lower, version: single[2] ? String(single[1]) : fuzzy(String(single[1])), ...(single[2] ? { build: single[2] } : {}) };
  const [version = '', build] = limit.split(/\s+/);
  return { name: lower, version, ...(build ? { build } : {}) };
}

const fuzzy = (version: string): string => (version.includes('*') ? version : `${version}.*`);

/** Whether a version (and build) is one that the spec means. What cannot be compared counts as not. */
export function matches(spec: MatchSpec, version: string, build: string): boolean {
  if (spec.build && !glob(spec.build, build)) return false;
  if (!spec.version) return true;
  return spec.version.split('|').some((either) => either.split(',').every((limit) => one(limit.trim(), version)));
}

function one(limit: string, version: string): boolean {
  const [, operator = '', wanted = ''] = /^(==|!=|<=|>=|~=|<|>|=)?(.*)$/.exec(limit) ?? [];
  if (!operator || operator === '=' || operator === '==') {
    if (wanted.endsWith('*')) return glob(wanted, version) || version === wanted.replace(/\.?\*$/, '');
    return version === wanted || (valid(version) !== null && valid(wanted) !== null && satisfies(version, `==${wanted}`));
  }
  return valid(version) !== null && valid(wanted.replace(/\.\*$/, '')) !== null && satisfies(version, `${operator}${wanted}`);
}

const glob = (pattern: string, text: string): boolean =>
  new RegExp(`^${pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*')}$`).test(text);
