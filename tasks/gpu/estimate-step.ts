import { bytes } from '../common/format';
import type { Context } from '../engine/context';
import type { Step, Table } from '../engine/step';
import type { KnownShape } from '../knowledge/known-models';
import { countVisibleDevices } from './driver/visible-devices';
import { shapesOf } from './look';
import { type Estimate, estimate } from './memory/memory';
import type { ModelShape } from './memory/memory-layer';
import { parallelOf, parallelText } from './memory/parallel';
import { targetsFault } from './memory/targets-fault';
import { memoryConfigFor, memoryConfigOf, type TrainingMemoryConfig } from './memory/training-memory-config';
import { partsText } from './report';

/** One line of the table of needs. */
export interface Need {
  model: string;
  plan: TrainingMemoryConfig;
  estimate: Estimate;
}

/** Lengths of examples that the table shows, in tokens. */
const lengths = [512, 1024, 2048, 4096];

/** What each model needs at each length, for the batch of the settings, its half, and so on to one. */
export function memoryNeeds(models: readonly ModelShape[], plan: TrainingMemoryConfig): Need[] {
  const effective = plan.batchSize * plan.accumulationSteps;
  const sizes = [plan.batchSize, Math.floor(plan.batchSize / 2), 1].filter(
    (size, at, all) => size > 0 && effective % size === 0 && all.indexOf(size) === at,
  );
  // What was asked for has its row, whatever it is.
  const asked = [...new Set([...lengths, plan.sequenceLength])].sort((one, other) => one - other);
  return models.flatMap(({ name, shape, attention }) =>
    shape
      ? asked.flatMap((sequenceLength) =>
          sizes.map((batchSize) => {
            const changed = { ...memoryConfigFor(plan, attention), sequenceLength, batchSize, accumulationSteps: effective / batchSize };
            return { model: name, plan: changed, estimate: estimate(shape, changed) };
          }),
        )
      : [],
  );
}

/** The needs as rows; the first is the heading. */
export const needRows = (needs: readonly Need[]): Table => [
  [
    'model',
    'tokens',
    'batch × accumulation',
    'weights',
    'LoRA',
    'optimizer',
    'activations',
    'logits',
    'allocator',
    'CUDA context',
    'total',
  ],
  ...needs.map(({ model, plan, estimate: need }) => [
    model,
    String(plan.sequenceLength),
    `${plan.batchSize} × ${plan.accumulationSteps}`,
    ...[need.weights, need.lora, need.optimizer, need.activations, need.logits, need.allocator, need.context, need.total].map(bytes),
  ]),
];

function needText(
  name: string,
  shape: KnownShape,
  plan: TrainingMemoryConfig,
  { cards, processes }: { cards: number; processes: number },
): string {
  const need = `${name} needs ${partsText(estimate(shape, plan))}, with attention ${plan.attention}`;
  if (cards < 2) return need;
  const how = processes === 1 ? '; `training.processes: 0` trains so, 1 takes the first GPU alone' : '';
  return `${need}; ${parallelText(shape, plan, parallelOf(plan, cards))}${how}`;
}

/** What the training needs, for choosing a machine: no GPU is looked at. */
export const estimateStep: Step = {
  name: 'gpu-estimate',
  title: 'Estimate the GPU memory of the training',
  async check(context: Context) {
    const plan = memoryConfigOf(context.settings.training);
    const models = await shapesOf(context);
    const wrong = targetsFault(models, plan.targetModules);
    if (wrong) return { state: 'blocked', ...wrong };
    const { processes } = context.settings.training;
    // A person who shows CUDA several cards may mean to train on them.
    const cards = processes > 1 ? processes : (countVisibleDevices(context.host.env.CUDA_VISIBLE_DEVICES) ?? 1);
    const texts = models.map(({ name, shape, attention }) =>
      shape
        ? needText(name, shape, memoryConfigFor(plan, attention), { cards, processes })
        : `${name}: its shape is not known before it is downloaded`,
    );
    const needs = memoryNeeds(models, plan);
    return {
      // Nothing is known of any: that is no answer.
      state: needs.length > 0 ? 'done' : 'unknown',
      found: texts.join('; '),
      table: needRows(needs),
      data: { plan, needs, ...(cards > 1 ? { parallel: parallelOf(plan, cards) } : {}) },
    };
  },
};
