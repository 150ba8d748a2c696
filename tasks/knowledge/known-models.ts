/**
 * All that is known of models before they are here. To teach a new one, add an entry to `repositories`, and to `families`
 * where its `model_type` is new, with its source: a document, an issue (owner/repository#number), or `measured` where the
 * real packages were installed and run. tests/remote holds the table to what the profiles really install.
 */

/** What a kind of model needs to be loaded. */
export interface ModelNeeds {
  transformers?: string;
  tokenizers?: string;
}

/** A kind of model. */
export interface Family extends ModelNeeds {
  /** `model_type` of config.json, or what else of a model's files asks for more. */
  is: string;
  /** Its layers are the seven linear ones that the estimate of memory counts. */
  sevenLinear?: true;
  /** The rope_theta that its versions before 5 take where config.json has none; 10000 where absent. */
  theta?: number;
  /** Its output layer shares the embedding's weights where config.json does not say. */
  tied?: true;
  /** Older versions do without where old keys stand beside the new ones. */
  oldKeys?: true;
  source: string;
}

/** The seven linear layers of one block of such a model: what `all-linear` of peft means there. */
export const linearLayers: readonly string[] = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'];

/** The sizes of a decoder of the Llama family, by the names of its config.json. */
export interface KnownShape {
  hidden_size: number;
  num_hidden_layers: number;
  num_attention_heads: number;
  num_key_value_heads: number;
  head_dim: number;
  intermediate_size: number;
  vocab_size: number;
  tie_word_embeddings: boolean;
  /** Its files are in 4 bits of bitsandbytes, and so it is loaded, whatever the settings say. */
  packed?: { doubleQuant: boolean };
}

/** A repository of the Hub, for before its config.json is here. The first entry that matches and has what is asked for counts. */
interface Repository {
  /** Matched against `owner/name`, lower case. */
  repo: RegExp;
  /** The `is` of the families whose needs it has. */
  is?: readonly string[];
  /** The sizes that its config.json has on the Hub. */
  shape?: KnownShape;
  /** Where the sizes were read; config.json of the repository itself where absent. */
  source?: string;
}

