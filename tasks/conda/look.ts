import * as path from 'node:path';
import type { Context } from '../core/context';
import type { Depth } from '../core/step';
import { plural, some } from '../core/text';
import { condaText } from '../parse/conda-meta';
import type { Locked } from '../parse/lock';
import { probe } from '../python/probe';
import { pythonIn } from '../venv/definition';
import { damagedIn } from '../venv/installed';
import type { CondaDefinition } from './definition';
import { type Drift, describeDrift, driftOf } from './drift';
import { type CondaPackageState, condaPackageStates } from './package-states';
import { type Contents, contentsOf, markersOf, pipHalf } from './packages';
import { isSameFolder, readMarker, readRecord } from './record';

/** How the environment is, and what it would take. */
export type CondaHealth =
  | { kind: 'absent'; found: string }
  /** A run of ours was ended in the middle of conda's half: nothing in there is to be trusted. */
  | { kind: 'half'; found: string }
  /** Somebody else's, or nothing that we can tell: never touched. */
  | { kind: 'foreign'; found: string }
  /** conda's half cannot be mended from inside. */
  | { kind: 'rebuild'; found: string; changed: string[]; extra: readonly string[]; packages: CondaPackageState[] }
  /** conda's half is sound; pip's has to be brought, or mended. */
  | { kind: 'pip'; found: string; changed: string[]; damaged: readonly string[]; packages: CondaPackageState[] }
  | { kind: 'healthy'; found: string; packages: CondaPackageState[]; python: string; ours: boolean; extra: readonly string[] };

/** Looks at an environment. A quick look reads the names of two folders and starts nothing. */
export async function lookAtConda(
  context: Context,
  definition: CondaDefinition,
  locked: readonly Locked[],
  depth: Depth,
): Promise<CondaHealth> {
  const { host } = context;
  const { prefix, yml } = definition;
  const entry = host.files.lstat(prefix);
  if (!entry) return { kind: 'absent', found: `\`${prefix}\` is not there` };
  if (!host.files.stat(prefix)?.isDirectory()) return { kind: 'foreign', found: `\`${prefix}\` is no folder` };
  const record = readRecord(context);
  const working =
    record?.prefix === prefix && record.phase !== 'none' && isSameFolder(context, prefix, record.folder) ? record.phase : undefined;
  // Made in the moment between the start of conda and our note of it: the place was free before.
  const unnoted = record?.prefix === prefix && record.phase === 'conda' && !record.folder && !readMarker(context, prefix);
  if (unnoted && host.files.list(prefix).length > 0)
    return { kind: 'half', found: `\`${prefix}\` is half-made: a run was interrupted as conda began` };
  if (working === 'conda') return { kind: 'half', found: `\`${prefix}\` is half-made: a run was interrupted while conda was at work` };
  const isEnvironment = host.files.stat(path.join(prefix, 'conda-meta', 'history')) !== undefined;
  if (!isEnvironment) {
    const there = host.files.list(prefix);
    if (there.length === 0) return { kind: 'absent', found: `\`${prefix}\` is empty` };
    return { kind: 'foreign', found: `\`${prefix}\` is no environment of conda's and holds ${some(there)}` };
  }
  const contents = contentsOf(context, prefix);
  const marker = readMarker(context, prefix);
  const wanted = pipHalf(locked, contents.conda, markersOf(context, contents));
  const drift = driftOf(yml, contents, wanted, marker);
  const packages = condaPackageStates(yml, contents, wanted, marker);
  const text = describeDrift(drift);
  if (working === 'pip' && !isCondaBroken(drift))
    return {
      kind: 'pip',
      found: `\`${prefix}\` lacks pip's half: a run was interrupted`,
      changed: [],
      damaged: damagedPackages(context, contents),
      packages,
    };
  if (!marker) {
    if (text)
      return { kind: 'foreign', found: `\`${prefix}\` is an environment that just-lora did not make, and it does not fit: ${text}` };
    return healthy(contents, wanted, packages, drift, false);
  }
  const broken = await brokenPython(context, prefix, depth);
  if (broken) return { kind: 'rebuild', found: `\`${prefix}\`: ${broken}`, changed: [], extra: drift.extra, packages };
  if (isCondaBroken(drift))
    return { kind: 'rebuild', found: `\`${prefix}\`: ${text}`, changed: changesOf(drift), extra: drift.extra, packages };
  const damaged = depth === 'full' ? [...damagedPackages(context, contents), ...damagedFiles(context, prefix, contents)] : [];
  if (drift.pip.length > 0 || damaged.length > 0) {
    const found = [text, damaged.length > 0 ? `damaged: ${some(damaged)}` : ''].filter(Boolean).join('; ');
    return { kind: 'pip', found: `\`${prefix}\`: ${found}`, changed: changesOf(drift), damaged, packages };
  }
  return healthy(contents, wanted, packages, drift, true);
}

const isCondaBroken = ({ specs, conda, twice }: Drift): boolean => specs.length + conda.length + twice.length > 0;

const changesOf = ({ specs, conda, pip, twice }: Drift): string[] => [...specs, ...conda, ...pip.map(({ text }) => text), ...twice];

function healthy(contents: Contents, wanted: readonly Locked[], packages: CondaPackageState[], drift: Drift, ours: boolean): CondaHealth {
  const python = contents.conda.find(({ name }) => name === 'python')?.version ?? 'none';
  const found = `${plural(contents.conda.length, 'package')} of conda's and ${wanted.length} of pip's as they should be, Python ${python}`;
  return { kind: 'healthy', found, packages, python, ours, extra: drift.extra };
}

/** Packages of pip's with a file that is missing or of another size: what a killed pip leaves. */
function damagedPackages(context: Context, { pip, sitePackages }: Contents): string[] {
  return sitePackages ? damagedIn(context, sitePackages, pip).map(({ name }) => name) : [];
}

/** Files of conda's packages that are not there, by package; conda's records name them all. */
function damagedFiles({ host }: Context, prefix: string, { conda }: Contents): string[] {
  return conda.flatMap((one) => {
    const text = host.files.readText(path.join(prefix, 'conda-meta', one.entry)) ?? '{}';
    const missing = (JSON.parse(text) as { files?: string[] }).files?.find(
      (file) => !file.endsWith('.pyc') && !host.files.lstat(path.join(prefix, file)),
    );
    return missing ? [`${condaText(one)} (\`${missing}\` is missing)`] : [];
  });
}

async function brokenPython(context: Context, prefix: string, depth: Depth): Promise<string | undefined> {
  const python = pythonIn(context, prefix);
  if (!contentsOf(context, prefix).conda.some(({ name }) => name === 'python')) return undefined;
  if (!context.host.files.stat(python)) return '`bin/python` is missing';
  if (depth === 'quick') return undefined;
  const answer = await probe(context, python);
  return typeof answer === 'string' ? `its Python ${answer}` : undefined;
}
