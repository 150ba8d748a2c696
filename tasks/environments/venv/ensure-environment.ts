import { UserError } from '../../common/errors';
import type { Context } from '../../engine/context';
import type { Progress } from '../../engine/step';
import { pythonIn } from '../prefix/prefix';
import { packagesIn, sitePackagesFor } from '../prefix/site-packages';
import { probe } from '../python/interpreter/probe';
import type { Uv } from '../python/uv';
import { type EnvironmentDefinition, targetOf } from './definition';
import { isUvAlone } from './faults';
import { foreignPlace } from './foreign';
import type { Locked } from './lock/lock-file';
import { disposeBackup, hardlinkBackup, moveToBackup, putBack, restoreBackup } from './packages/backup';
import { compare, describeDifference, isSame, lockedFor } from './packages/compare';
import { baseOf, contentsOf, writeEnvironmentRecord } from './packages/environment-record';
import { createEnvironment, installLock } from './packages/install';
import { installWhole } from './packages/install-whole';
import { type Damage, damagedIn } from './packages/installed';
import { checkEnvironment, type EnvironmentHealth, inputsOf } from './packages/look';
import { pythonFor, uvFor } from './tools';

type Tell = (progress: Progress) => void;

/** What is to be brought, and from where. */
export interface VenvWork {
  locked: readonly Locked[];
  /** How the environment was found against this lock. */
  health: EnvironmentHealth;
  /** Build it again though nothing is wrong with it. */
  anew: boolean;
}

/**
 * Brings an environment to what its lock says, whatever state it is in: builds it, mends it, or does nothing.
 * What was there before is back in its place when anything fails; nothing that is not ours is touched.
 * @throws UserError with the last lines of the command that failed
 */
export async function ensureEnvironment(
  context: Context,
  definition: EnvironmentDefinition,
  { locked, health, anew }: VenvWork,
  tell: Tell,
): Promise<void> {
  const folder = targetOf(context, definition);
  if (health.kind === 'foreign') throw new UserError(await foreignPlace(context, definition, health.found));
  if (health.kind === 'leftover' || (health.kind === 'healthy' && !anew)) return disposeBackup(context, definition, folder);
  if (health.kind === 'other' && health.back) {
    putBack(context, folder, health.there, health.back);
    // It was whole when it was put aside: what became of it since, and what its lock says now, is looked at like any other.
    const found = await checkEnvironment(context, definition, locked, anew ? 'full' : 'quick');
    return ensureEnvironment(context, definition, { locked, health: found, anew }, tell);
  }
  const uv = context.settings.setup.python.installer === 'pip' ? undefined : await uvFor(context, definition);
  if (health.kind === 'repair' && canRepair(context, definition, folder, uv)) {
    try {
      return await mend(context, definition, locked, health, uv, tell);
    } catch (error) {
      // A package that cannot be removed, for one without a RECORD: what cannot be mended is built again.
      if (!isUvAlone(error) || (error.fault.code === 'E_NOT_WRITABLE' && !mayTakePip(context, uv))) throw error;
    }
  }
  try {
    await build(context, definition, locked, uv, tell);
  } catch (error) {
    if (!isUvAlone(error) || !mayTakePip(context, uv)) throw error;
    await buildWithPip(context, definition, locked, error, tell);
  }
}

const mayTakePip = ({ settings }: Context, uv: Uv | undefined): boolean => uv !== undefined && settings.setup.python.installer === 'auto';

/** Goes on with pip where uv does not work. @throws what uv failed with, where there is no pip either */
async function buildWithPip(
  context: Context,
  definition: EnvironmentDefinition,
  locked: readonly Locked[],
  error: UserError,
  tell: Tell,
): Promise<void> {
  const { found, tail = '' } = error.fault;
  const why = tail.split('\n').find((line) => /^error|cause/i.test(line.trim())) ?? '';
  context.host.processes.onNote?.(`note: uv does not work here, pip goes on (${[found, why.trim()].filter(Boolean).join(': ')})`);
  try {
    await build(context, definition, locked, undefined, tell);
  } catch (second) {
    throw second instanceof UserError && second.fault.code === 'E_VENV_MODULE' ? error : second;
  }
}

