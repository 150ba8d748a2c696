import { defineTask, type LoraTask } from './cli/task';
import { absolute } from './engine/paths';
import { mkdirsTask } from './mkdirs';
import { setupTask } from './setup';
import { storageTask } from './storage';
import { type OwnChecks, validateTask } from './validate';
import { venvTask } from './venv';

/** What git would track is known before the environment is built, not after. */
const gitignoreTask = () =>
  defineTask({
    name: 'gitignore',
    description: 'Ask git what it ignores',
    details: '',
    example: '',
    items: () => [(require('./checks/gitignore-step') as typeof import('./checks/gitignore-step')).gitignoreStep],
  });

/** From an empty checkout to an environment for the data work that is proven to work, by the project's own checks too. */
export function setupLocalTask(own: OwnChecks = {}): LoraTask {
  const venv = venvTask();
  return setupTask([mkdirsTask(), gitignoreTask(), storageTask(), venv, validateTask('local', own)], {
    name: 'setup:local',
    description: 'Set up the data work on this machine, from nothing to proven',
    details:
      'Makes the folders, checks the free space, builds the Python environment from its lock and tries each library. What is done already is left alone.',
    example: 'npx just setup:local --plan',
    environment: 'local',
    summary: (context, ran, width) => venv.definition.summary?.(context, ran, width) ?? '',
    nextStep(context) {
      const activate = `\`. ${context.settings.setup.environments.local.path}/bin/activate\``;
      const { data_raw, data_processed } = context.settings.paths;
      const has = (folder: string) => context.host.files.list(absolute(context, folder)).some((name) => !name.startsWith('.'));
      // It was looked at by the checks of this very run.
      if (has(data_processed)) return '`npx just sync:push`';
      if (has(data_raw)) return `${activate}, then make \`${data_processed}\` out of \`${data_raw}\``;
      return `put your data into \`${data_raw}\`, then ${activate}`;
    },
  });
}
