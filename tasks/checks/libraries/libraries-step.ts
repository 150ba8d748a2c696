import { UserError } from '../../common/errors';
import { some } from '../../common/format';
import type { Context } from '../../engine/context';
import { absolute } from '../../engine/paths';
import type { Finding, Progress, Step } from '../../engine/step';
import { pythonIn } from '../../environments/prefix/prefix';
import { loaderFault } from '../../environments/python/loader-fault';
import { holdRoom } from '../../environments/python/no-room';
import { type EnvironmentDefinition, localEnvironment, targetOf } from '../../environments/venv';
import { pinsOf } from '../../environments/venv/lock/pins';
import { lookAfterTrial } from '../../environments/venv/look-after-trial';
import { lockedHere } from '../../environments/venv/packages/locked-here';
import { cachedStep } from '../cached-step';
import { absent, brokenPython, environmentInputs } from '../environment';
import { type TrialResult, trialCount, trialTable } from './library-trial';
import { tryLibraries, workFile } from './try-libraries';
import { hashOfTrial } from './try-libraries-in-turn';

/** Each library that the requirements name is imported and does a line of real work, in the environment itself. */
export const librariesStep: Step = cachedStep({
  name: 'libraries',
  title: 'Try each library',
  action: 'import each library and do a line of work with it',
  inputs(context) {
    const environment = environmentInputs(context, localEnvironment(context));
    return environment && { ...environment, probe: hashOfTrial(context, workFile) };
  },
  waits: (context) => absent(localEnvironment(context)),
  prove: (context, progress, as) => proveLibraries(context, localEnvironment(context), progress, as),
});

async function proveLibraries(
  context: Context,
  definition: EnvironmentDefinition,
  progress: (progress: Progress) => void,
  as: 'look' | 'action',
): Promise<Finding> {
  const file = absolute(context, definition.requirements);
  const names = lockedHere(context, definition, pinsOf(context.host.files.readText(file) ?? '')).map(({ name }) => name);
  if (names.length === 0) return { state: 'unknown', found: `\`${definition.requirements}\` names no library` };
  let tried: TrialResult[];
  try {
    tried = await tryLibraries(context, pythonIn(context.host, targetOf(context, definition)), names, progress, as);
  } catch (error) {
    if (!(error instanceof UserError) || error.fault.code !== 'E_PYTHON_BROKEN') throw error;
    return brokenPython(definition, error.fault.found);
  }
  await holdRoom(context, tried);
  const report = { table: trialTable(tried), data: { libraries: tried } };
  const wrong = tried.filter(({ ok }) => !ok);
  const notes = tried.flatMap(({ library, note }) => (note ? [`${library}: ${note}`] : []));
  const found = trialCount(tried);
  if (wrong.length === 0) return { state: 'done', found, ...(notes.length > 0 ? { warning: notes.join('; ') } : {}), ...report };
  const named = `${found}: ${some(
    wrong.map(({ library, error }) => `${library} ${error}`),
    3,
  )}`;
  const loader = wrong.map(({ error, causes = '' }) => loaderFault(context.host, `${error} ${causes}`)).find(Boolean);
  if (loader) return { state: 'blocked', needed: 'libraries that load', ...loader, found: `${named}: ${loader.found}`, ...report };
  // What is not as the lock says is mended by the task that brings the environment; then a library is looked at again.
  const environment = await lookAfterTrial(context, definition, as);
  if (environment.state !== 'done') {
    const fix = ('fix' in environment && environment.fix) || `\`npx just ${definition.task}\``;
    return { state: 'todo', found: named, code: 'E_LIBRARY', fix, ...report };
  }
  return {
    state: 'blocked',
    code: 'E_LIBRARY',
    found: named,
    needed: 'every library at work, as its packages are those of the lock',
    fix: `\`npx just ${definition.task} --force\` installs the packages again; if it stays, pin another version in \`${definition.requirements}\``,
    ...report,
  };
}
