import * as fs from 'node:fs';
import * as path from 'node:path';
import { weights } from '../models/model';

export const attention = 'base_model.model.model.layers.0.self_attn';

/** The tensors of an adapter of rank 2 for the small model of the tests, as PEFT names them. */
export const tensors: Readonly<Record<string, readonly number[]>> = {
  [`${attention}.q_proj.lora_A.weight`]: [2, 4],
  [`${attention}.q_proj.lora_B.weight`]: [4, 2],
  [`${attention}.v_proj.lora_A.weight`]: [2, 4],
  [`${attention}.v_proj.lora_B.weight`]: [2, 2],
};

/** The files of a base that an adapter is held against: a small llama where nothing else is said. */
export function makeBase(folder: string, settings: object, shapes: Readonly<Record<string, readonly number[]>>): void {
  fs.mkdirSync(folder, { recursive: true });
  const written = { architectures: ['LlamaForCausalLM'], model_type: 'llama', ...settings };
  fs.writeFileSync(path.join(folder, 'config.json'), JSON.stringify(written));
  fs.writeFileSync(path.join(folder, 'model.safetensors'), weights(shapes));
}

/** What every version of PEFT from 0.7 on writes. */
export const config = {
  peft_type: 'LORA',
  task_type: 'CAUSAL_LM',
  base_model_name_or_path: 'meta-llama/Meta-Llama-3.1-8B-Instruct',
  r: 2,
  lora_alpha: 4,
  target_modules: ['q_proj', 'v_proj'],
  fan_in_fan_out: false,
};

/** The keys that PEFT 0.21.2 writes beside them, as they stand where nothing is said. */
export const newKeys = {
  alora_invocation_tokens: null,
  arrow_config: null,
  ensure_weight_tying: false,
  exclude_modules: null,
  layer_replication: null,
  lora_bias: false,
  peft_version: '0.21.2',
  qalora_group_size: 16,
  target_parameters: null,
  trainable_token_indices: null,
  use_dora: false,
  use_qalora: false,
  use_rslora: false,
};

/** Writes an adapter as `save_pretrained` of PEFT does. */
export function makeAdapter(
  folder: string,
  { settings = {}, shapes = tensors }: { settings?: object; shapes?: Readonly<Record<string, readonly number[]>> } = {},
): void {
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'adapter_config.json'), JSON.stringify({ ...config, ...settings }));
  fs.writeFileSync(path.join(folder, 'adapter_model.safetensors'), weights(shapes));
}

/** The same tensors under other names. */
export const renamed = (change: (name: string) => string): Record<string, readonly number[]> =>
  Object.fromEntries(Object.entries(tensors).map(([name, shape]) => [change(name), shape]));
