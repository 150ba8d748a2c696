import type { Attention } from '../../knowledge/attention';
import type { Settings } from '../../settings/schema/definition';

/** What of configs/training_config.yaml decides how much memory the training takes. */
export interface TrainingMemoryConfig {
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
  /** `auto` is what transformers takes for the model; where that is not known, eager, which takes most. */
  attention: Attention | 'auto';
}

/** The plan of the training settings. */
export const memoryConfigOf = ({ lora, quantization, attention, arguments: run }: Settings['training']): TrainingMemoryConfig => ({
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
  attention,
});

/** The plan for one model: `auto` made the attention that transformers takes for it. */
export const memoryConfigFor = (plan: TrainingMemoryConfig, attention: Attention | undefined): TrainingMemoryConfig =>
  plan.attention === 'auto' && attention ? { ...plan, attention } : plan;
