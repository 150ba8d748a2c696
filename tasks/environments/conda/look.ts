import * as path from 'node:path';
import { plural, some } from '../../common/format';
import type { Context } from '../../engine/context';
import type { Depth } from '../../engine/step';
import { condaFilesIn, condaText } from '../prefix/conda-meta';
import { pythonIn } from '../prefix/prefix';
import { probe } from '../python/interpreter/probe';
import type { Locked } from '../venv/lock/lock-file';
import { type Damage, damagedIn } from '../venv/packages/installed';
import { keptBeside, variantOf, wantedVariant } from '../venv/packages/variants';
import type { CondaDefinition } from './definition';
import { changesOf, type Drift, describeDrift, driftOf, isCondaBroken } from './drift';
import { condaInputsMadeAt, readCondaEnvironmentRecord } from './environment-record';
import type { CondaPackageState } from './packages/package-states';
import { type Contents, condaContents, markersOf, pipHalf } from './packages/packages';
import { isSameFolder, readCondaRecord } from './record';

/** How the environment is, and what it would take. */
export type CondaHealth =
  | { kind: 'absent'; found: string }
  /** A run of ours was ended in the middle of conda's half: nothing in there is to be trusted. */
  | { kind: 'half'; found: string }
  /** Somebody else's, or nothing that we can tell: never touched. */
  | { kind: 'foreign'; found: string }
  /** Another profile's is there, or none; the wanted one waits in `back`, or is to be made. */
  | { kind: 'other'; found: string; there?: string; back?: string }
  /** conda's half cannot be mended from inside. */
  | { kind: 'rebuild'; found: string; changed: string[]; packages: CondaPackageState[] }
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
  const { prefix, yml } = definition;
  const none = noEnvironment(context, prefix);
  if (none?.kind === 'foreign') return none;
  const other = otherThere(context, definition, none);
  if (other) return other;
  if (none) return none;
  const contents = condaContents(context, prefix);
  const marker = readCondaEnvironmentRecord(context, prefix);
  const wanted = pipHalf(locked, contents.conda, markersOf(context, contents));
  const drift = driftOf(yml, contents, wanted, marker);
  const { packages } = drift;
  const text = describeDrift(drift);
  if ((phaseAt(context, prefix) === 'pip' || marker?.unfinished) && !isCondaBroken(drift)) {
    const found = `\`${prefix}\` lacks pip's half: a run was interrupted`;
    return { kind: 'pip', found, changed: [], damaged: damagedPackages(context, contents).map(({ name }) => name), packages };
  }
  const gone = depth === 'full' ? damagedFiles(context, prefix, contents) : [];
  if (!marker) {
    const why = [text, gone.length > 0 ? `damaged: ${some(gone)}` : ''].filter(Boolean).join('; ');
    return why
      ? { kind: 'foreign', found: `\`${prefix}\` is an environment that just-lora did not make, and it does not fit: ${why}` }
      : healthy(contents, wanted, drift, { ours: false });
  }
  const broken = await brokenPython(context, prefix, contents, depth);
  if (broken) return { kind: 'rebuild', found: `\`${prefix}\`: ${broken}`, changed: [], packages };
  if (isCondaBroken(drift)) return { kind: 'rebuild', found: `\`${prefix}\`: ${text}`, changed: changesOf(drift), packages };
  if (gone.length > 0) return { kind: 'rebuild', found: `\`${prefix}\`: damaged: ${some(gone)}`, changed: changesOf(drift), packages };
  const damaged = depth === 'full' ? damagedPackages(context, contents).map(({ name }) => name) : [];
  if (drift.pip.length === 0 && damaged.length === 0) return healthy(contents, wanted, drift, { ours: true });
  const found = [text, damaged.length > 0 ? `damaged: ${some(damaged)}` : ''].filter(Boolean).join('; ');
  return { kind: 'pip', found: `\`${prefix}\`: ${found}`, changed: changesOf(drift), damaged, packages };
}

/** Whether it would be made from nothing. */
export const isMade = ({ kind, ...health }: CondaHealth): boolean => !['healthy', 'pip'].includes(kind) && !('back' in health);

