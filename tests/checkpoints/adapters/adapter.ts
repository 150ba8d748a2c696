import * as fs from 'node:fs';
import * as path from 'node:path';
import { weights } from '../models/model';

const attention = 'base_model.model.model.layers.0.self_attn';

/** The tensors of an adapter of rank 2 for the small model of the tests, as PEFT names them. */
export const tensors = {
  [`${attention}.q_proj.lora_A.weight`]: [2, 4],
  [`${attention}.q_proj.lora_B.weight`]: [4, 2],
  [`${attention}.v_proj.lora_A.weight`]: [2, 4],
  [`${attention}.v_proj.lora_B.weight`]: [2, 2],
};

export const config = {
  peft_type: 'LORA',
  task_type: 'CAUSAL_LM',
  base_model_name_or_path: 'meta-llama/Meta-Llama-3.1-8B-Instruct',
  r: 2,
  lora_alpha: 4,
  target_modules: ['q_proj', 'v_proj'],
  fan_in_fan_out: false,
};

/** Writes an adapter as `save_pretrained` of PEFT does. */
export function makeAdapter(
  folder: string,
  { settings = {}, shapes = tensors }: { settings?: object; shapes?: typeof tensors } = {},
): void {
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'adapter_config.json'), JSON.stringify({ ...config, ...settings }));
  fs.writeFileSync(path.join(folder, 'adapter_model.safetensors'), weights(shapes));
}
