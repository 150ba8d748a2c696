import * as v from 'valibot';
import { count, dropped, flag, oneOf, positive, positiveUpTo, section } from './values';

/** `configs/training_config.yaml`: the adapter, the base model in memory, and the run. */
export const training = v.strictObject({
  $schema: v.optional(v.string()),
  lora: section('The adapter', {
    rank: count('Rank r of the adapter', 16),
    alpha: count('Scale: the adapter is multiplied by alpha / rank', 32),
    dropout: dropped('Dropout before the adapter', 0.05),
    target_modules: v.optional(
      v.pipe(v.array(v.pipe(v.string(), v.minLength(1))), v.minLength(1), v.description('Layers that get an adapter')),
      ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'],
    ),
  }),
  quantization: section('How the base model is held in memory', {
    load_in_4bit: flag('4-bit weights (QLoRA)', true),
    quant_type: oneOf('4-bit data type', ['nf4', 'fp4'], 'nf4'),
    double_quant: flag('Quantize the quantization constants too', true),
    compute_dtype: oneOf('Type of the computation', ['bfloat16', 'float16', 'float32'], 'bfloat16'),
  }),
  attention: oneOf(
    'Who computes the attention: what transformers takes by itself, or one of its `attn_implementation`',
    ['auto', 'eager', 'sdpa', 'flash_attention_2'],
    'auto',
  ),
  processes: count('Processes that train together, one for each GPU; 0: one for each GPU that can be used', 1, 0),
  arguments: section('The training run', {
    learning_rate: positive('Peak learning rate', 2e-4),
    epochs: positiveUpTo(5000, 'Passes over the data', 3),
    batch_size: count('Examples per GPU and step', 4),
    gradient_accumulation_steps: count('Steps per weight update', 4),
    max_seq_length: count('Longest example, in tokens; what is longer is cut', 1024, 8),
    gradient_checkpointing: flag('Compute activations again in the backward pass instead of keeping them', true),
    assistant_only_loss: flag('Learn the answers alone; false learns the prompts too', true),
    load_best_model_at_end: flag('Keep the adapter that was best in validation, where there are rows for that; false keeps the last', true),
    save_steps: count('Weight updates between two checkpoints: what a kill may cost', 50),
    seed: count('What the order of the rows and the first values of the adapter follow from', 42, 0),
  }),
});