/** Whether another profile's environment is in the place, or nothing whole of ours while the wanted one waits beside it. */
function otherThere(context: Context, definition: CondaDefinition, none: CondaHealth | undefined): CondaHealth | undefined {
  const { prefix } = definition;
  const inputsIn = condaInputsMadeAt(context, prefix);
  const wanted = wantedVariant(definition);
  const there = none ? undefined : variantOf(definition, inputsIn(prefix));
  if (!wanted || there === wanted) return undefined;
  const record = readCondaEnvironmentRecord(context, prefix);
  // A person's, or one whose lock is not known.
  if (!none && !there && !record?.unfinished) return undefined;
  const back = keptBeside(context, definition, prefix, inputsIn).find(({ name }) => name === wanted)?.place;
  if (!there && !back) return undefined;
  const holds = there ? `\`${prefix}\` holds ${there}` : (none?.found ?? `\`${prefix}\` is half-made`);
  const waits = back ? `${wanted} waits in \`${back}\`` : `${wanted} is not there yet`;
  return { kind: 'other', found: `${holds}; ${waits}`, ...(there ? { there } : {}), ...(back ? { back } : {}) };
}

/** Why there is no environment to look into; `undefined` where there is one. */
function noEnvironment(context: Context, prefix: string): CondaHealth | undefined {
  const { files } = context.host;
  if (!files.lstat(prefix)) return { kind: 'absent', found: `\`${prefix}\` is not there` };
  if (!files.stat(prefix)?.isDirectory()) return { kind: 'foreign', found: `\`${prefix}\` is not a folder` };
  const there = files.list(prefix);
  if (phaseAt(context, prefix) === 'conda')
    return { kind: 'half', found: `\`${prefix}\` is half-made: a run was interrupted while conda was at work` };
  if (files.stat(path.join(prefix, 'conda-meta', 'history'))) return undefined;
  if (there.length === 0) return { kind: 'absent', found: `\`${prefix}\` is empty` };
  return { kind: 'foreign', found: `\`${prefix}\` is not a conda environment and holds ${some(there)}` };
}

/** What a run of ours was at when it ended, in the very folder that it had made. */
function phaseAt(context: Context, prefix: string): 'conda' | 'pip' | undefined {
  const record = readCondaRecord(context);
  if (record?.prefix !== prefix || record.phase === 'none' || !isSameFolder(context, prefix, record.folder)) return undefined;
  return record.phase;
}

function healthy(contents: Contents, wanted: readonly Locked[], { packages, extra }: Drift, { ours }: { ours: boolean }): CondaHealth {
  const python = contents.conda.find(({ name }) => name === 'python')?.version ?? 'none';
  const found = `${plural(contents.conda.length, 'package')} of conda's and ${wanted.length} of pip's as they should be, Python ${python}`;
  return { kind: 'healthy', found, packages, python, ours, extra };
}

/** Packages of pip's with a file that is missing or of another size: what a killed pip leaves. */
export function damagedPackages(context: Context, { pip, sitePackages }: Contents): Damage[] {
  return sitePackages ? damagedIn(context, sitePackages, pip) : [];
}

/** Files of conda's packages that are not there, by package; conda's records name them all. */
function damagedFiles({ host }: Context, prefix: string, { conda }: Contents): string[] {
  return conda.flatMap((one) => {
    const files = condaFilesIn(host.files.readText(path.join(prefix, 'conda-meta', one.entry)) ?? '');
    if (!files) return [`${condaText(one)} (its record cannot be read)`];
    const missing = files.find((file) => !file.endsWith('.pyc') && !host.files.lstat(path.join(prefix, file)));
    return missing ? [`${condaText(one)} (\`${missing}\` is missing)`] : [];
  });
}

async function brokenPython(context: Context, prefix: string, { conda }: Contents, depth: Depth): Promise<string | undefined> {
  if (!conda.some(({ name }) => name === 'python')) return undefined;
  const python = pythonIn(context.host, prefix);
  if (!context.host.files.stat(python)) return '`bin/python` is missing';
  if (depth === 'quick') return undefined;
  const answer = await probe(context, python);
  return typeof answer === 'string' ? `its Python ${answer}` : undefined;
}
