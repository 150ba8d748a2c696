import * as path from 'node:path';
import type { Context } from '../../engine/context';
import { families, type KnownShape, repositories } from '../../knowledge/known-models';
import { fieldsOf, tryParse } from '../../untrusted/json';

const configOf = ({ host }: Pick<Context, 'host'>, { folder }: { folder: string }): string =>
  host.files.readText(path.join(folder, 'config.json')) ?? '';

const knownOf = ({ repo }: { repo: string }) => repositories.filter((known) => known.repo.test(repo.toLowerCase()));

/** The shape of a model: from its own config.json, else a known one. */
export function shapeOf(context: Pick<Context, 'host'>, model: { repo: string; folder: string }): KnownShape | undefined {
  return shapeFrom(configOf(context, model)) ?? knownOf(model).find(({ shape }) => shape)?.shape;
}

/** The `model_type` of a model: from its own config.json, else what is known of its repository. */
export function modelTypeOf(context: Pick<Context, 'host'>, model: { repo: string; folder: string }): string | undefined {
  const own = fieldsOf(tryParse(configOf(context, model)))?.model_type;
  return typeof own === 'string' ? own : knownOf(model).find(({ is }) => is)?.is?.[0];
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
    // Gemma's config leaves it out where it is true, which is its default.
    tie_word_embeddings: config.tie_word_embeddings === true || (config.model_type === 'gemma' && config.tie_word_embeddings !== false),
  };
}
