/** What of a `tokenizer.json` is looked at (tokenizers, `Tokenizer.save`); the parts are the library's to read. */
export interface TokenizerJson {
  model: BpeModel;
  normalizer: Part | null;
  pre_tokenizer: Part | null;
  post_processor: Part | null;
  decoder: Part | null;
  added_tokens: readonly AddedToken[];
}

export interface BpeModel {
  type?: string;
  vocab: Record<string, number>;
  merges: readonly (string | [string, string])[];
  byte_fallback?: boolean;
  ignore_merges?: boolean;
  unk_token?: string | null;
  continuing_subword_prefix?: string | null;
  end_of_word_suffix?: string | null;
}

export interface Part {
  type: string;
  pretokenizers?: readonly Part[];
  use_regex?: boolean;
  add_prefix_space?: boolean;
  /** Of a `Sequence` of post-processors. */
  processors?: readonly Part[];
  /** Of a `TemplateProcessing`: what one text gets, tokens and the text itself in their order. */
  single?: readonly Readonly<Record<string, unknown>>[];
}

export interface AddedToken {
  content: string;
  normalized: boolean;
  lstrip: boolean;
  rstrip: boolean;
}

/** Whether a token is written before each text: tokenizers, `TemplateProcessing`. */
export function writesFirst({ post_processor }: Pick<TokenizerJson, 'post_processor'>): boolean {
  const parts = post_processor?.type === 'Sequence' ? (post_processor.processors ?? []) : [post_processor];
  return parts.some((part) => part?.type === 'TemplateProcessing' && part.single?.[0] !== undefined && 'SpecialToken' in part.single[0]);
}

/**
 * Whether the tokens of a piece can be counted by its merges alone: byte-pair encoding in which every character has a token, or every
 * byte one.
 */
export function isPlainBpe({ model, pre_tokenizer }: TokenizerJson): boolean {
  if (model.type !== 'BPE' || model.continuing_subword_prefix || model.end_of_word_suffix) return false;
  if (model.byte_fallback) return '<0x00>' in model.vocab && '<0xFF>' in model.vocab;
  const parts = pre_tokenizer?.type === 'Sequence' ? (pre_tokenizer.pretokenizers ?? []) : [pre_tokenizer];
  return parts.at(-1)?.type === 'ByteLevel';
}
