import * as path from 'node:path';
import type { Context } from '../../engine/context';
import { families, type KnownShape, repositories } from '../../knowledge/known-models';
import { fieldsOf } from '../../untrusted/json';
import { tryParsePython } from '../../untrusted/python-json';

const configOf = ({ host }: Pick<Context, 'host'>, { folder }: { folder: string }): string =>
  host.files.readText(path.join(folder, 'config.json')) ?? '';

const knownOf = ({ repo }: { repo: string }) => repositories.filter((known) => known.repo.test(repo.toLowerCase()));

/** The shape of a model: from its own config.json, else a known one. */
export function shapeOf(context: Pick<Context, 'host'>, model: { repo: string; folder: string }): KnownShape | undefined {
  return shapeFrom(configOf(context, model)) ?? knownOf(model).find(({ shape }) => shape)?.shape;
}

/** The `model_type` of a model: from its own config.json, else what is known of its repository. */
export function modelTypeOf(context: Pick<Context, 'host'>, model: { repo: string; folder: string }): string | undefined {
  const own = fieldsOf(tryParsePython(configOf(context, model)))?.model_type;
  return typeof own === 'string' ? own : knownOf(model).find(({ is }) => is)?.is?.[0];
}

/** The shape that a config.json describes; `undefined` where it is none, or of a family that the estimate does not know. */
export function shapeFrom(text: string): KnownShape | undefined {
  const config = fieldsOf(tryParsePython(text));
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
    // Left out where it is the default of the kind of model: Gemma, saved by transformers 4.
    tie_word_embeddings: typeof config.tie_word_embeddings === 'boolean' ? config.tie_word_embeddings : isTiedByDefault(config.model_type),
    ...packedBy(config.quantization_config),
  };
}

/** Where `load_in_4bit` stands in the model's own configuration, transformers loads it so. */
function packedBy(value: unknown): Pick<KnownShape, 'packed'> {
  const quantization = fieldsOf(value);
  if (quantization?.load_in_4bit !== true) return {};
  return { packed: { doubleQuant: quantization.bnb_4bit_use_double_quant === true } };
}

const isTiedByDefault = (modelType: unknown): boolean => families.some(({ is, tied }) => tied === true && is === modelType);
