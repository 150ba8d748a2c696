import { some } from '../../../common/format';
import type { Installed } from '../../prefix/dist-info';
import { evaluateMarker, type MarkerValues } from '../../python/markers';
import type { Locked } from '../lock/lock-file';

/** How the packages of an environment differ from the lock. */
export interface PackageDifference {
  /** How many the lock wants on this machine. */
  wanted: number;
  matching: number;
  missing: Locked[];
  extra: Installed[];
  /** There in another version. */
  mismatched: { name: string; from: string; to: string }[];
  /** Names that are there twice: what is imported is left to chance. */
  duplicates: string[];
}

/** What an environment brings along by itself. */
export const bootstrap: readonly string[] = ['pip', 'setuptools', 'wheel'];

/** The packages of a lock, or of the requirements, that are for a machine. */
export function lockedFor<Of extends Pick<Locked, 'marker'>>(packages: readonly Of[], markers: MarkerValues): Of[] {
  return packages.filter(({ marker }) => marker === undefined || evaluateMarker(marker, markers));
}

/** Compares packages by name and version. */
export function compare(locked: readonly Locked[], installed: readonly Installed[]): PackageDifference {
  const there = new Map(installed.map((one) => [one.name, one]));
  const wanted = new Set(locked.map(({ name }) => name));
  const missing = locked.filter(({ name }) => !there.has(name));
  const other = locked.flatMap(({ name, version }) => {
    const from = there.get(name)?.version;
    return from === undefined || sameVersion(from, version) ? [] : [{ name, from, to: version }];
  });
  const names = installed.map(({ name }) => name);
  return {
    wanted: locked.length,
    matching: locked.length - missing.length - other.length,
    missing,
    extra: installed.filter(({ name }) => !wanted.has(name) && !bootstrap.includes(name)),
    mismatched: other,
    duplicates: [...new Set(names.filter((name, index) => names.indexOf(name) !== index))],
  };
}

export const isSame = ({ missing, extra, mismatched: other, duplicates: twice }: PackageDifference): boolean =>
  missing.length + extra.length + other.length + twice.length === 0;

/** The difference as the end of a sentence: `1 missing (pandas), 1 extra (rich)`. */
export function describeDifference({ missing, extra, mismatched: other, duplicates: twice }: PackageDifference): string {
  const named = (what: string, items: readonly string[]) => (items.length > 0 ? [`${items.length} ${what} (${some(items)})`] : []);
  return [
    ...named(
      'missing',
      missing.map(({ name }) => name),
    ),
    ...named(
      'in another version',
      other.map(({ name, from, to }) => `${name} ${from} instead of ${to}`),
    ),
    ...named(
      'extra',
      extra.map(({ name }) => name),
    ),
    ...named('there twice', twice),
  ].join(', ');
}

/** `2.1.0+cu121` is 2.1.0 to a pin without a local part (PEP 440); `-` is `_` in the name of a folder. */
export function sameVersion(installed: string, locked: string): boolean {
  const plain = (version: string) => version.replace(/_/g, '-').toLowerCase();
  if (plain(installed) === plain(locked)) return true;
  const { satisfies, valid } = require('@renovatebot/pep440') as typeof import('@renovatebot/pep440');
  return Boolean(valid(installed) && valid(locked)) && satisfies(installed, `==${locked}`);
}
