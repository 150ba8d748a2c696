import * as path from 'node:path';
import type { Context } from '../../engine/context';
import { families, type KnownShape, repositories } from '../../knowledge/known-models';
import { fieldsOf, tryParse } from '../../untrusted/json';

/** The shape of a model: from its own config.json, else a known one. */
export function shapeOf(
  { host }: Pick<Context, 'host'>,
  model: { repo: string; folder: string },
): { shape: KnownShape; from: string } | undefined {
  const file = path.join(model.folder, 'config.json');
  const own = shapeFrom(host.files.readText(file) ?? '');
  if (own) return { shape: own, from: file };
  const shape = repositories.find((known) => known.shape && known.repo.test(model.repo.toLowerCase()))?.shape;
  return shape && { shape, from: `what is known of ${model.repo}` };
}

/** The shape that a config.json describes; `undefined` where it is none, or of a family that the estimate does not know. */
export function shapeFrom(text: string): KnownShape | undefined {
  const config = fieldsOf(tryParse(text));
  if (!config || !families.some(({ is, sevenLinear }) => sevenLinear && is === config.model_type)) return undefined;
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