/** Packages are mended from inside: uv needs nothing in there, pip has to be there itself. */
export function canRepair(context: Context, { pythonVersion }: EnvironmentDefinition, folder: string, uv: Uv | undefined): boolean {
  return (
    uv !== undefined || packagesIn(context.host, sitePackagesFor(context.host, folder, pythonVersion)).some(({ name }) => name === 'pip')
  );
}

async function build(
  context: Context,
  definition: EnvironmentDefinition,
  locked: readonly Locked[],
  uv: Uv | undefined,
  tell: Tell,
): Promise<void> {
  const python = await pythonFor(context, definition);
  const folder = targetOf(context, definition);
  moveToBackup(context, definition, folder);
  try {
    context.host.files.makeFolder(folder);
    writeEnvironmentRecord(context, folder, { state: 'building' });
    await createEnvironment(context, definition, folder, python, uv);
    const wanted = lockedFor(locked, python.interpreter.markers).length;
    await installWhole(context, definition, {
      look: () => damageAt(context, definition, folder, locked),
      install: (again) => installLock(context, definition, folder, uv, wanted, tell, again && { damaged: again }),
    });
    await finish(context, definition, folder, locked, uv);
  } catch (error) {
    restoreBackup(context, folder);
    throw error;
  }
  disposeBackup(context, definition, folder);
}

async function mend(
  context: Context,
  definition: EnvironmentDefinition,
  locked: readonly Locked[],
  { difference, damaged }: Extract<EnvironmentHealth, { kind: 'repair' }>,
  uv: Uv | undefined,
  tell: Tell,
): Promise<void> {
  const folder = targetOf(context, definition);
  const kept = hardlinkBackup(context, definition, folder);
  try {
    writeEnvironmentRecord(context, folder, { state: 'building' });
    await installWhole(context, definition, {
      look: () => damageAt(context, definition, folder, locked),
      install: (again) =>
        installLock(context, definition, folder, uv, difference.wanted, tell, again ? { damaged: again } : { difference, damaged }),
    });
    await finish(context, definition, folder, locked, uv);
  } catch (error) {
    // Without a copy it stays marked as half-built, and the next run builds it.
    if (kept) restoreBackup(context, folder);
    throw error;
  }
  disposeBackup(context, definition, folder);
}

/** What is damaged of what a lock names: another package, which should be gone, is found behind it. */
function damageAt(context: Context, { pythonVersion }: EnvironmentDefinition, folder: string, locked: readonly Locked[]): Damage[] {
  const sitePackages = sitePackagesFor(context.host, folder, pythonVersion);
  const wanted = new Set(locked.map(({ name }) => name));
  return damagedIn(context, sitePackages, packagesIn(context.host, sitePackages)).filter(({ name }) => wanted.has(name));
}

/** Looks at what came out, and writes last of all that it is whole. */
async function finish(
  context: Context,
  definition: EnvironmentDefinition,
  folder: string,
  locked: readonly Locked[],
  uv: Uv | undefined,
): Promise<void> {
  const { host, settings } = context;
  const python = pythonIn(context.host, folder);
  const interpreter = await probe(context, python);
  const base = baseOf(context, python);
  if (typeof interpreter === 'string' || !base)
    throw incomplete(`its Python ${typeof interpreter === 'string' ? interpreter : 'is gone'}`, definition);
  const sitePackages = sitePackagesFor(context.host, folder, definition.pythonVersion);
  const installed = packagesIn(context.host, sitePackages);
  const difference = compare(lockedFor(locked, interpreter.markers), installed);
  if (!isSame(difference)) throw incomplete(describeDifference(difference), definition);
  writeEnvironmentRecord(context, folder, {
    state: 'done',
    path: host.files.realPath(folder) ?? folder,
    base,
    interpreter: settings.setup.python.interpreter,
    installer: uv ? `uv ${uv.version}` : `pip ${installed.find(({ name }) => name === 'pip')?.version ?? ''}`.trim(),
    markers: interpreter.markers,
    contents: contentsOf(context, sitePackages),
    inputs: inputsOf(context, definition, locked, { inputs: { Python: interpreter.version } }),
  });
}

const incomplete = (what: string, { path, task }: EnvironmentDefinition): UserError =>
  new UserError({
    code: 'E_INSTALL_FAILED',
    found: `\`${path}\` is not what the lock says after the installation: ${what}`,
    fix: `\`npx just ${task} --verbose\` shows every command with its output`,
  });
