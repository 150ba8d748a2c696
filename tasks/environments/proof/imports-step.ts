import { cachedStep } from '../../checks/cached-step';
import { hashOfTrial } from '../../checks/libraries/try-libraries-in-turn';
import type { Context } from '../../engine/context';
import type { Inputs } from '../../engine/state';
import { remoteEnvironment } from '../profile/profile';
import { environmentFingerprint, trainingVersions } from '../training/fingerprint';
import { pinsOf } from '../venv/lock/pins';
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
  async prove(context, progress) {
    const tried = await tryImports(context, await librariesOf(context), progress);
    const { requirements } = await remoteEnvironment(context);
    return importsFinding(tried, {
      versions: trainingVersions(context),
      requirements,
      platform: context.host.platform,
      arch: context.host.arch,
      env: context.host.env,
    });
  },
});

async function inputsOf(context: Context): Promise<Inputs | undefined> {
  const environment = environmentFingerprint(context);
  if (!environment) return undefined;
  return { ...environment, 'libraries to try': (await librariesOf(context)).join(' '), probe: hashOfTrial(context, workFile) };
}

/** What the environment file asks for, and triton where torch brought it. */
async function librariesOf(context: Context): Promise<string[]> {
  const asked = pinsOf(requirementsText(context, await remoteEnvironment(context)) ?? '').map(({ name }) => name);
  return [...new Set([...asked, ...(trainingVersions(context).has('triton') ? ['triton'] : [])])];
}
