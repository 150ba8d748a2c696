import { defineTask, type LoraTask } from './cli/task';
import type { Context } from './engine/context';
import type { Step } from './engine/step';
import { noGpuOption } from './gpu';

/** Trains the adapter: everything that it rests on is looked at before. */
export function trainTask(): LoraTask {
  return defineTask({
    name: 'train',
    description: 'Train a LoRA adapter on the data, with the settings of the project',
    details:
      'Looks at the environment, the model, the data, the GPU and the room, then runs scripts/train.py with configs/training_config.yaml. A run that was stopped goes on from its last checkpoint. The adapter gets its name when it is whole and verified; one that is there is never overwritten.',
    example: 'npx just train --name=second --set training.arguments.epochs=1',
    onMachines: true,
    environment: 'remote',
    options: [
      { name: 'name', value: 'name', description: 'what the adapter is called: its folder in adapters_dir', default: 'first' },
      { name: 'model', value: 'name', description: 'the base model', default: 'the one that is enabled' },
      noGpuOption,
    ],
    items: stepsOf,
    nextStep: (context) => {
      const { projectPaths, shown } = require('./engine/paths') as typeof import('./engine/paths');
      const folder = `${shown(context.root, projectPaths(context).adapters_dir)}/${context.option('name') ?? 'first'}`;
      return `\`npx just model:verify --adapter=${folder}\`, or \`npx just sync:pull\` on the machine that it is for`;
    },
  });
}

function stepsOf(context: Context): readonly Step[] {
  const { environmentOfRemote } =
    require('./environments/training/training-step') as typeof import('./environments/training/training-step');
  const { environmentCommand } =
    require('./environments/profile/environment-command') as typeof import('./environments/profile/environment-command');
  const { trainStep } = require('./environments/proof/train-step') as typeof import('./environments/proof/train-step');
  const { gpuStep } = require('./gpu/gpu-steps') as typeof import('./gpu/gpu-steps');
  const { verifySteps } = require('./checkpoints/models/verify-step') as typeof import('./checkpoints/models/verify-step');
  const { dataStep } = require('./data/data-step') as typeof import('./data/data-step');
  const { storageStep } = require('./storage/storage-step') as typeof import('./storage/storage-step');
  const { trainingSteps } = require('./training/training-step') as typeof import('./training/training-step');
  const { lookOnly } = require('./training/look-only') as typeof import('./training/look-only');
  const { oneModel } = require('./training/inputs') as typeof import('./training/inputs');
  oneModel(context);
  const training = trainingSteps(context);
  return [
    lookOnly(environmentOfRemote, environmentCommand),
    ...verifySteps(context).map((step) => lookOnly(step)),
    dataStep(context.settings.setup.data.gate),
    storageStep,
    gpuStep(),
    trainStep,
    ...training,
  ];
}
