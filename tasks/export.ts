import { defineTask, type LoraTask } from './cli/task';
import type { Context } from './engine/context';
import type { Step } from './engine/step';

/** Writes the file of an engine that rents machines, from the settings of the project. */
export function exportTask(): LoraTask {
  return defineTask({
    name: 'export',
    description: 'Write the file with which SkyPilot or dstack rents a machine and trains',
    details:
      'Cards on which the training fits with room to spare, disk, set-up, data, secrets by name, and the training, in the words of the engine. `--check` exits with 3 where the file is not what the settings make now. A file that a person changed is never written over. docs/EXPORT.md explains each part.',
    example: 'npx just export --to=skypilot --plan',
    environment: 'remote',
    options: [
      { name: 'to', value: 'engine', description: 'skypilot or dstack' },
      { name: 'output', value: 'file', description: 'where it goes', default: 'configs/train.sky.yaml or configs/train.dstack.yml' },
      { name: 'model', value: 'name', description: 'the base model', default: 'the one that is enabled' },
      { name: 'name', value: 'name', description: 'what the adapter is called', default: 'first' },
      {
        name: 'keep',
        value: 'place',
        description: 'a bucket (s3://… for SkyPilot) or a volume (of dstack) that keeps the checkpoints beyond one machine',
      },
      { name: 'no-token', description: 'the model is public: ask the Hub without a token' },
    ],
    items: stepsOf,
    skipRecord: true,
  });
}

function stepsOf(context: Context): readonly Step[] {
  const { engineNamed } = require('./export/engine') as typeof import('./export/engine');
  const { exportStep } = require('./export/export-step') as typeof import('./export/export-step');
  const { oneModel } = require('./training/inputs') as typeof import('./training/inputs');
  const { name, engine } = engineNamed(context.option('to'));
  // Wrong usage is told before anything is looked at.
  oneModel(context);
  (require('./training/folders') as typeof import('./training/folders')).adapterFolder(context);
  const { usageError: usage } = require('./common/errors') as typeof import('./common/errors');
  const keep = context.option('keep');
  if (keep !== undefined && !engine.keeps.pattern.test(keep))
    throw usage(`\`--keep=${keep}\` is no place that ${engine.title} knows`, engine.keeps.words);
  return [exportStep(name, engine) as Step];
}
