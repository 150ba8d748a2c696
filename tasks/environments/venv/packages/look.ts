import * as path from 'node:path';
import { plural, some } from '../../../common/format';
import { sha256 } from '../../../common/hash';
import type { Context } from '../../../engine/context';
import { shown } from '../../../engine/paths';
import { changedInputs, type Inputs } from '../../../engine/state';
import type { Depth } from '../../../engine/step';
import { pythonIn } from '../../prefix/prefix';
import { parsePyvenv, pyvenvVersion } from '../../prefix/pyvenv';
import { packagesIn, sitePackagesFor } from '../../prefix/site-packages';
import { probe } from '../../python/interpreter/probe';
import { type EnvironmentDefinition, targetOf } from '../definition';
import type { Locked } from '../lock/lock-file';
import { lockInputs } from '../lock/lock-state';
import { backupPath, isOurs, isVacant } from './backup';
import { compare, describeDifference, isSame, lockedFor, type PackageDifference } from './compare';
import {
  baseOf,
  contentsOf,
  type EnvironmentRecord,
  environmentRecordName,
  inputsMadeAt,
  readEnvironmentRecord,
  sameBase,
} from './environment-record';
import { alteredIn, type Damage, damagedIn } from './installed';
import { type PackageState, packageStates, requestedPackages } from './packages';
import { keptBeside, variantOf, wantedVariant } from './variants';

/** How an environment is, and what it would take. */
export type EnvironmentHealth =
  | { kind: 'absent'; found: string }
  /** Somebody else's: never touched. */
  | { kind: 'foreign'; found: string }
  /** Cannot be mended from inside. */
  | { kind: 'rebuild'; found: string; changed: string[] }
  /** The environment is sound, its packages are not those of the lock. */
  | { kind: 'repair'; found: string; changed: string[]; difference: PackageDifference; damaged: Damage[]; packages: PackageState[] }
  /** Another of the environments that share this place is in it, `there`, or none; the wanted one waits in `back`, or is to be built. */
  | { kind: 'other'; found: string; there?: string; back?: string }
  /** Sound, and an older one was left beside it when a run was killed. */
  | { kind: 'leftover'; found: string }
  | { kind: 'healthy'; found: string; packages: PackageState[]; python: string };

/** How far a look goes: as {@link Depth}, or so far that every file is read. */
export type LookDepth = Depth | 'hashes';

type Done = Extract<EnvironmentRecord, { state: 'done' }>;

/**
 * Looks at an environment against a lock. A quick look reads a few small files and one folder and starts
 * no process unless the program behind the environment changed; a full look runs it and looks at each file; one by hashes reads them.
 */
export async function checkEnvironment(
  context: Context,
  definition: EnvironmentDefinition,
  locked: readonly Locked[],
  depth: LookDepth,
): Promise<EnvironmentHealth> {
  const folder = targetOf(context, definition);
  const name = shown(context.root, folder);
  const vacant = vacancy(context, folder, name);
  if (vacant?.kind === 'foreign') return vacant;
  const other = otherThere(context, definition, folder, name);
  if (other) return other;
  if (vacant) return vacant;
  const rebuild = (found: string, changed: string[] = []): EnvironmentHealth => ({ kind: 'rebuild', found, changed });
  const marker = readEnvironmentRecord(context, folder);
  if (marker?.state !== 'done') return rebuild(`\`${name}\` is half-built: a run was interrupted`);
  const now = inputsOf(context, definition, locked, marker);
  const changed = changedInputs(marker.inputs, now);
  const unsound = await unsoundness(context, definition, folder, marker, depth);
  if (unsound) return rebuild(unsound.found, [...new Set([...(unsound.changed ?? []), ...changed])]);
  const sitePackages = sitePackagesFor(context.host, folder, definition.pythonVersion);
  const installed = packagesIn(context.host, sitePackages);
  const wanted = lockedFor(locked, marker.markers);
  const difference = compare(wanted, installed);
  const packages = packageStates(wanted, installed, difference, requestedPackages(context, definition));
  // A name that came or went beside the packages that are noted: then each file is looked at.
  const thorough = depth !== 'quick' || (isSame(difference) && contentsOf(context, sitePackages) !== marker.contents);
  const torn = thorough ? damagedIn(context, sitePackages, installed) : [];
  const damaged = depth === 'hashes' && torn.length === 0 ? await alteredIn(context, sitePackages, installed) : torn;
  const version = marker.inputs['Python'] ?? '';
  const sentence = `${difference.matching} of ${plural(difference.wanted, 'package')} match the lock, Python ${version}`;
  if (difference.duplicates.length > 0) return rebuild(`${sentence}: ${describeDifference(difference)}`, changed);
  if (!isSame(difference) || damaged.length > 0) {
    const details = [describeDifference(difference), ...(damaged.length > 0 ? [`${damaged.length} damaged (${damageText(damaged)})`] : [])];
    return { kind: 'repair', found: `${sentence}: ${details.filter(Boolean).join(', ')}`, changed, difference, damaged, packages };
  }
  const aside = backupPath(folder);
  if (isOurs(context, aside) || isVacant(context, aside))
    return { kind: 'leftover', found: `${sentence}; an older one lies in \`${shown(context.root, aside)}\`` };
  return { kind: 'healthy', found: sentence, packages, python: version };
}

