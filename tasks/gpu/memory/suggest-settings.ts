import { bytes } from '../../common/format';
import type { KnownShape } from '../../knowledge/known-models';
import { estimate } from './memory';
import type { TrainingMemoryConfig } from './training-memory-config';

/** A plan that fits, and the settings that lead to it. */
export interface SuggestedSettings {
  plan: TrainingMemoryConfig;
  totalBytes: number;
  /** As a person says it: `batch 2 × accumulation 8`. */
  text: string;
  /** Names as `--set` takes them. */
  settings: Readonly<Record<string, number | boolean>>;
}

/** Shorter than this an example says little. */
const shortest = 256;

/**
 * The change that costs least among those that fit: checkpointing (time), then a smaller batch with more accumulation
 * (time; the effective batch stays), then 4-bit weights, then shorter examples.
 */
export function suggestSettings(shape: KnownShape, plan: TrainingMemoryConfig, freeBytes: number): SuggestedSettings | undefined {
  for (const sequenceLength of halves(plan.sequenceLength, shortest))
    for (const fourBit of plan.fourBit ? [true] : [false, true])
      for (const batchSize of batches(plan.batchSize * plan.accumulationSteps, plan.batchSize))
        for (const checkpointing of plan.checkpointing ? [true] : [false, true]) {
          const accumulationSteps = (plan.batchSize * plan.accumulationSteps) / batchSize;
          const changed = { ...plan, fourBit, sequenceLength, batchSize, accumulationSteps, checkpointing };
          const { total } = estimate(shape, changed);
          if (total <= freeBytes) return described(plan, changed, total);
        }
  return undefined;
}

function described(before: TrainingMemoryConfig, plan: TrainingMemoryConfig, totalBytes: number): SuggestedSettings {
  const settings: Record<string, number | boolean> = {};
  const parts: string[] = [];
  if (plan.batchSize !== before.batchSize) {
    settings['training.arguments.batch_size'] = plan.batchSize;
    settings['training.arguments.gradient_accumulation_steps'] = plan.accumulationSteps;
    parts.push(`batch ${plan.batchSize} × accumulation ${plan.accumulationSteps}`);
  }
  if (plan.checkpointing !== before.checkpointing) {
    settings['training.arguments.gradient_checkpointing'] = true;
    parts.push('gradient checkpointing');
  }
  if (plan.sequenceLength !== before.sequenceLength) {
    settings['training.arguments.max_seq_length'] = plan.sequenceLength;
    parts.push(`${plan.sequenceLength} tokens`);
  }
  if (plan.fourBit !== before.fourBit) {
    settings['training.quantization.load_in_4bit'] = true;
    parts.push('4-bit weights');
  }
  return { plan, totalBytes, text: parts.join(', '), settings };
}

/** What a plan needs at the very least, for a card that is too small for all of them. */
export function leastBytes(shape: KnownShape, plan: TrainingMemoryConfig): number {
  const sequenceLength = Math.min(plan.sequenceLength, shortest);
  return estimate(shape, { ...plan, fourBit: true, checkpointing: true, batchSize: 1, sequenceLength }).total;
}

/** `fits with 4.1 GB to spare`, or what would fit. */
export function verdictText(needBytes: number, freeBytes: number, change: SuggestedSettings | undefined): string {
  if (needBytes <= freeBytes) return `fits with ${bytes(freeBytes - needBytes)} to spare`;
  const short = `needs ${bytes(needBytes)} of ${bytes(freeBytes)}`;
  return change
    ? `${short}; ${change.text} fits with ${bytes(freeBytes - change.totalBytes)} to spare`
    : `${short}; no change of batch or length fits`;
}

/** The divisors of the effective batch, from the batch size down: each keeps the effective batch. */
function batches(effective: number, from: number): number[] {
  return Array.from({ length: from }, (_, index) => from - index).filter((size) => effective % size === 0);
}

function halves(from: number, least: number): number[] {
  const lengths = [from];
  for (let next = Math.floor(from / 2); next >= least; next = Math.floor(next / 2)) lengths.push(next);
  return lengths;
}
