import { families } from './known-models';

/** What of a model's files tells what it needs; each is absent where the file is not there, or was not looked at. */
export interface ModelFiles {
  /** The parsed config.json. */
  config?: unknown;
  /** The text of tokenizer.json. */
  tokenizer?: string | undefined;
  /** The parsed tokenizer_config.json. */
  tokenizerConfig?: unknown;
  /** `chat_template.jinja` lies beside them. */
  hasTemplateFile?: boolean;
}

type Fields = Readonly<Record<string, unknown>>;
const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};

/** The rows of `families` that files ask for: the kind of model first, then what a newer library has written into them. */
export function kindsOfFiles({ config, tokenizer, tokenizerConfig, hasTemplateFile }: ModelFiles): string[] {
  const kinds = [String(fieldsOf(config).model_type)];
  const add = (kind: string, isSo: boolean) => isSo && kinds.push(kind);
  const known = fieldsOf(config);
  const text = fieldsOf(known.text_config);
  add('rope_type llama3', ropeOf(known).type === 'llama3');
  const disagrees = [known, text].some((part) => ropeConflict(part)?.dependsOnVersion);
  add('rope_parameters', !disagrees && (hidesRope(known) || hidesRope(text)));
  add('rope keys that disagree', disagrees);
  add('mistral with head_dim', known.model_type === 'mistral' && hasOwnHeadSize(known));
  add('phi3 with partial_rotary_factor', known.model_type === 'phi3' && (numberOf(known.partial_rotary_factor) ?? 1) !== 1);
  add('yarn of another length', isStretchedYarn(known));
  add('__float__', /"__float__"/.test(JSON.stringify(config ?? null)));
  add('metaspace split', tokenizer !== undefined && hasMetaspaceSplit(tokenizer));
  add('merges as pairs', tokenizer !== undefined && /"merges"\s*:\s*\[\s*\[/.test(tokenizer));
  return [...kinds, ...kindsOfTokenizer(fieldsOf(tokenizerConfig), hasTemplateFile === true)];
}

function kindsOfTokenizer(tokenizer: Fields, hasTemplateFile: boolean): string[] {
  const isBackend = tokenizer.tokenizer_class === 'TokenizersBackend';
  // 5 writes which backend it is, and no `added_tokens_decoder`.
  const isByFive = !isBackend && tokenizer.backend === 'tokenizers' && !('added_tokens_decoder' in tokenizer) && !isFastClass(tokenizer);
  return [
    ...(isBackend ? ['tokenizer class TokenizersBackend'] : []),
    ...(isByFive ? ['tokenizer of transformers 5'] : []),
    ...(Array.isArray(tokenizer.extra_special_tokens) ? ['list of extra_special_tokens'] : []),
    ...(hasTemplateFile && !tokenizer.chat_template ? ['chat_template.jinja'] : []),
  ];
}

const isFastClass = ({ tokenizer_class }: Fields): boolean => tokenizer_class === 'PreTrainedTokenizerFast';

/** How positions are turned, as a config.json of any version says it. */
export interface Rope {
  /** `default` where nothing is scaled; the kind of the full layers where kinds of layers differ. */
  type: string;
  theta: number | undefined;
}

const flat = (rope: unknown): Fields => {
  const fields = fieldsOf(rope);
  return 'full_attention' in fields ? fieldsOf(fields.full_attention) : fields;
};
const isEmpty = (fields: Fields): boolean => Object.keys(fields).length === 0;
const isLayered = (fields: Fields): boolean => 'full_attention' in fieldsOf(fields.rope_parameters);

function ownRope(fields: Fields): Fields {
  const old = fieldsOf(fields.rope_scaling);
  if (isLayered(fields)) return { ...flat(fields.rope_parameters), ...old };
  return isEmpty(old) ? fieldsOf(fields.rope_parameters) : old;
}

const typeOf = (rope: Fields): string => String(rope.rope_type ?? rope.type ?? 'default');
const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

/**
 * What transformers 5 reads: `rope_scaling` in the place of `rope_parameters` where both are there, and over those of the full layers
 * where kinds of layers differ (measured with 5.18.0; 4 knows no `rope_parameters`).
 */
export function ropeOf(config: unknown): Rope {
  const fields = fieldsOf(config);
  const own = ownRope(fields);
  return { type: typeOf(own), theta: numberOf(own.rope_theta) ?? numberOf(fields.rope_theta) };
}

/** The theta that transformers takes where a config.json has none of the old key. */
export const defaultTheta = (modelType: unknown): number => families.find(({ is }) => is === modelType)?.theta ?? 10_000;

/**
 * Whether versions before 5 would turn positions another way: `rope_parameters` say it, and the old keys do not say the same.
 * Where the new keys are what those versions take by default, nothing is lost.
 */
export function hidesRope(config: unknown): boolean {
  const fields = fieldsOf(config);
  if (isEmpty(fieldsOf(fields.rope_parameters))) return false;
  const { type, theta } = ropeOf(config);
  const old = { type: typeOf(fieldsOf(fields.rope_scaling)), theta: numberOf(fields.rope_theta) ?? defaultTheta(fields.model_type) };
  return type !== old.type || (theta !== undefined && theta !== old.theta);
}

/**
 * Where old and new keys are both there and say otherwise, in words that follow `config.json`: no key can be added that makes all
 * versions read the same. `undefined` where they agree.
 */
export function ropeConflict(config: unknown): { says: string; dependsOnVersion: boolean } | undefined {
  const fields = fieldsOf(config);
  const parameters = fieldsOf(fields.rope_parameters);
  if (isEmpty(parameters)) return undefined;
  const [scaling, theta] = [fieldsOf(fields.rope_scaling), numberOf(fields.rope_theta) ?? defaultTheta(fields.model_type)];
  if (isEmpty(scaling) || isLayered(fields)) {
    if (!hidesRope(config) || !('rope_theta' in fields || 'rope_scaling' in fields)) return undefined;
    const own = ropeOf(config);
    const isOther = own.theta !== undefined && own.theta !== theta;
    // What is not there can be added beside the new keys.
    if (isOther ? !('rope_theta' in fields) : !('rope_scaling' in fields)) return undefined;
    const [old, now] = isOther
      ? [`\`rope_theta\` ${theta}`, `\`rope_parameters\` theta ${own.theta}`]
      : [`\`rope_scaling\` of type ${typeOf(scaling)}`, `\`rope_parameters\` of type ${own.type}`];
    return { says: `has ${old} and ${now}: transformers before 5 reads the first, 5 the second`, dependsOnVersion: true };
  }
  const written: Fields = { ...scaling, rope_type: typeOf(scaling), rope_theta: scaling.rope_theta ?? theta };
  const other = Object.entries({ rope_type: typeOf(parameters), ...parameters }).find(
    ([key, value]) => key !== 'type' && JSON.stringify(written[key]) !== JSON.stringify(value),
  );
  if (!other) return undefined;
  const [key, value] = other;
  return {
    says: `has \`${key}\` ${written[key] ?? 'nowhere'} by \`rope_scaling\` and \`rope_theta\`, and ${value} in \`rope_parameters\`: every version reads the old keys and passes over the new ones`,
    dependsOnVersion: false,
  };
}

/** Heads of another size than the hidden size divided by their number. */
function hasOwnHeadSize({ head_dim, hidden_size, num_attention_heads }: Fields): boolean {
  const [size, hidden, heads] = [numberOf(head_dim), numberOf(hidden_size), numberOf(num_attention_heads)];
  return size !== undefined && hidden !== undefined && heads !== undefined && size * heads !== hidden;
}

/** YaRN that was made for a length other than `max_position_embeddings`: older versions take that one for it. */
function isStretchedYarn(fields: Fields): boolean {
  const own = ownRope(fields);
  const [original, most] = [own.original_max_position_embeddings, fields.max_position_embeddings];
  return typeOf(own) === 'yarn' && typeof original === 'number' && original !== most;
}

/** A Metaspace pre-tokenizer with `split`, which tokenizers 0.19 added. */
const hasMetaspaceSplit = (tokenizer: string): boolean =>
  /"pre_tokenizer"\s*:\s*\{[^}]*"type"\s*:\s*"Metaspace"[^}]*"split"\s*:/.test(tokenizer);
