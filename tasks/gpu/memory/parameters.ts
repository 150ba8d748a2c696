import type { KnownShape } from '../../knowledge/known-models';
import type { TrainingMemoryConfig } from './training-memory-config';

/** Inputs and outputs of the seven linear layers of one block. */
function linears(shape: KnownShape): Record<string, { in: number; out: number }> {
  const { hidden_size, intermediate_size, num_attention_heads, num_key_value_heads, head_dim } = shape;
  const [queries, keys] = [num_attention_heads * head_dim, num_key_value_heads * head_dim];
  return {
    q_proj: { in: hidden_size, out: queries },
    k_proj: { in: hidden_size, out: keys },
    v_proj: { in: hidden_size, out: keys },
    o_proj: { in: queries, out: hidden_size },
    gate_proj: { in: hidden_size, out: intermediate_size },
    up_proj: { in: hidden_size, out: intermediate_size },
    down_proj: { in: intermediate_size, out: hidden_size },
  };
}

/** The targets of a plan with their sizes; `all-linear` is peft's word for the seven. */
export function targets(shape: KnownShape, plan: Pick<TrainingMemoryConfig, 'targetModules'>): { in: number; out: number }[] {
  const all = linears(shape);
  if (plan.targetModules.includes('all-linear')) return Object.values(all);
  return Object.entries(all)
    .filter(([name]) => plan.targetModules.includes(name))
    .map(([, size]) => size);
}

/** Target modules that the estimate leaves out, since it does not know their size. */
export const unknownTargets = (shape: KnownShape, plan: TrainingMemoryConfig): string[] =>
  plan.targetModules.filter((name) => name !== 'all-linear' && !(name in linears(shape)));

/** Parameters of the base model: in its linear layers (quantized), and in embedding, head and norms (never quantized). */
export function parameters(shape: KnownShape): { linear: number; other: number } {
  const block = Object.values(linears(shape)).reduce((sum, layer) => sum + layer.in * layer.out, 0);
  const tables = shape.vocab_size * shape.hidden_size * (shape.tie_word_embeddings ? 1 : 2);
  return {
    linear: block * shape.num_hidden_layers,
    other: tables + (2 * shape.num_hidden_layers + 1) * shape.hidden_size,
  };
}

/** Trainable parameters of the adapter: rank × (in + out) of each target, in each layer. */
export function loraParameters(shape: KnownShape, plan: Pick<TrainingMemoryConfig, 'rank' | 'targetModules'>): number {
  return targets(shape, plan).reduce((sum, layer) => sum + plan.rank * (layer.in + layer.out), 0) * shape.num_hidden_layers;
}
