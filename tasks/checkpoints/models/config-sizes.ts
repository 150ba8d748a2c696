import type { DecoderLayout, Dimension } from '../../knowledge/decoder-layouts';
import type { Fields } from '../../untrusted/json';

/** The length that config.json gives to a side of a tensor, and the words that say so. */
export interface Side {
  /** What of config.json it comes of. */
  field: string;
  size: number;
  /** `` says `hidden_size` 64 ``, or that it says nothing of it. */
  says: string;
}

const counts = ['vocab_size', 'hidden_size', 'intermediate_size', 'num_hidden_layers', 'num_attention_heads'] as const;
/** Those that may be `null`: they then follow from the others. */
const derived = ['num_key_value_heads', 'head_dim'] as const;

/** What of the sizes is no whole number: Python's `range` and torch's layers refuse anything else. */
export function typeFaults(config: Fields): string[] {
  const isWrong = (key: string, mayBeNull: boolean) =>
    key in config && !(mayBeNull && config[key] === null) && !(Number.isInteger(config[key]) && Number(config[key]) > 0);
  return [...counts.filter((key) => isWrong(key, false)), ...derived.filter((key) => isWrong(key, true))].map(
    (key) => `says \`${key}\` ${JSON.stringify(config[key])}, which is no whole number: transformers refuses it`,
  );
}

/** The sides of all tensors of such a decoder; `layers` is their number. */
export function sidesOf(config: Fields, { defaults }: DecoderLayout): Record<Dimension | 'layers', Side> {
  const of = (field: (typeof counts)[number]): Side => {
    const own = config[field];
    const size = typeof own === 'number' ? own : defaults[field];
    return { field, size, says: typeof own === 'number' ? `says \`${field}\` ${size}` : unsaid(field, size) };
  };
  const [hidden, mlp, heads] = [of('hidden_size'), of('intermediate_size'), of('num_attention_heads')];
  const number = (field: (typeof derived)[number], other: number) =>
    typeof config[field] === 'number' ? config[field] : config[field] === null ? other : (defaults[field] ?? other);
  const keys = number('num_key_value_heads', heads.size);
  const head = number('head_dim', Math.floor(hidden.size / heads.size));
  const said = (field: string, size: number): Side => ({ field, size, says: `says \`${field}\` ${size}` });
  return {
    vocabulary: of('vocab_size'),
    hidden,
    mlp,
    'two mlp': said('2 × intermediate_size', 2 * mlp.size),
    heads: said('num_attention_heads × head_dim', heads.size * head),
    keys: said('num_key_value_heads × head_dim', keys * head),
    'heads and keys': said('(num_attention_heads + 2 × num_key_value_heads) × head_dim', (heads.size + 2 * keys) * head),
    head: said('head_dim', head),
    layers: of('num_hidden_layers'),
  };
}

const unsaid = (field: string, size: number): string => `says nothing of \`${field}\`, which transformers then takes as ${size}`;
