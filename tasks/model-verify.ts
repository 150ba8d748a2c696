import { defineTask, type LoraTask } from './cli/task';

/** Looks whether models, or adapters, are whole and right. */
export function modelVerifyTask(): LoraTask {
  return defineTask({
    name: 'model:verify',
    description: 'Check that models are whole and right',
    details:
      'Without more options: sizes, safetensors headers, index, configuration and tokenizer, without reading the weights. Exit code 0 all right, 1 something wrong, 3 something missing that a download would fix.',
    environment: 'training',
    example: 'npx just model:verify --model=llama-3.1-8b --full',
    onMachines: true,
    readOnly: (has) => !has('for') && !has('fix-config'),
    options: [
      {
        name: 'model',
        value: 'name',
        description: 'a model of the settings, `owner/name`, `all`, or `present`: those whose folder is there',
        default: 'all that are enabled',
      },
      { name: 'path', value: 'folder', description: 'any folder with a model, or with safetensors files, instead' },
      {
        name: 'adapter',
        value: 'folder',
        description: 'a PEFT adapter instead, by its folder or its name in adapters_dir; `--model` says which base it must be for',
      },
      {
        name: 'for',
        value: 'version',
        description: 'with `--adapter`: check it against this version of PEFT, and write a copy that this version loads if that helps',
        default: 'that of the environment',
      },
      { name: 'full', description: 'hash every byte and compare it with what was recorded; read every value of an adapter; works offline' },
      {
        name: 'fix-config',
        description:
          'write the keys of transformers 4 beside those of 5 into config.json and tokenizer_config.json, and keep the originals',
      },
      { name: 'load', description: "load the model with the environment's own transformers, and generate a token" },
      {
        name: 'python',
        value: 'program',
        description: 'the Python that `--load` uses, and whose PEFT an adapter is checked against',
        default: 'that of the environment',
      },
    ],
    nextStep(context, ran) {
      if (context.option('path') !== undefined) return undefined;
      const { afterAdapters, afterModels } = require('./checkpoints/next-step') as typeof import('./checkpoints/next-step');
      return context.option('adapter') === undefined ? afterModels(context, ran) : afterAdapters(context, ran);
    },
    items(context) {
      const { verifySteps } = require('./checkpoints/models/verify-step') as typeof import('./checkpoints/models/verify-step');
      const { stepsOfModels } = require('./hub/model/no-models') as typeof import('./hub/model/no-models');
      return stepsOfModels(context, verifySteps(context));
    },
  });
}
