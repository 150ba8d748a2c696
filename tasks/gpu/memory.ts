import type { Settings } from '../configuration/definition';
import type { Shape } from '../versions/known-models';

/** What of configs/training_config.yaml decides how much memory the training takes. */
export interface TrainingPlan {
  rank: number;
  dropout: number;
  targetModules: readonly string[];
  batchSize: number;
  accumulationSteps: number;
  sequenceLength: number;
  checkpointing: boolean;
  fourBit: boolean;
  doubleQuant: boolean;
  computeBytes: 2 | 4;
}

/** Bytes of GPU memory, by what takes them. */
export interface Estimate {
  /** The base model, as it is held: 4-bit linear layers, embedding and head in fp32. */
  weights: number;
  /** The adapter and its gradient, fp32. */
  lora: number;
  /** AdamW: two fp32 moments of each trainable parameter. */
  optimizer: number;
  /** What the backward pass needs of the layers. */
  activations: number;
  /** Logits over the vocabulary and their gradient. */
  logits: number;
  /** CUDA context, cuBLAS workspace, kernels of torch and bitsandbytes. */
  context: number;
  total: number;
}

export const planOf = ({ lora, quantization, arguments: run }: Settings['training']): TrainingPlan => ({
  rank: lora.rank,
  dropout: lora.dropout,
  targetModules: lora.target_modules,
  batchSize: run.batch_size,
  accumulationSteps: run.gradient_accumulation_steps,
  sequenceLength: run.max_seq_length,
  checkpointing: run.gradient_checkpointing,
  fourBit: quantization.load_in_4bit,
  doubleQuant: quantization.double_quant,
  computeBytes: quantization.compute_dtype === 'float32' ? 4 : 2,
});

/** Inputs and outputs of the seven linear layers of one block. */
function linears(shape: Shape): Record<string, { in: number; out: number }> {
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
function targets(shape: Shape, plan: Pick<TrainingPlan, 'targetModules'>): { in: number; out: number }[] {
  const all = linears(shape);
  if (plan.targetModules.includes('all-linear')) return Object.values(all);
  return Object.entries(all)
    .filter(([name]) => plan.targetModules.includes(name))
    .map(([, size]) => size);
}

/** Target modules that the estimate leaves out, since it does not know their size. */
export const unknownTargets = (shape: Shape, plan: TrainingPlan): string[] =>
  plan.targetModules.filter((name) => name !== 'all-linear' && !(name in linears(shape)));

/** Parameters of the base model: in its linear layers (quantized), and in embedding, head and norms (never quantized). */
export function parameters(shape: Shape): { linear: number; other: number } {
  const block = Object.values(linears(shape)).reduce((sum, layer) => sum + layer.in * layer.out, 0);
  const tables = shape.vocab_size * shape.hidden_size * (shape.tie_word_embeddings ? 1 : 2);
  return {
    linear: block * shape.num_hidden_layers,
    other: tables + (2 * shape.num_hidden_layers + 1) * shape.hidden_size,
  };
}

/** Trainable parameters of the adapter: rank × (in + out) of each target, in each layer. */
export function loraParameters(shape: Shape, plan: Pick<TrainingPlan, 'rank' | 'targetModules'>): number {
  return targets(shape, plan).reduce((sum, layer) => sum + plan.rank * (layer.in + layer.out), 0) * shape.num_hidden_layers;
}

/**
 * Bytes of one weight in 4 bits: half a byte and its share of the scale of its block of 64, an fp32, or with double
 * quantization a byte and an fp32 for each 256 of those. QLoRA, arXiv 2305.14314, section 3.
 */
const fourBitBytes = (doubleQuant: boolean): number => 0.5 + (doubleQuant ? 1 / 64 + 4 / (64 * 256) : 4 / 64);

/** The CUDA context and the libraries of a process, seen on Ampere and Hopper; 0.5 to 0.8 GB. */
export const contextBytes = 0.7e9;

/**
 * GPU memory of one training process at its peak, before any measurement: an estimate, meant to be right within 15 %.
 * The logits are gone when the first block is computed again, so the larger of the two counts.
 */
export function estimate(shape: Shape, plan: TrainingPlan): Estimate {
  const { linear, other } = parameters(shape);
  const trainable = loraParameters(shape, plan);
  // peft's prepare_model_for_kbit_training casts all that is not quantized to fp32, and the residual stream with it.
  const weights = plan.fourBit ? linear * fourBitBytes(plan.doubleQuant) + other * 4 : (linear + other) * plan.computeBytes;
  const tokens = plan.batchSize * plan.sequenceLength;
  const streamBytes = plan.fourBit ? 4 : plan.computeBytes;
  const block = tokens * blockBytesPerToken(shape, plan, streamBytes);
  // fp32: the logits or their log-softmax, and twice the gradient. transformers casts them before the loss.
  const logits = tokens * shape.vocab_size * 12;
  const kept = plan.checkpointing ? tokens * shape.hidden_size * streamBytes * shape.num_hidden_layers : block * shape.num_hidden_layers;
  const again = plan.checkpointing ? Math.max(0, block - logits) : 0;
  const parts = {
    weights: Math.round(weights),
    lora: trainable * 8,
    optimizer: trainable * 8,
    activations: Math.round(kept + again),
    logits,
    context: contextBytes,
  };
  return { ...parts, total: Object.values(parts).reduce((sum, part) => sum + part, 0) };
}

/** What one block keeps for its backward pass, for one token, attention counted as computed in full (eager). */
function blockBytesPerToken(shape: Shape, plan: TrainingPlan, streamBytes: number): number {
  const { hidden_size, intermediate_size, num_attention_heads, num_key_value_heads, head_dim } = shape;
  const c = plan.computeBytes;
  const [queries, keys] = [num_attention_heads * head_dim, num_key_value_heads * head_dim];
  // Each adapter keeps its input after dropout, and the mask.
  const adapters = plan.dropout > 0 ? targets(shape, plan).reduce((sum, layer) => sum + layer.in * (c + 1), 0) : 0;
  const inputs = c * (2 * hidden_size + queries + intermediate_size);
  const norms = 2 * 2 * streamBytes * hidden_size;
  // Query, key and value before and after the rotation, and key and value repeated for each head.
  const heads = c * (queries + 2 * keys + queries + keys + 2 * queries);
  // Softmax in fp32 and as it is multiplied.
  const attention = num_attention_heads * plan.sequenceLength * (4 + c);
  const mlp = 3 * c * intermediate_size;
  return adapters + inputs + norms + heads + attention + mlp;
}
