import * as path from 'node:path';
import { plural, some } from '../common/format';
import type { Context } from '../engine/context';
import type { Finding, Step } from '../engine/step';
import { Asking, NoAnswer } from '../environments/python/package-index/asking';
import type { IndexFile } from '../environments/python/package-index/index-page';
import type { EnvironmentDefinition } from '../environments/venv/definition';
import { usualIndex } from '../environments/venv/usual-index';
import { oneLine } from '../untrusted/text';
import { laterVersions, listedFiles, yankedReason } from './index-state';
import { type Mend, mendOf, packagesOf } from './mend';
import type { Advisory } from './osv';
import { advisoriesFor, type Package, vulnerabilitiesOf } from './vulnerabilities';

/** A package of the lock that something is known against, as `--json` tells it. */
interface Concern extends Package, Mend {
  advisories: { id: string; aliases: readonly string[]; severity?: string; summary: string; fixed: readonly string[] }[];
  /** Why its files were taken back; absent where they were not. */
  yanked?: string;
}

/** What could be learnt: all of it, or why not. */
type Known<T> = { value: T } | { why: string };

/**
 * The step that asks what is known against the packages of a lock: vulnerabilities (OSV) and versions that were taken back (the index
 * that pip and uv are set to), with what keeps each and the smallest change that mends it. It changes nothing. What could not be asked
 * is unknown, and never counts as good.
 */
export function auditStep(name: string, define: (context: Context) => EnvironmentDefinition | Promise<EnvironmentDefinition>): Step {
  return {
    name,
    title: 'Ask what is known against the packages',
    async check(context) {
      const definition = await define(context);
      const text = context.host.files.readText(path.resolve(context.root, definition.lock));
      if (text === undefined) return { state: 'unknown', found: `\`${definition.lock}\` is not there` };
      let packages: Package[];
      try {
        packages = packagesOf(text);
      } catch (error) {
        return { state: 'unknown', found: `\`${definition.lock}\` cannot be read: ${oneLine((error as Error).message, 160)}` };
      }
      const asking = new Asking(context);
      try {
        return await audit(context, definition, packages, asking);
      } finally {
        asking.close();
      }
    },
  };
}

async function audit(context: Context, definition: EnvironmentDefinition, packages: readonly Package[], asking: Asking): Promise<Finding> {
  const service = context.settings.setup.python.advisories;
  const names = [...new Set(packages.map((one) => one.name))];
  const [known, listed] = await Promise.all([
    answered(vulnerabilitiesOf(asking, service, packages)),
    answered(listedFiles(asking, names, () => usualIndex(context, definition))),
  ]);
  const files = 'value' in listed ? listed.value : new Map<string, IndexFile[]>();
  const concerns: Concern[] = [];
  for (const one of packages) {
    const advisories = 'value' in known ? advisoriesFor(known.value, one) : [];
    const reason = yankedReason(files.get(one.name), one.version);
    if (advisories.length + (reason === undefined ? 0 : 1) === 0) continue;
    const mend = await mendFor(context, definition, one, advisories, files.get(one.name), asking);
    concerns.push({ ...one, advisories: advisories.map(told), ...(reason === undefined ? {} : { yanked: reason }), ...mend });
  }
  return findingOf(definition, packages.length, concerns, known, listed, service);
}

const told = ({ affects: _, ...advisory }: Advisory) => advisory;

async function answered<T>(work: Promise<T>): Promise<Known<T>> {
  try {
    return { value: await work };
  } catch (error) {
    if (error instanceof NoAnswer) return { why: error.message };
    throw error;
  }
}

/** Later versions that are asked about, one after the other. */
const mostCandidates = 8;

/** The first later version that none of the advisories is about; where the index tells none, the first that an advisory names. */
async function mendFor(
  context: Context,
  definition: EnvironmentDefinition,
  one: Package,
  advisories: readonly Advisory[],
  files: readonly IndexFile[] | undefined,
  asking: Asking,
): Promise<Mend> {
  const listed = laterVersions(files, one.version, definition.pythonVersion);
  const named = laterVersions(
    advisories.flatMap(({ fixed }) => fixed.map((version) => ({ version }))),
    one.version,
    definition.pythonVersion,
  );
  const candidates = (files ? listed : named).filter((version) => advisories.every(({ affects }) => !affects(version)));
  for (const version of candidates.slice(0, mostCandidates)) {
    // What is known against the version itself, which the old one does not have.
    const later = await answered(vulnerabilitiesOf(asking, context.settings.setup.python.advisories, [{ name: one.name, version }]));
    if ('value' in later && later.value.size > 0) continue;
    return mendOf(context, definition, one, version);
  }
  if (candidates.length > 0)
    return { keptBy: [], change: `each of the next versions has known vulnerabilities too: ${some(candidates, 3)}` };
  return { keptBy: [], change: files ? 'no later version for this Python is without it' : 'no later version is known' };
}

function findingOf(
  { lock, requirements }: EnvironmentDefinition,
  count: number,
  concerns: readonly Concern[],
  known: Known<unknown>,
  listed: Known<unknown>,
  service: string,
): Finding {
  const unknown = [
    ...('why' in known ? [`whether one has a known vulnerability is unknown: ${known.why}`] : []),
    ...('why' in listed ? [`whether one was taken back is unknown: ${listed.why}`] : []),
  ];
  const vulnerable = concerns.filter(({ advisories }) => advisories.length > 0);
  const yanked = concerns.filter((one) => one.yanked !== undefined);
  const named = (list: readonly Concern[]) => some(list.map(({ name, version }) => `${name} ${version}`));
  const said = [
    ...(vulnerable.length > 0
      ? [`${vulnerable.length} of ${plural(count, 'package')} with known vulnerabilities (${named(vulnerable)})`]
      : []),
    ...(yanked.length > 0 ? [`${yanked.length} taken back by whoever published it (${named(yanked)})`] : []),
    ...unknown,
  ];
  const data = {
    lock,
    packages: count,
    vulnerabilities: 'why' in known ? 'unknown' : service,
    yanked: 'why' in listed ? 'unknown' : 'the index',
    concerns,
  };
  if (concerns.length > 0)
    return {
      state: 'todo',
      code: 'E_LOCK_ADVISORY',
      found: said.join('; '),
      fix: `change \`${requirements}\` or its constraints as the last column says where you can, then make the lock again; nothing is changed unasked`,
      table: tableOf(concerns),
      data,
    };
  if (unknown.length > 0) return { state: 'unknown', found: unknown.join('; '), data };
  return { state: 'done', found: `${plural(count, 'package')} of \`${lock}\`: no known vulnerability, none taken back`, data };
}

function tableOf(concerns: readonly Concern[]): string[][] {
  const idsOf = ({ advisories, yanked }: Concern) => [
    ...advisories.map(({ id, aliases, severity }) => {
      const cve = aliases.find((alias) => alias.startsWith('CVE-'));
      return `${cve ?? id}${severity ? ` (${severity})` : ''}`;
    }),
    ...(yanked === undefined ? [] : [`yanked${yanked ? `: ${oneLine(yanked, 60)}` : ''}`]),
  ];
  const rows = concerns.map((one) => [
    `${one.name} ${one.version}`,
    some(idsOf(one), 3),
    one.keptBy.length > 0 ? some(one.keptBy, 3) : 'the lock alone',
    one.change,
  ]);
  return [['package', 'what is known', 'kept by', 'smallest change'], ...rows];
}
