import * as path from 'node:path';
import type { Context } from '../core/context';

/** The sizes of a decoder of the Llama family, by the names of its config.json. */
export interface Shape {
  hidden_size: number;
  num_hidden_layers: number;
  num_attention_heads: number;
  num_key_value_heads: number;
  head_dim: number;
  intermediate_size: number;
  vocab_size: number;
  tie_word_embeddings: boolean;
}

const llama31: Shape = {
  hidden_size: 4096,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  head_dim: 128,
  intermediate_size: 14336,
  vocab_size: 128256,
  tie_word_embeddings: false,
};

/** What is known before a model is there: the config.json of its repository on the Hub. */
const known: readonly { repo: RegExp; shape: Shape }[] = [
  { repo: /Llama-3(\.1)?-8B(-Instruct)?$/i, shape: llama31 },
  { repo: /Mistral-7B(-Instruct)?-v0\.3$/i, shape: { ...llama31, vocab_size: 32768 } },
  { repo: /Mistral-7B(-Instruct)?-v0\.[12]$/i, shape: { ...llama31, vocab_size: 32000 } },
];

/** Families whose layers are the seven linear ones that the estimate counts. */
const families = ['llama', 'mistral', 'qwen2', 'gemma'];

/** The shape of a model: from its own config.json, else a known one. */
export function shapeOf(
  { host }: Pick<Context, 'host'>,
  model: { repo: string; folder: string },
): { shape: Shape; from: string } | undefined {
  const file = path.join(model.folder, 'config.json');
  const own = shapeFrom(host.files.readText(file) ?? '');
  if (own) return { shape: own, from: file };
  const match = known.find(({ repo }) => repo.test(model.repo));
  return match && { shape: match.shape, from: `what is known of ${model.repo}` };
}

/** The shape that a config.json describes; `undefined` where it is none, or of a family that the estimate does not know. */
export function shapeFrom(text: string): Shape | undefined {
  let config: Record<string, unknown>;
  try {
    config = JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  if (config === null || typeof config !== 'object' || !families.includes(String(config.model_type))) return undefined;
  const number = (name: string) => (Number.isInteger(config[name]) && Number(config[name]) > 0 ? Number(config[name]) : undefined);
  const [hidden_size, num_hidden_layers, num_attention_heads] = [
    number('hidden_size'),
    number('num_hidden_layers'),
    number('num_attention_heads'),
  ];
  const [intermediate_size, vocab_size] = [number('intermediate_size'), number('vocab_size')];
  if (!hidden_size || !num_hidden_layers || !num_attention_heads || !intermediate_size || !vocab_size) return undefined;
  return {
    hidden_size,
    num_hidden_layers,
    num_attention_heads,
    num_key_value_heads: number('num_key_value_heads') ?? num_attention_heads,
    head_dim: number('head_dim') ?? hidden_size / num_attention_heads,
    intermediate_size,
    vocab_size,
    tie_word_embeddings: config.tie_word_embeddings === true,
  };
}
