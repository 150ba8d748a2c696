import { defineTask, type LoraTask } from './cli/task';
import type { OptionDefinition } from './engine/task-definition';

/** For every task that looks at the GPU on its way. */
export const noGpuOption: OptionDefinition = {
  name: 'no-gpu',
  description: 'go on without a usable GPU: for CI, login nodes and image builds',
};

/** Looks at the GPU, layer by layer, and says whether the configured training fits. */
export function gpuTask(): LoraTask {
  return defineTask({
    name: 'gpu',
    description: 'Check the GPU, its driver and torch, and whether the training fits',
    details:
      'Card, driver, CUDA, torch, a product of matrices, 4 bits and memory are checked in this order. The first broken layer is printed with its fix; later layers are not checked. docs/GPU.md explains each.',
    example: 'npx just gpu --set training.arguments.batch_size=2',
    onMachines: true,
    options: [
      noGpuOption,
      { name: 'model', value: 'name', description: 'the model that the memory is judged for', default: 'every enabled one' },
      { name: 'estimate', description: 'only estimate the memory that training needs; check no GPU' },
      { name: 'cards', description: 'with --estimate: compare it with the cards that can be rented' },
    ],
    environment: 'remote',
    depth: 'full',
    readOnly: true,
    items(context) {
      const { modelsOf } = require('./hub/model/models') as typeof import('./hub/model/models');
      const { stepsOfModels } = require('./hub/model/no-models') as typeof import('./hub/model/no-models');
      const { cardsStep } = require('./gpu/cards/cards-step') as typeof import('./gpu/cards/cards-step');
      const { estimateStep } = require('./gpu/estimate-step') as typeof import('./gpu/estimate-step');
      const { gpuStep } = require('./gpu/gpu-steps') as typeof import('./gpu/gpu-steps');
      const [cards, estimates] = ['cards', 'estimate'].map((name) => context.option(name) !== undefined);
      if (cards || estimates) return stepsOfModels(context, modelsOf(context).length > 0 ? [cards ? cardsStep : estimateStep] : []);
      // A model that does not exist is wrong usage, not a broken layer.
      if (context.option('model') !== undefined) modelsOf(context);
      return [gpuStep({ alone: true })];
    },
  });
}
