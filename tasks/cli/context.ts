import { currentName } from '../common/former-names';
import type { Context } from '../engine/context';
import { Resources } from '../engine/resources';
import type { Step } from '../engine/step';
import type { TaskDefinition } from '../engine/task-definition';
import { type Host, thisHost } from '../platform';
import { loadSettings, readSettings } from '../settings/read/load';
import { hide, passwordsIn } from '../untrusted/secrets';
import { defaultEnvironment } from './default-environment';
import { type Options, parseOptions } from './options';
import { warn } from './output';
import { projectFolder } from './project-folder';
import { looksOnly } from './reporter-for';

/**
 * What the steps of one run get: the project, its settings, the machine.
 * @throws UserError E_CONFIG, exit code 2, unless the task goes on with settings that are wrong
 */
export function contextOf(host: Host, options: Options, definition: TaskDefinition): Context {
  const root = projectFolder(host, process.cwd(), process.argv.slice(2));
  const environment = options.environment ?? defaultEnvironment(host, root, definition);
  const { force } = options;
  const { settings, origins, fault, warnings } = (definition.allowInvalidSettings ? readSettings : loadSettings)(
    host,
    root,
    environment,
    options.sets,
  );
  for (const warning of warnings) warn(warning);
  // What reads them may say a key alone.
  hide(Object.values(settings.setup.remotes).flatMap(({ host: name, path }) => [name, path].flatMap((text) => passwordsIn(text ?? ''))));
  return {
    task: definition.name,
    root,
    host,
    environment,
    settings,
    origins,
    settingsWarnings: warnings,
    ...(fault ? { settingsFault: fault } : {}),
    option: (name) => options.given.get(name)?.at(-1),
    optionValues: (name) => options.given.get(name) ?? [],
    optionNames: () => [...options.given.keys()],
    resources: new Resources(),
    locked: options.locked,
    acts: !looksOnly(options, definition),
    forced: (step) => (typeof force === 'boolean' ? force : force.some((name) => name === step || currentName(name) === step)),
  };
}

/** The names of a task's steps, for its help; none where settings are so wrong that nothing is known. */
export function stepNames(
  definition: TaskDefinition,
  itemsFor: (context: Context) => readonly Step[],
  options: Options = parseOptions([], [], {}),
): string[] {
  try {
    return itemsFor(contextOf(thisHost(), options, { ...definition, allowInvalidSettings: true })).map(({ name }) => name);
  } catch {
    return [];
  }
}
