import { defineTask, type LoraTask } from './cli/task';
import type { Context } from './engine/context';
import type { Step } from './engine/step';

/** Merges an adapter into its base model, in a folder of its own. */
export function trainMergeTask(): LoraTask {
  return defineTask({
    name: 'train:merge',
    description: 'Merge an adapter into its base model, as a model of its own',
    details:
      'Looks at the environment, the adapter, its base and the room, merges on the processor, loads what was written and compares its answers with those of base and adapter together. The base and the adapter stay as they are.',
    example: 'npx just train:merge --name=second --into=second-merged',
    onMachines: true,
    environment: 'remote',
    options: [
      { name: 'name', value: 'name', description: 'the adapter: its folder in adapters_dir', default: 'first' },
      { name: 'dtype', value: 'type', description: 'type of the weights: `float32`, `bfloat16` or `float16`', default: 'that of the base' },
      { name: 'into', value: 'name', description: 'what the model is called: its folder in models_dir', default: 'NAME-merged' },
    ],
    items: stepsOf,
    nextStep: (context) => {
      const { mergedFolder } = require('./training/folders') as typeof import('./training/folders');
      return `\`npx just model:verify --path=${mergedFolder(context).shown} --load\` generates a token with it`;
    },
  });
}

function stepsOf(context: Context): readonly Step[] {
  const { environmentOfRemote } =
    require('./environments/training/training-step') as typeof import('./environments/training/training-step');
  const { lookOnly } = require('./training/look-only') as typeof import('./training/look-only');
  const { mergeStep } = require('./training/merge-step') as typeof import('./training/merge-step');
  const { mergedFolder } = require('./training/folders') as typeof import('./training/folders');
  const { askedType } = require('./training/merge-record') as typeof import('./training/merge-record');
  mergedFolder(context);
  askedType(context);
  return [lookOnly(environmentOfRemote), mergeStep as Step];
}