/** Whether it would be built from nothing. */
export const isBuilt = (health: EnvironmentHealth): boolean =>
  ['absent', 'rebuild'].includes(health.kind) || (health.kind === 'other' && health.back === undefined);

/** Whether the place holds another environment than the wanted one, or nothing whole while the wanted one waits beside it. */
function otherThere(context: Context, definition: EnvironmentDefinition, folder: string, name: string): EnvironmentHealth | undefined {
  const wanted = wantedVariant(definition);
  const inputsIn = inputsMadeAt(context, folder);
  const there = variantOf(definition, inputsIn(folder));
  const record = readEnvironmentRecord(context, folder);
  if (!wanted || there === wanted || (!there && record?.state === 'done')) return undefined;
  const back = keptBeside(context, definition, folder, inputsIn).find((kept) => kept.name === wanted)?.place;
  if (!there && !back) return undefined;
  const holds = there ? `holds ${there}` : record ? 'is half-built: a run was interrupted' : 'is not there';
  const waits = back ? `${wanted} waits in \`${shown(context.root, back)}\`` : `${wanted} is not there yet`;
  return { kind: 'other', found: `\`${name}\` ${holds}; ${waits}`, ...(there ? { there } : {}), ...(back ? { back } : {}) };
}

const damageText = (damaged: readonly Damage[]): string =>
  some(
    damaged.map(({ name, what }) => `${name}: ${what}`),
    2,
  );

/** What an environment is made of, as its marker keeps it. */
export function inputsOf(
  context: Context,
  definition: EnvironmentDefinition,
  locked: readonly Locked[],
  marker?: Pick<Done, 'inputs'>,
): Inputs {
  const packages = locked.map(({ name, version, marker: when }) => `${name}==${version};${when ?? ''}`).sort();
  const python = marker?.inputs['Python'];
  return {
    ...lockInputs(context, definition),
    [definition.lock]: sha256(packages.join('\n')),
    ...(python ? { Python: python } : {}),
  };
}

/** Nothing there, or something of somebody else. */
function vacancy(context: Context, folder: string, name: string): EnvironmentHealth | undefined {
  const { host } = context;
  const entry = host.files.lstat(folder);
  if (!entry) return { kind: 'absent', found: `\`${name}\` is not there` };
  if (!entry.isDirectory()) return { kind: 'foreign', found: `\`${name}\` is not a folder` };
  const names = host.files.list(folder);
  if (isVacant(context, folder)) return { kind: 'absent', found: `\`${name}\` is empty` };
  if (names.includes(environmentRecordName)) return undefined;
  const what = names.includes('pyvenv.cfg')
    ? 'an environment that just-lora did not make'
    : `a folder of somebody else (${some(names, 3)})`;
  return { kind: 'foreign', found: `\`${name}\` is ${what}` };
}

/** Why an environment cannot be used as it is, `undefined` where it can. */
async function unsoundness(
  context: Context,
  definition: EnvironmentDefinition,
  folder: string,
  marker: Done,
  depth: LookDepth,
): Promise<{ found: string; changed?: string[] } | undefined> {
  const { host, root, settings } = context;
  const name = shown(root, folder);
  if (host.files.realPath(folder) !== marker.path) return { found: `\`${name}\` was built at \`${marker.path}\` and moved` };
  const text = host.files.readText(path.join(folder, 'pyvenv.cfg'));
  const configuration = parsePyvenv(text ?? '');
  const home = configuration['home'];
  if (text === undefined || !home) return { found: `\`${name}/pyvenv.cfg\` is ${text === undefined ? 'missing' : 'damaged'}` };
  const python = pythonIn(context.host, folder);
  const base = baseOf(context, python);
  if (!base || !host.files.stat(home))
    return { found: `the Python that \`${name}\` runs on is gone (\`${base ? home : marker.base.path}\`)` };
  const before = marker.inputs['Python'] ?? '';
  const differs = (now: string, what: string) => ({ found: `\`${name}\` ${what}`, changed: [`Python ${before} → ${now}`] });
  if (!before.startsWith(`${definition.pythonVersion}.`)) return differs(definition.pythonVersion, `has Python ${before}`);
  const noted = pyvenvVersion(configuration);
  if (noted && noted !== before) return differs(noted, `was made over with Python ${noted}`);
  if (!host.files.stat(sitePackagesFor(context.host, folder, definition.pythonVersion)))
    return { found: `\`${name}\` has no folder of packages for Python ${definition.pythonVersion}` };
  if (marker.interpreter !== settings.setup.python.interpreter)
    return { found: `\`${name}\` was built with another setting`, changed: ['`python.interpreter` changed'] };
  if (depth === 'quick' && sameBase(base, marker.base)) return undefined;
  const now = await probe(context, python);
  if (typeof now === 'string') return { found: `the Python of \`${name}\` ${now}` };
  if (now.version !== before) return differs(now.version, `runs on Python ${now.version} now`);
  if (host.files.realPath(now.prefix) !== marker.path) return { found: `the Python of \`${name}\` takes \`${now.prefix}\` for its place` };
  return undefined;
}
