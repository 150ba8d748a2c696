import { normalizeName } from '../common/package-name';
import { type Fields, fieldsOf } from '../untrusted/json';
import { oneLine } from '../untrusted/text';

/**
 * What OSV says of packages (ossf.github.io/osv-schema, google.github.io/osv.dev/post-v1-querybatch): answers of others, parsed into
 * what they may be. What does not fit is no answer, and never "no vulnerability".
 */

/** A vulnerability that somebody reported of a package. */
export interface Advisory {
  id: string;
  /** Its other names, the CVE for one. */
  aliases: readonly string[];
  summary: string;
  /** In the reporter's word: `HIGH`; absent where none was said. */
  severity?: string;
  /** The first versions without it. */
  fixed: readonly string[];
  /** Whether a version has it. */
  affects(version: string): boolean;
}

const idShape = /^[A-Za-z][A-Za-z0-9_.:-]{2,79}$/;
const versionShape = /^[\w.!+-]{1,100}$/;
/** More of each than any package has. */
const most = { ids: 2000, ranges: 200, events: 1000, versions: 20_000, aliases: 20 };

/** The question about packages of the Python index, all at once. */
export const batchQuestion = (packages: readonly { name: string; version: string; page?: string }[]): string =>
  JSON.stringify({
    queries: packages.map(({ name, version, page }) => ({
      package: { ecosystem: 'PyPI', name },
      version,
      ...(page ? { page_token: page } : {}),
    })),
  });

/**
 * The ids of an answer to {@link batchQuestion}, in its order; `page` where more of that one wait.
 * @returns `undefined` where it is no answer to so many questions
 */
export function batchAnswer(value: unknown, count: number): { ids: string[]; page?: string }[] | undefined {
  const results = fieldsOf(value)?.['results'];
  if (!Array.isArray(results) || results.length !== count) return undefined;
  const parsed = results.map((result: unknown) => {
    const { vulns = [], next_page_token: page } = fieldsOf(result) ?? {};
    if (!fieldsOf(result) || !Array.isArray(vulns) || vulns.length > most.ids) return undefined;
    const ids = vulns.map((one: unknown) => fieldsOf(one)?.['id']);
    // An id becomes a part of an address.
    if (!ids.every((id): id is string => typeof id === 'string' && idShape.test(id))) return undefined;
    return typeof page === 'string' && page !== '' && page.length < 2000 ? { ids, page } : { ids };
  });
  return parsed.every((one) => one !== undefined) ? parsed : undefined;
}

/**
 * The record of a vulnerability, as far as it is about a package; `undefined` where it is none.
 * @returns `withdrawn` where the reporter took it back
 */
export function parseAdvisory(value: unknown, id: string, name: string): Advisory | 'withdrawn' | undefined {
  const record = fieldsOf(value);
  if (record?.['id'] !== id) return undefined;
  if (typeof record['withdrawn'] === 'string') return 'withdrawn';
  const affected = listOf(record['affected'])
    .map(fieldsOf)
    .filter((one) => one !== undefined)
    .filter((one) => isPackage(one['package'], name));
  const versions = new Set(affected.flatMap((one) => textsIn(one['versions'], most.versions)));
  const ranges = affected.flatMap((one) => listOf(one['ranges']).slice(0, most.ranges).flatMap(rangeOf));
  if (versions.size + ranges.length === 0) return undefined;
  const severity = severityOf(record, affected);
  return {
    id,
    aliases: textsIn(record['aliases'], most.aliases).filter((alias) => idShape.test(alias)),
    summary: oneLine(typeof record['summary'] === 'string' ? record['summary'] : String(record['details'] ?? ''), 160),
    ...(severity ? { severity } : {}),
    fixed: [...new Set(ranges.flatMap((events) => events.flatMap(({ kind, version }) => (kind === 'fixed' ? [version] : []))))],
    affects: (version) => versions.has(version) || ranges.some((events) => isIn(version, events)),
  };
}

interface RangeEvent {
  kind: 'introduced' | 'fixed' | 'last_affected';
  version: string;
}

const isPackage = (value: unknown, name: string): boolean => {
  const { ecosystem, name: named } = fieldsOf(value) ?? {};
  return ecosystem === 'PyPI' && typeof named === 'string' && normalizeName(named) === name;
};

/** The events of a range of versions; ranges of commits say nothing of a release. */
function rangeOf(value: unknown): RangeEvent[][] {
  const { type, events } = fieldsOf(value) ?? {};
  if (type !== 'ECOSYSTEM' && type !== 'SEMVER') return [];
  const parsed = listOf(events)
    .slice(0, most.events)
    .flatMap((event) =>
      (['introduced', 'fixed', 'last_affected'] as const).flatMap((kind): RangeEvent[] => {
        const version = fieldsOf(event)?.[kind];
        return typeof version === 'string' && versionShape.test(version) ? [{ kind, version }] : [];
      }),
    );
  return parsed.length > 0 ? [parsed] : [];
}

/** The rule of the schema, "evaluation": the events up to a version, in their order, switch it on and off. */
function isIn(version: string, events: readonly RangeEvent[]): boolean {
  const { compare, valid } = pep440();
  if (!valid(version)) return false;
  const at = (event: RangeEvent) => (event.version === '0' ? -1 : valid(event.version) ? compare(event.version, version) : Number.NaN);
  let affected = false;
  const ordered = [...events].sort((one, other) => order(one.version, other.version) || rank(one) - rank(other));
  for (const event of ordered) {
    if (event.kind === 'introduced' && at(event) <= 0) affected = true;
    if (event.kind === 'fixed' && at(event) <= 0) affected = false;
    if (event.kind === 'last_affected' && at(event) < 0) affected = false;
  }
  return affected;
}

const rank = ({ kind }: RangeEvent): number => (kind === 'introduced' ? 1 : 0);

/** Versions in their order; `0` is before every version, and what is none at the end. */
export function order(one: string, other: string): number {
  const { compare, valid } = pep440();
  if (one === other) return 0;
  if (one === '0' || other === '0') return one === '0' ? -1 : 1;
  if (!valid(one) || !valid(other)) return Number(!valid(one)) - Number(!valid(other));
  return compare(one, other);
}

// Loaded where there is an advisory.
const pep440 = () => require('@renovatebot/pep440') as typeof import('@renovatebot/pep440');

function severityOf(record: Fields, affected: readonly Fields[]): string | undefined {
  for (const one of [record, ...affected]) {
    const said = fieldsOf(one['database_specific'])?.['severity'] ?? fieldsOf(one['ecosystem_specific'])?.['severity'];
    if (typeof said === 'string' && /^[A-Za-z]{3,12}$/.test(said)) return said.toLowerCase();
  }
  return undefined;
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const textsIn = (value: unknown, count: number): string[] =>
  listOf(value)
    .slice(0, count)
    .filter((one): one is string => typeof one === 'string' && one.length <= 100);