const wheels = 'measured: the first wheel whose models/auto/configuration_auto.py names it';
/** The first release that loads the kind of model. */
export const families: readonly Family[] = [
  { is: 'llama', transformers: '4.28.0', sevenLinear: true, source: wheels },
  { is: 'mistral', transformers: '4.34.0', sevenLinear: true, source: wheels },
  { is: 'persimmon', transformers: '4.34.0', theta: 25_000, source: wheels },
  { is: 'mixtral', transformers: '4.36.0', theta: 1_000_000, source: wheels },
  { is: 'phi', transformers: '4.36.0', source: wheels },
  { is: 'qwen2', transformers: '4.37.0', sevenLinear: true, source: wheels },
  { is: 'gemma', transformers: '4.38.0', sevenLinear: true, tied: true, source: wheels },
  { is: 'stablelm', transformers: '4.38.0', source: wheels },
  { is: 'starcoder2', transformers: '4.39.0', tied: true, source: wheels },
  { is: 'cohere', transformers: '4.39.0', tied: true, source: wheels },
  { is: 'olmo', transformers: '4.40.0', source: wheels },
  { is: 'qwen2_moe', transformers: '4.40.0', source: wheels },
  { is: 'phi3', transformers: '4.41.0', source: wheels },
  { is: 'gemma2', transformers: '4.42.0', tied: true, source: wheels },
  { is: 'nemotron', transformers: '4.44.0', source: wheels },
  { is: 'granite', transformers: '4.45.0', source: wheels },
  { is: 'mllama', transformers: '4.45.0', source: wheels },
  { is: 'falcon_mamba', transformers: '4.45.0', tied: true, source: wheels },
  { is: 'glm', transformers: '4.46.0', source: wheels },
  { is: 'phimoe', transformers: '4.46.0', theta: 1_000_000, source: wheels },
  { is: 'olmo2', transformers: '4.47.0', source: wheels },
  { is: 'cohere2', transformers: '4.48.0', tied: true, source: wheels },
  { is: 'gemma3', transformers: '4.50.0', tied: true, source: wheels },
  { is: 'gemma3_text', transformers: '4.50.0', theta: 1_000_000, tied: true, source: wheels },
  { is: 'mistral3', transformers: '4.50.0', source: wheels },
  { is: 'qwen3', transformers: '4.51.0', sevenLinear: true, source: wheels },
  { is: 'qwen3_moe', transformers: '4.51.0', source: wheels },
  { is: 'llama4', transformers: '4.51.0', source: wheels },
  { is: 'deepseek_v3', transformers: '4.51.0', source: wheels },
  { is: 'glm4', transformers: '4.52.1', source: wheels },
  { is: 'smollm3', transformers: '4.53.0', sevenLinear: true, theta: 2_000_000, tied: true, source: wheels },
  { is: 'gpt_oss', transformers: '4.55.0', theta: 150_000, source: wheels },
  { is: 'ministral', transformers: '4.57.0', source: wheels },
  {
    is: 'mistral with head_dim',
    transformers: '4.43.0',
    source: 'Mistral Nemo and Small; in the wheels 4.42.4 divides hidden_size by the heads, 4.43.0 reads head_dim',
  },
  {
    is: 'phi3 with partial_rotary_factor',
    transformers: '4.49.0',
    source: 'Phi 4 mini; in the wheels 4.48.3 does not read it, 4.49.0 does',
  },
  {
    is: 'rope_type llama3',
    transformers: '4.43.0',
    source: 'transformers 4.43.0 release notes; measured: `rope_scaling` is refused by 4.36.0',
  },
  {
    is: 'rope_parameters',
    transformers: '5.0.0',
    oldKeys: true,
    source: 'measured: 4.36.0, 4.45.2 and 4.57.6 take rope default and theta 10000, without a word',
  },
  {
    is: 'rope keys that disagree',
    transformers: '5.0.0',
    source: 'measured: 4.57.6 reads `rope_theta`, 5.18.0 `rope_parameters`; no key beside them changes that',
  },
  {
    is: 'yarn of another length',
    transformers: '4.52.0',
    source: 'measured: 4.45.2 takes max_position_embeddings for it; in the wheels 4.50.3 does not read it, 4.52.4 does',
  },
  { is: '__float__', transformers: '5.0.0', oldKeys: true, source: 'measured: 4.45.2 and 4.57.6 take it for a table, without a word' },
  {
    is: 'tokenizer class TokenizersBackend',
    transformers: '5.0.0',
    oldKeys: true,
    source: 'measured: 4.36.0, 4.45.2 and 4.57.6 say that it does not exist',
  },
  {
    is: 'tokenizer of transformers 5',
    transformers: '5.0.0',
    oldKeys: true,
    source: 'measured with LlamaTokenizer: 4.45.2 loses template and special tokens and adds BOS, without a word; 4.36.0 and 4.57.6 fail',
  },
  {
    is: 'list of extra_special_tokens',
    transformers: '5.0.0',
    oldKeys: true,
    source: "measured: 4.45.2 forgets them, 4.57.6 fails (`'list' object has no attribute 'keys'`)",
  },
  {
    is: 'chat_template.jinja',
    transformers: '4.47.0',
    oldKeys: true,
    source: 'measured: 4.45.2 does not read it; the first wheel that names it is 4.47.1',
  },
  {
    is: 'metaspace split',
    tokenizers: '0.19.0',
    transformers: '4.40.0',
    source: 'transformers#31789; measured: 0.15.2 refuses it, 0.19.0 reads it',
  },
  {
    is: 'merges as pairs',
    tokenizers: '0.20.0',
    transformers: '4.45.0',
    source: 'measured: 0.19.1 refuses them (`ModelWrapper`), 0.20.0 reads them',
  },
];

const llama31: KnownShape = {
  hidden_size: 4096,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  head_dim: 128,
  intermediate_size: 14336,
  vocab_size: 128256,
  tie_word_embeddings: false,
};

const qwen3: KnownShape = { ...llama31, vocab_size: 151936 };
const qwen25: KnownShape = {
  ...llama31,
  hidden_size: 3584,
  num_hidden_layers: 28,
  num_attention_heads: 28,
  num_key_value_heads: 4,
  intermediate_size: 18944,
  vocab_size: 152064,
};
const copies = 'citsjtu2020/LLM-Prof, sglang/Model_Config.md, copies of each config.json';

