import type { KnownShape } from '../../knowledge/known-models';
import { linearModules, targetedModules } from './target-modules';
import type { TrainingMemoryConfig } from './training-memory-config';

/** Parameters of the base model: in its linear layers (quantized), and in embedding, head and norms (never quantized). */
export function parameters(shape: KnownShape): { linear: number; other: number } {
  const linear = linearModules(shape)
    .filter(({ name }) => name.startsWith('model.layers.'))
    .reduce((sum, layer) => sum + layer.in * layer.out, 0);
  const tables = shape.vocab_size * shape.hidden_size * (shape.tie_word_embeddings ? 1 : 2);
  return { linear, other: tables + (2 * shape.num_hidden_layers + 1) * shape.hidden_size };
}

/** Trainable parameters of the adapter: rank × (in + out) of each target. */
export function loraParameters(shape: KnownShape, plan: Pick<TrainingMemoryConfig, 'rank' | 'targetModules'>): number {
  return targetedModules(shape, plan.targetModules).reduce((sum, layer) => sum + plan.rank * (layer.in + layer.out), 0);
}

/** Inputs of the adapters of one block, in values for one token: the mean of the blocks. */
export function adapterInputs(shape: KnownShape, plan: Pick<TrainingMemoryConfig, 'targetModules'>): number {
  const inBlocks = targetedModules(shape, plan.targetModules).filter(({ name }) => name.startsWith('model.layers.'));
  return inBlocks.reduce((sum, layer) => sum + layer.in, 0) / shape.num_hidden_layers;
}
