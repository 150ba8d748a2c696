/**
 * The tensors that a decoder of transformers has, by its config.json. Measured: `state_dict()` of each kind in 4.57.6, with and without
 * the fields that change it; tests/remote/configs.py holds it to the versions that the profiles install.
 */

/** What a side of a tensor is as long as. */
export type Dimension = 'vocabulary' | 'hidden' | 'mlp' | 'two mlp' | 'heads' | 'keys' | 'heads and keys' | 'head';

/** The sizes that config.json has, and what transformers takes where it does not. */
export interface DecoderDefaults {
  vocab_size: number;
  hidden_size: number;
  intermediate_size: number;
  num_hidden_layers: number;
  num_attention_heads: number;
  /** As many as heads where absent. */
  num_key_value_heads?: number;
  /** The width by the heads where absent. */
  head_dim?: number;
}

/** A kind of decoder whose layers are all of the same parts. */
export interface DecoderLayout {
  /** `model_type` of config.json. */
  is: string;
  defaults: DecoderDefaults;
  norms: readonly string[];
  /** Which modules have a bias, and by what of config.json; `always` by none. */
  biases?: readonly { of: readonly string[]; by: 'always' | 'attention_bias' | 'mlp_bias' }[];
  /** Norms of queries and keys: of each head, or of all together. */
  queryNorms?: 'head' | 'all';
  /** Queries, keys and values are one tensor, gate and up another. */
  isFused?: true;
}

const attention = ['q_proj', 'k_proj', 'v_proj', 'o_proj'];
const byAttention = { of: attention, by: 'attention_bias' } as const;
const byMlp = { of: ['gate_proj', 'up_proj', 'down_proj'], by: 'mlp_bias' } as const;
const around = ['input_layernorm', 'post_attention_layernorm'];
const feedforward = ['pre_feedforward_layernorm', 'post_feedforward_layernorm'];

const sizes = (
  vocab_size: number,
  hidden_size: number,
  intermediate_size: number,
  num_hidden_layers: number,
  num_attention_heads: number,
): DecoderDefaults => ({ vocab_size, hidden_size, intermediate_size, num_hidden_layers, num_attention_heads });
const gemma2Sizes = { ...sizes(256_000, 2304, 9216, 26, 8), num_key_value_heads: 4, head_dim: 256 };
const qwenSizes = { ...sizes(151_936, 4096, 22_016, 32, 32), num_key_value_heads: 32 };

export const decoderLayouts: readonly DecoderLayout[] = [
  { is: 'llama', defaults: sizes(32_000, 4096, 11_008, 32, 32), norms: around, biases: [byAttention, byMlp] },
  { is: 'mistral', defaults: { ...sizes(32_000, 4096, 14_336, 32, 32), num_key_value_heads: 8 }, norms: around },
  { is: 'qwen2', defaults: qwenSizes, norms: around, biases: [{ of: ['q_proj', 'k_proj', 'v_proj'], by: 'always' }] },
  { is: 'qwen3', defaults: { ...qwenSizes, head_dim: 128 }, norms: around, biases: [byAttention], queryNorms: 'head' },
  {
    is: 'gemma',
    defaults: { ...sizes(256_000, 3072, 24_576, 28, 16), num_key_value_heads: 16, head_dim: 256 },
    norms: around,
    biases: [byAttention],
  },
  { is: 'gemma2', defaults: gemma2Sizes, norms: [...around, ...feedforward], biases: [byAttention] },
  {
    is: 'gemma3_text',
    defaults: { ...gemma2Sizes, vocab_size: 262_208 },
    norms: [...around, ...feedforward],
    biases: [byAttention],
    queryNorms: 'head',
  },
  {
    is: 'smollm3',
    defaults: { ...sizes(128_256, 2048, 11_008, 36, 16), num_key_value_heads: 4 },
    norms: around,
    biases: [byAttention, byMlp],
  },
  { is: 'phi3', defaults: sizes(32_064, 3072, 8192, 32, 32), norms: around, isFused: true },
  {
    is: 'olmo2',
    defaults: sizes(50_304, 4096, 11_008, 32, 32),
    norms: ['post_attention_layernorm', 'post_feedforward_layernorm'],
    biases: [byAttention],
    queryNorms: 'all',
  },
  { is: 'granite', defaults: sizes(32_000, 4096, 11_008, 32, 32), norms: around, biases: [byAttention, byMlp] },
];

type Parts = Readonly<Record<string, readonly Dimension[]>>;
const apart: Parts = {
  'self_attn.q_proj': ['heads', 'hidden'],
  'self_attn.k_proj': ['keys', 'hidden'],
  'self_attn.v_proj': ['keys', 'hidden'],
  'self_attn.o_proj': ['hidden', 'heads'],
  'mlp.gate_proj': ['mlp', 'hidden'],
  'mlp.up_proj': ['mlp', 'hidden'],
  'mlp.down_proj': ['hidden', 'mlp'],
};
const fused: Parts = {
  'self_attn.qkv_proj': ['heads and keys', 'hidden'],
  'self_attn.o_proj': ['hidden', 'heads'],
  'mlp.gate_up_proj': ['two mlp', 'hidden'],
  'mlp.down_proj': ['hidden', 'mlp'],
};

/** The tensors of one layer, by what stands behind its number, with the length of each side. */
export function partsOfLayer(
  { norms, biases = [], queryNorms, isFused }: DecoderLayout,
  config: Readonly<Record<string, unknown>>,
): Map<string, readonly Dimension[]> {
  const modules = isFused ? fused : apart;
  const parts = new Map<string, readonly Dimension[]>();
  for (const [module, shape] of Object.entries(modules)) {
    parts.set(`${module}.weight`, shape);
    const hasBias = biases.some(({ of, by }) => of.some((name) => module.endsWith(`.${name}`)) && (by === 'always' || config[by] === true));
    if (hasBias) parts.set(`${module}.bias`, shape.slice(0, 1));
  }
  if (queryNorms) parts.set('self_attn.q_norm.weight', [queryNorms === 'head' ? 'head' : 'heads']);
  if (queryNorms) parts.set('self_attn.k_norm.weight', [queryNorms === 'head' ? 'head' : 'keys']);
  for (const norm of norms) parts.set(`${norm}.weight`, ['hidden']);
  return parts;
}