export const repositories: readonly Repository[] = [
  { repo: /^meta-llama\/llama-4-/, is: ['llama4'] },
  { repo: /^meta-llama\/(meta-)?llama-3\.[123]-/, is: ['llama', 'rope_type llama3'] },
  { repo: /^meta-llama\/(meta-)?llama-[23]-/, is: ['llama'] },
  { repo: /^mistralai\/mistral-7b-.*v0\.3$/, is: ['mistral', 'metaspace split'] },
  { repo: /^mistralai\/mistral-7b-/, is: ['mistral'] },
  { repo: /^mistralai\/mistral-(nemo|small-24b)-/, is: ['mistral', 'mistral with head_dim'] },
  { repo: /^mistralai\/mistral-small-3\.[12]-/, is: ['mistral3'] },
  { repo: /^mistralai\/mixtral-/, is: ['mixtral', 'metaspace split'] },
  { repo: /^qwen\/qwen2(\.5)?-/, is: ['qwen2'] },
  { repo: /^qwen\/qwen3-\d+b-a\d+b/, is: ['qwen3_moe'] },
  { repo: /^qwen\/qwen3-\d/, is: ['qwen3'] },
  { repo: /^google\/gemma-3-(1b|270m)-/, is: ['gemma3_text'] },
  { repo: /^google\/gemma-3-/, is: ['gemma3'] },
  { repo: /^google\/gemma-2-/, is: ['gemma2'] },
  { repo: /^google\/gemma-\d+b/, is: ['gemma'] },
  { repo: /^microsoft\/phi-3/, is: ['phi3'] },
  { repo: /^microsoft\/phi-4-mini-/, is: ['phi3', 'phi3 with partial_rotary_factor'] },
  { repo: /^microsoft\/phi-4$/, is: ['phi3'] },
  { repo: /^openai\/gpt-oss-/, is: ['gpt_oss'] },
  { repo: /^huggingfacetb\/smollm3-/, is: ['smollm3'] },
  { repo: /^tinyllama\//, is: ['llama'] },
  { repo: /llama-3(\.1)?-8b(-instruct)?$/, shape: llama31 },
  { repo: /mistral-7b(-instruct)?-v0\.3$/, shape: { ...llama31, vocab_size: 32768 } },
  { repo: /mistral-7b(-instruct)?-v0\.[12]$/, shape: { ...llama31, vocab_size: 32000 } },
  {
    repo: /llama-3\.2-3b(-instruct)?$/,
    shape: {
      ...llama31,
      hidden_size: 3072,
      num_hidden_layers: 28,
      num_attention_heads: 24,
      intermediate_size: 8192,
      tie_word_embeddings: true,
    },
    source: copies,
  },
  {
    repo: /mistral-nemo-(base|instruct)-2407$/,
    shape: { ...llama31, hidden_size: 5120, num_hidden_layers: 40, vocab_size: 131072 },
    source: 'kevinstephano/thunder_model_blocks, mistral_config.py, a copy of config.json',
  },
  {
    repo: /qwen2\.5-3b(-instruct)?$/,
    shape: {
      ...qwen25,
      hidden_size: 2048,
      num_hidden_layers: 36,
      num_attention_heads: 16,
      num_key_value_heads: 2,
      intermediate_size: 11008,
      vocab_size: 151936,
      tie_word_embeddings: true,
    },
    source: copies,
  },
  { repo: /qwen2\.5-7b(-instruct)?$/, shape: qwen25, source: copies },
  {
    repo: /qwen2\.5-14b(-instruct)?$/,
    shape: {
      ...qwen25,
      hidden_size: 5120,
      num_hidden_layers: 48,
      num_attention_heads: 40,
      num_key_value_heads: 8,
      intermediate_size: 13824,
    },
    source: copies,
  },
  {
    repo: /qwen2\.5-32b(-instruct)?$/,
    shape: {
      ...qwen25,
      hidden_size: 5120,
      num_hidden_layers: 64,
      num_attention_heads: 40,
      num_key_value_heads: 8,
      intermediate_size: 27648,
    },
    source: copies,
  },
  {
    repo: /qwen3-4b(-base)?$/,
    shape: { ...qwen3, hidden_size: 2560, num_hidden_layers: 36, intermediate_size: 9728, tie_word_embeddings: true },
    source: copies,
  },
  { repo: /qwen3-8b(-base)?$/, shape: { ...qwen3, num_hidden_layers: 36, intermediate_size: 12288 }, source: copies },
  {
    repo: /qwen3-14b(-base)?$/,
    shape: { ...qwen3, hidden_size: 5120, num_hidden_layers: 40, num_attention_heads: 40, intermediate_size: 17408 },
    source: copies,
  },
  {
    repo: /qwen3-32b$/,
    shape: { ...qwen3, hidden_size: 5120, num_hidden_layers: 64, num_attention_heads: 64, intermediate_size: 25600 },
    source: copies,
  },
  {
    repo: /smollm3-3b(-base)?$/,
    shape: {
      ...llama31,
      hidden_size: 2048,
      num_hidden_layers: 36,
      num_attention_heads: 16,
      num_key_value_heads: 4,
      intermediate_size: 11008,
      tie_word_embeddings: true,
    },
    source: 'transformers 5.24.0, configuration_smollm3.py, whose defaults are those of this model',
  },
];
