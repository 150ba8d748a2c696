import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { fileOf } from '../safetensors/corpus';

export const commit = '0123456789abcdef0123456789abcdef01234567';

/** A safetensors file with tensors of BF16, each of so many elements, its data different for each seed. */
export function weights(tensors: Readonly<Record<string, readonly number[]>>, seed = 1): Buffer {
  let at = 0;
  const header = Object.fromEntries(
    Object.entries(tensors).map(([name, shape]) => {
      const begin = at;
      at += 2 * shape.reduce((product, dimension) => product * dimension, 1);
      return [name, { dtype: 'BF16', shape, data_offsets: [begin, at] }];
    }),
  );
  const file = fileOf(JSON.stringify({ __metadata__: { format: 'pt' }, ...header }), at);
  for (let index = file.length - at; index < file.length; index++) file[index] = (index * seed) & 0xff;
  return file;
}

/** The names of two shards, and of what is in a model folder beside them. */
export const shards = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'] as const;

/** The sizes of the small model, as its config.json has them. */
export const smallSizes = {
  hidden_size: 4,
  intermediate_size: 6,
  num_attention_heads: 2,
  num_hidden_layers: 1,
  num_key_value_heads: 1,
  vocab_size: 8,
  tie_word_embeddings: false,
};

/** Its tensors in two parts; each is a shard. */
export const smallParts: readonly Readonly<Record<string, readonly number[]>>[] = [
  {
    'model.embed_tokens.weight': [8, 4],
    'model.layers.0.self_attn.q_proj.weight': [4, 4],
    'model.layers.0.self_attn.k_proj.weight': [2, 4],
    'model.layers.0.self_attn.o_proj.weight': [4, 4],
    'model.layers.0.input_layernorm.weight': [4],
    'model.layers.0.post_attention_layernorm.weight': [4],
  },
  {
    'model.layers.0.self_attn.v_proj.weight': [2, 4],
    'model.layers.0.mlp.gate_proj.weight': [6, 4],
    'model.layers.0.mlp.up_proj.weight': [6, 4],
    'model.layers.0.mlp.down_proj.weight': [4, 6],
    'model.norm.weight': [4],
    'lm_head.weight': [8, 4],
  },
];

/** A small model in two shards, without a record of where it came from. */
export function makeModel(folder: string): Record<string, Buffer> {
  const parts = smallParts;
  const bytes = parts.flatMap((part) => Object.values(part).map((shape) => 2 * shape.reduce((product, side) => product * side, 1)));
  const weight_map = Object.fromEntries(parts.flatMap((part, index) => Object.keys(part).map((name) => [name, shards[index]])));
  const files: Record<string, Buffer> = {
    'config.json': Buffer.from(
      JSON.stringify({ architectures: ['LlamaForCausalLM'], model_type: 'llama', torch_dtype: 'bfloat16', ...smallSizes }),
    ),
    'tokenizer.json': Buffer.from(JSON.stringify({ version: '1.0', model: { type: 'BPE' } })),
    'README.md': Buffer.from('---\nlanguage: en\nlicense: llama3.1\n---\n# A model\n'),
    [shards[0]]: weights(parts[0] ?? {}, 3),
    [shards[1]]: weights(parts[1] ?? {}, 5),
    'model.safetensors.index.json': Buffer.from(
      JSON.stringify({ metadata: { total_size: bytes.reduce((sum, each) => sum + each, 0) }, weight_map }),
    ),
  };
  fs.mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), content);
  return files;
}

/** Records the files as `hf download --local-dir` of huggingface_hub 2.x does; without `tree` as 0.36 does. */
export function recordAsHf(folder: string, files: Readonly<Record<string, Buffer>>, { tree = true } = {}): void {
  const cache = path.join(folder, '.cache', 'huggingface');
  const rows: Record<string, object> = {};
  for (const [name, content] of Object.entries(files)) {
    const sha256 = createHash('sha256').update(content).digest('hex');
    const sha1 = createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
    const lfs = name.endsWith('.safetensors');
    rows[name] = {
      size: lfs ? 134 : content.length,
      blob_id: lfs ? '0'.repeat(40) : sha1,
      ...(lfs ? { lfs_sha256: sha256, lfs_size: content.length } : {}),
    };
    const metadata = path.join(cache, 'download', `${name}.metadata`);
    fs.mkdirSync(path.dirname(metadata), { recursive: true });
    fs.writeFileSync(metadata, `${commit}\n${lfs ? sha256 : sha1}\n${Date.now() / 1000}\n`);
  }
  fs.mkdirSync(path.join(cache, 'trees'), { recursive: true });
  if (tree) fs.writeFileSync(path.join(cache, 'trees', `${commit}.json`), JSON.stringify({ format_version: 1, files: rows }));
}
