import type { KnownShape } from '../../knowledge/known-models';
import { adapterInputs, loraParameters, parameters } from './parameters';
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
  /** Logits over the vocabulary, their log-softmax and the gradients of both. */
  logits: number;
  /** What the allocator of torch holds and cannot use again. */
  allocator: number;
  /** CUDA context, kernels of torch and bitsandbytes. */
  context: number;
  total: number;
}

/**
 * Bytes of one weight in 4 bits: half a byte and its share of the scale of its block of 64, an fp32, or with double
 * quantization a byte and an fp32 for each 256 of those. QLoRA, arXiv 2305.14314, section 3.
 */
const fourBitBytes = (doubleQuant: boolean): number => 0.5 + (doubleQuant ? 1 / 64 + 4 / (64 * 256) : 4 / 64);

/** The CUDA context of a process: 0.15 GB measured on a T4, 0.3 to 0.55 reported for cards with more processors. */
export const contextBytes = 0.3e9;

/**
 * What the allocator holds beside the peak, as a share of the smaller one of the two peaks of a step: blocks that were
 * cut for the logits do not serve a layer, and the other way round. Fitted to 31 steps measured on a T4
 * (tools/measured-memory.ts): 0.5 to 0.85 with eager attention, 1.2 to 2.2 without, whose peak is small.
 */
const allocatorShare = (plan: TrainingMemoryConfig): number => (isEager(plan) ? 0.7 : 1.5);

const isEager = ({ attention }: TrainingMemoryConfig): boolean => attention === 'eager' || attention === 'auto';

/**
 * GPU memory of one training process at its peak. The logits are gone when the first block is computed again, so the
 * larger of the two peaks counts. Within 15 % of what was measured; see docs/GPU.md.
 */
export function estimate(shape: KnownShape, plan: TrainingMemoryConfig): Estimate {
  const { linear, other } = parameters(shape);
  const trainable = loraParameters(shape, plan);
  // peft's prepare_model_for_kbit_training casts all that is not quantized to fp32, and the residual stream with it.
  const { doubleQuant } = shape.packed ?? plan;
  const linearBytes = plan.fourBit || shape.packed ? fourBitBytes(doubleQuant) : plan.computeBytes;
  const weights = linear * linearBytes + other * (plan.fourBit ? 4 : plan.computeBytes);
  const tokens = plan.batchSize * plan.sequenceLength;
  const streamBytes = plan.fourBit ? 4 : plan.computeBytes;
  const block = tokens * blockBytesPerToken(shape, plan, streamBytes);
  const attention = attentionBytes(shape, plan, streamBytes);
  const layers = shape.num_hidden_layers;
  const kept = plan.checkpointing ? tokens * shape.hidden_size * streamBytes * layers : (block + attention.kept) * layers;
  // With checkpointing a layer is computed again whole; without, its backward pass needs what eager attention adds for a moment.
  const layer = plan.checkpointing ? block + attention.peak : attention.peak - attention.kept;
  const logits = tokens * shape.vocab_size * (streamBytes + 12);
  const parts = {
    weights: Math.round(weights),
    lora: trainable * 8,
    optimizer: trainable * 8,
    activations: Math.round(kept + Math.max(0, layer - logits)),
    logits,
    allocator: Math.round(allocatorShare(plan) * Math.min(logits, block + attention.peak)),
    context: contextBytes,
  };
  return { ...parts, total: Object.values(parts).reduce((sum, part) => sum + part, 0) };
}

/**
 * The matrices of attention of one block: none where the kernel never holds them (sdpa, FlashAttention). Eager keeps
 * the softmax in fp32 and as it is multiplied; while it goes back, some three more of each.
 */
function attentionBytes(
  { num_attention_heads }: KnownShape,
  plan: TrainingMemoryConfig,
  streamBytes: number,
): { kept: number; peak: number } {
  if (!isEager(plan)) return { kept: 0, peak: 0 };
  const elements = plan.batchSize * num_attention_heads * plan.sequenceLength ** 2;
  return { kept: elements * (4 + plan.computeBytes), peak: elements * (streamBytes === 4 ? 18 : 15) };
}

/** What one block keeps for its backward pass, for one token, without the matrices of attention. */
function blockBytesPerToken(shape: KnownShape, plan: TrainingMemoryConfig, streamBytes: number): number {
  const { hidden_size, intermediate_size, num_attention_heads, num_key_value_heads, head_dim } = shape;
  const c = plan.computeBytes;
  const [queries, keys] = [num_attention_heads * head_dim, num_key_value_heads * head_dim];
  // Each adapter keeps its input after dropout, and the mask.
  const adapters = plan.dropout > 0 ? adapterInputs(shape, plan) * (c + 1) : 0;
  const inputs = c * (2 * hidden_size + queries + intermediate_size);
  const norms = 2 * 2 * streamBytes * hidden_size;
  // Query, key and value before and after the rotation, and key and value repeated for each head.
  const heads = c * (queries + 2 * keys + queries + keys + 2 * queries);
  const mlp = 3 * c * intermediate_size;
  return adapters + inputs + norms + heads + mlp;
}
