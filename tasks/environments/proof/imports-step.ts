import { cachedStep } from '../../checks/cached-step';
import { hashOfTrial } from '../../checks/libraries/try-libraries-in-turn';
import type { Context } from '../../engine/context';
import type { Inputs } from '../../engine/state';
import { isCondaEnvironment } from '../prefix/prefix';
import { packagesIn, sitePackagesIn } from '../prefix/site-packages';
import { remoteEnvironment } from '../profile/profile';
import { holdRoom } from '../python/no-room';
import { environmentFingerprint, trainingVersions } from '../training/fingerprint';
import { trainingPrefix } from '../training/locate';
import { lockState } from '../venv/lock/lock-state';
import { pinsOf } from '../venv/lock/pins';
import { lookAfterTrial } from '../venv/look-after-trial';
import { compare, isSame } from '../venv/packages/compare';
import { lockedHere } from '../venv/packages/locked-here';
import { requirementsText } from '../venv/requirements';
import { importsFinding } from './imports-finding';
import { tryImports, workFile } from './try-imports';

/** Each library of the training environment is imported and used, in the environment itself; known breakages are named. */
export const importsStep = cachedStep({
  name: 'imports',
  title: 'Import each library',
  action: 'import each library of the training environment',
  inputs: inputsOf,
  waits: () => ({ state: 'todo', found: 'the training environment is not there yet', fix: '`npx just env:remote`' }),
  async prove(context, progress, as) {
    const tried = await tryImports(context, await librariesOf(context), progress, as);
    await holdRoom(context, tried);
    const definition = await remoteEnvironment(context);
    const prefix = trainingPrefix(context);
    // What conda made is mended by the command that is named, and has nothing that a look could be told by.
    if (prefix && tried.some(({ ok }) => !ok) && !isCondaEnvironment(context.host, prefix)) await lookAfterTrial(context, definition, as);
    return importsFinding(tried, {
      versions: trainingVersions(context),
      requirements: definition.requirements,
      differs: await differsFromLock(context),
      platform: context.host.platform,
      arch: context.host.arch,
      env: context.host.env,
    });
  },
});

/** Packages are missing, in another version, or more than the lock names. What conda made has packages of its own beside the lock's. */
async function differsFromLock(context: Context): Promise<boolean> {
  const { host } = context;
  const prefix = trainingPrefix(context);
  const sitePackages = prefix && sitePackagesIn(host, prefix);
  if (!prefix || !sitePackages || isCondaEnvironment(host, prefix)) return false;
  const definition = await remoteEnvironment(context);
  const lock = lockState(context, definition);
  return lock.state === 'fresh' && !isSame(compare(lockedHere(context, definition, lock.packages), packagesIn(host, sitePackages)));
}

async function inputsOf(context: Context): Promise<Inputs | undefined> {
  const environment = environmentFingerprint(context);
  if (!environment) return undefined;
  return { ...environment, 'libraries to try': (await librariesOf(context)).join(' '), probe: hashOfTrial(context, workFile) };
}

/** What the environment file asks for, and triton where torch brought it. */
async function librariesOf(context: Context): Promise<string[]> {
  const definition = await remoteEnvironment(context);
  const asked = lockedHere(context, definition, pinsOf(requirementsText(context, definition) ?? '')).map(({ name }) => name);
  return [...new Set([...asked, ...(trainingVersions(context).has('triton') ? ['triton'] : [])])];
}
