import { defineTask, type LoraTask } from './cli/task';

/** Removes what interrupted downloads have left, and nothing else. */
export function modelCleanTask(): LoraTask {
  return defineTask({
    name: 'model:clean',
    description: 'List and remove what interrupted downloads have left',
    details:
      "Partial files only, just-lora's and hf's, and files that came with wrong bytes and were kept aside; a model's own files are never touched. `--plan` lists them.",
    environment: 'training',
    freesSpace: true,
    example: 'npx just model:clean --plan',
    onMachines: true,
    options: [
      {
        name: 'model',
        value: 'name',
        description: 'a model of the settings, `owner/name`, or `all`',
        default: 'every folder in paths.models_dir',
      },
    ],
    items: (context) => (require('./hub/download/clean-step') as typeof import('./hub/download/clean-step')).cleanSteps(context),
  });
}
