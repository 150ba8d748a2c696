import { bytes } from '../../common/format';
import type { KnownShape } from '../../knowledge/known-models';
import { estimate } from './memory';
import { loraParameters } from './parameters';
import type { TrainingMemoryConfig } from './training-memory-config';

/** A training on several cards by data parallel: a process for each, as `accelerate launch` and `torchrun` start them. */
export interface Parallel {
  cards: number;
  /** Examples of one weight update, all cards together. */
  effectiveBatch: number;
  /** `gradient_accumulation_steps` with which it is that of one card; `undefined` where their number does not divide it. */
  accumulationToKeep: number | undefined;
}

/** What one plan means on several cards. */
export const parallelOf = ({ batchSize, accumulationSteps }: TrainingMemoryConfig, cards: number): Parallel => ({
  cards,
  effectiveBatch: cards * batchSize * accumulationSteps,
  accumulationToKeep: accumulationSteps % cards === 0 ? accumulationSteps / cards : undefined,
});

/**
 * Bytes that each process needs: a whole copy of everything, and the buckets in which DistributedDataParallel exchanges the fp32
 * gradients of the adapter (`gradient_as_bucket_view`, which saves them, is off by default). What NCCL takes is not in it.
 */
export const parallelBytes = (shape: KnownShape, plan: TrainingMemoryConfig): number =>
  estimate(shape, plan).total + loraParameters(shape, plan) * 4;

/** `2 × 4 × 4 = 32 examples a step (gradient_accumulation_steps 2 keeps 16)` */
export function batchText(plan: TrainingMemoryConfig, { cards, effectiveBatch, accumulationToKeep }: Parallel): string {
  const { batchSize, accumulationSteps } = plan;
  const keep =
    accumulationToKeep === undefined
      ? ''
      : ` (\`gradient_accumulation_steps: ${accumulationToKeep}\` keeps ${batchSize * accumulationSteps})`;
  return `${cards} × ${batchSize} × ${accumulationSteps} = ${effectiveBatch} examples a step${keep}`;
}

/** What changes on several cards, for one model. */
export const parallelText = (shape: KnownShape, plan: TrainingMemoryConfig, parallel: Parallel): string =>
  `on ${parallel.cards} GPUs, a process for each: ${bytes(parallelBytes(shape, plan))} on each, ${batchText(plan, parallel)}, and 1/${parallel.cards} of the steps, so another adapter than on one unless the examples a step stay as many`;
