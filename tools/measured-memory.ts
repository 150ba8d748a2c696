import type { TrainingMemoryConfig } from '../tasks/gpu/memory/training-memory-config';
import type { KnownShape } from '../tasks/knowledge/known-models';

/**
 * Memory of LoRA steps on one Tesla T4, measured by the public project fitcheck-llm 0.3.1 (package index, MIT): a plain
 * loop with AdamW in fp32, float16, checkpointing, adapters on q, k, v and o, no dropout, no double quantization;
 * torch 2.10 and 2.14, transformers 5. Its sdpa is held to the memory-efficient kernel.
 */
export interface MeasuredStep {
  model: keyof typeof shapes;
  attention: 'eager' | 'sdpa';
  fourBit: boolean;
  batch: number;
  tokens: number;
  rank: number;
  /** GB that torch had handed out at the most, and GB of the whole process. */
  allocatedGb: number;
  processGb: number;
}

const shape = (
  [hidden_size, num_hidden_layers, num_attention_heads, num_key_value_heads, head_dim, intermediate_size, vocab_size]: readonly [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ],
  tie_word_embeddings: boolean,
): KnownShape => ({
  hidden_size,
  num_hidden_layers,
  num_attention_heads,
  num_key_value_heads,
  head_dim,
  intermediate_size,
  vocab_size,
  tie_word_embeddings,
});

/** As the config.json of each says it. */
export const shapes = {
  'mistral-7b': shape([4096, 32, 32, 8, 128, 14336, 32768], false),
  'llama32-3b': shape([3072, 28, 24, 8, 128, 8192, 128256], true),
  'llama32-1b': shape([2048, 16, 32, 8, 64, 8192, 128256], true),
  qwen15: shape([1536, 28, 12, 2, 128, 8960, 151936], true),
  'smollm2-17': shape([2048, 24, 32, 32, 64, 8192, 49152], true),
  'smollm2-360': shape([960, 32, 15, 5, 64, 2560, 49152], true),
  tinyllama: shape([2048, 22, 32, 4, 64, 5632, 32000], false),
};

/** model, attention, 4-bit weights, batch, tokens, rank, GB allocated, GB of the process. */
const rows: readonly (readonly [keyof typeof shapes, 'eager' | 'sdpa', 'nf4' | 'none', number, number, number, number, number])[] = [
  ['mistral-7b', 'eager', 'nf4', 1, 1024, 16, 6.49, 7.22],
  ['mistral-7b', 'sdpa', 'nf4', 1, 1024, 16, 6.35, 6.86],
  ['llama32-3b', 'eager', 'nf4', 1, 1024, 16, 5.77, 6.66],
  ['llama32-3b', 'sdpa', 'nf4', 1, 1024, 16, 5.76, 6.72],
  ['llama32-1b', 'eager', 'nf4', 1, 1024, 16, 3.91, 4.4],
  ['qwen15', 'eager', 'nf4', 1, 2048, 32, 7.18, 8.1],
  ['qwen15', 'sdpa', 'nf4', 1, 2048, 32, 7.16, 8.12],
  ['qwen15', 'sdpa', 'none', 1, 2048, 32, 7.76, 8.29],
  ['smollm2-17', 'eager', 'none', 1, 2048, 32, 5.98, 7.64],
  ['smollm2-17', 'sdpa', 'nf4', 1, 2048, 32, 3.51, 4.13],
  ['tinyllama', 'eager', 'nf4', 1, 1024, 32, 2.12, 2.62],
  ['tinyllama', 'sdpa', 'nf4', 1, 1024, 32, 1.93, 2.28],
  ['tinyllama', 'eager', 'nf4', 2, 1024, 32, 3.01, 3.95],
  ['tinyllama', 'sdpa', 'nf4', 2, 1024, 32, 2.65, 3.23],
  ['tinyllama', 'sdpa', 'nf4', 4, 1024, 32, 4.08, 5.27],
  ['tinyllama', 'eager', 'nf4', 8, 1024, 32, 8.41, 11.72],
  ['qwen15', 'eager', 'nf4', 2, 1024, 32, 7.17, 8.06],
  ['qwen15', 'eager', 'none', 2, 1024, 32, 7.77, 8.44],
  ['qwen15', 'sdpa', 'none', 2, 1024, 32, 7.76, 8.29],
  ['smollm2-17', 'eager', 'nf4', 4, 1024, 32, 5.55, 7.48],
  ['smollm2-17', 'sdpa', 'nf4', 4, 1024, 32, 5.54, 6.38],
  ['smollm2-17', 'sdpa', 'none', 4, 1024, 32, 6.85, 7.59],
  ['smollm2-360', 'eager', 'none', 1, 4096, 32, 5.15, 7.81],
  ['smollm2-360', 'sdpa', 'nf4', 1, 4096, 32, 4.21, 4.89],
  ['tinyllama', 'eager', 'none', 2, 1024, 32, 3.69, 4.58],
  ['tinyllama', 'sdpa', 'none', 2, 1024, 32, 3.45, 3.85],
  ['tinyllama', 'eager', 'none', 2, 2048, 32, 6.94, 8.18],
  ['tinyllama', 'sdpa', 'nf4', 2, 2048, 32, 4.09, 5.13],
  ['tinyllama', 'eager', 'nf4', 2, 512, 32, 1.94, 2.47],
  ['tinyllama', 'eager', 'none', 2, 512, 32, 2.89, 3.2],
  ['tinyllama', 'sdpa', 'none', 2, 512, 32, 2.89, 3.17],
];

export const measuredSteps: readonly MeasuredStep[] = rows.map(
  ([model, attention, weights, batch, tokens, rank, allocatedGb, processGb]) => ({
    model,
    attention,
    fourBit: weights === 'nf4',
    batch,
    tokens,
    rank,
    allocatedGb,
    processGb,
  }),
);

/**
 * The longest example that Unsloth reports for a card (docs, "Unsloth Benchmarks", column Hugging Face + FA2): Llama 3.1
 * 8B in 4 bits, rank 32 on all seven layers, batch 1.
 */
export const reportedLengths: readonly { gib: number; tokens: number }[] = [
  { gib: 12, tokens: 932 },
  { gib: 16, tokens: 2551 },
  { gib: 24, tokens: 5789 },
  { gib: 40, tokens: 12264 },
  { gib: 48, tokens: 15502 },
  { gib: 80, tokens: 28454 },
];

/** The plan of a measured step, as the estimate takes it. */
export const planOfStep = ({
  attention,
  fourBit,
  batch,
  tokens,
  rank,
}: Omit<MeasuredStep, 'model' | 'allocatedGb' | 'processGb'>): TrainingMemoryConfig => ({
  rank,
  dropout: 0,
  targetModules: ['q_proj', 'k_proj', 'v_proj', 'o_proj'],
  batchSize: batch,
  accumulationSteps: 1,
  sequenceLength: tokens,
  checkpointing: true,
  fourBit,
  doubleQuant: false,
  computeBytes: 2,
  attention,
});

/** The plan of a reported length. */
export const planOfLength = (tokens: number): TrainingMemoryConfig => ({
  ...planOfStep({ attention: 'sdpa', fourBit: true, batch: 1, tokens, rank: 32 }),
  targetModules: ['all-linear'],
  doubleQuant: true,
  attention: 'flash_attention_2',
});
