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
    readOnly: true,
    options: [
      { name: 'model', value: 'name', description: 'a model of the settings, `owner/name`, or `all`', default: 'all that are enabled' },
      { name: 'path', value: 'folder', description: 'any folder with a model, or with safetensors files, instead' },
      { name: 'adapter', value: 'folder', description: 'a PEFT adapter instead; `--model` says which base it must be for' },
      { name: 'full', description: 'hash every byte and compare it with what was recorded; works offline' },
      { name: 'load', description: "load the model with the environment's own transformers, and generate a token" },
      { name: 'python', value: 'program', description: 'the Python that `--load` uses', default: 'that of the environment' },
    ],
    items: (context) =>
      (require('./checkpoints/models/verify-step') as typeof import('./checkpoints/models/verify-step')).verifySteps(context),
  });
}
