import type { KnownShape } from '../../knowledge/known-models';
import { loraParameters, parameters, targets } from './parameters';
import type { TrainingMemoryConfig } from './training-memory-config';

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
export function estimate(shape: KnownShape, plan: TrainingMemoryConfig): Estimate {
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
function blockBytesPerToken(shape: KnownShape, plan: TrainingMemoryConfig, streamBytes: number): number {
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
