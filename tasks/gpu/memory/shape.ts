import * as path from 'node:path';
import type { Context } from '../../engine/context';
import { families, type KnownShape, repositories } from '../../knowledge/known-models';
import { fieldsOf, tryParse } from '../../untrusted/json';

/** The shape of a model: from its own config.json, else a known one. */
export function shapeOf(
  { host }: Pick<Context, 'host'>,
  model: { repo: string; folder: string },
): { shape: KnownShape; kind: string } | undefined {
  const file = path.join(model.folder, 'config.json');
  const own = shapeFrom(host.files.readText(file) ?? '');
  if (own) return own;
  const matching = repositories.filter((known) => known.repo.test(model.repo.toLowerCase()));
  const shape = matching.find((known) => known.shape)?.shape;
  return shape && { shape, kind: matching.find((known) => known.is)?.is?.[0] ?? 'llama' };
}

/** The shape that a config.json describes; `undefined` where it is none, or of a family that the estimate does not know. */
export function shapeFrom(text: string): { shape: KnownShape; kind: string } | undefined {
  const config = fieldsOf(tryParse(text));
  if (!config || !families.some(({ is, sevenLinear }) => sevenLinear && is === config.model_type)) return undefined;
  const kind = String(config.model_type);
  const number = (name: string) => (Number.isInteger(config[name]) && Number(config[name]) > 0 ? Number(config[name]) : undefined);
  const [hidden_size, num_hidden_layers, num_attention_heads] = [
    number('hidden_size'),
    number('num_hidden_layers'),
    number('num_attention_heads'),
  ];
  const [intermediate_size, vocab_size] = [number('intermediate_size'), number('vocab_size')];
  if (!hidden_size || !num_hidden_layers || !num_attention_heads || !intermediate_size || !vocab_size) return undefined;
  const shape = {
    hidden_size,
    num_hidden_layers,
    num_attention_heads,
    num_key_value_heads: number('num_key_value_heads') ?? num_attention_heads,
    head_dim: number('head_dim') ?? hidden_size / num_attention_heads,
    intermediate_size,
    vocab_size,
    // Gemma's config leaves it out where it is true, which is its default.
    tie_word_embeddings: config.tie_word_embeddings === true || (kind === 'gemma' && config.tie_word_embeddings !== false),
  };
  return { shape, kind };
}
