import { defineTask, type LoraTask } from './cli/task';

/** Fetches models, once, whole, and provably right. */
export function modelDownloadTask(): LoraTask {
  return defineTask({
    name: 'model:download',
    description: 'Fetch the base models from the Hugging Face Hub, once and whole',
    details:
      'Access, revision and free space are checked before the first byte; an interrupted run resumes; a file gets its name once its hash is verified. `hf download` and transformers take the folder as theirs.',
    environment: 'training',
    example: 'npx just model:download --model=mistralai/Mistral-7B-Instruct-v0.3 --plan',
    onMachines: true,
    options: [
      {
        name: 'model',
        value: 'name',
        description:
          'a model of the settings or `owner/name`, with `@revision` if need be, `all`, or `present`: those whose folder is there',
        default: 'all that are enabled',
      },
      { name: 'update', description: 'follow a branch that has moved to its newest commit' },
      {
        name: 'repair',
        description: 'hash every file that is there and fetch the wrong ones again; files that you changed are kept aside',
      },
      {
        name: 'source',
        value: 'folder',
        description: 'take the files from a folder (path or `file:` address), a cache or a folder of models instead of the Hub',
      },
      { name: 'from-cache', value: 'link|copy', description: "link or copy the files from the cache of Hugging Face's libraries" },
      {
        name: 'backend',
        value: 'builtin|hf',
        description: "who moves the bytes: just-lora, or the environment's own hf command",
        default: 'download.backend',
      },
      { name: 'rate', value: 'rate', description: 'the rate that `--plan` estimates the time with', default: '50MB/s' },
      { name: 'any-versions', description: "fetch a model that the environment's transformers cannot load" },
    ],
    nextStep: (context, ran) => (require('./checkpoints/next-step') as typeof import('./checkpoints/next-step')).afterModels(context, ran),
    items(context) {
      const { downloadSteps } = require('./hub/download/download-step') as typeof import('./hub/download/download-step');
      const { stepsOfModels } = require('./hub/model/no-models') as typeof import('./hub/model/no-models');
      return stepsOfModels(context, downloadSteps(context));
    },
  });
}
