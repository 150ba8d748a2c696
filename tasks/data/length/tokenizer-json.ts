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
}

export interface AddedToken {
  content: string;
  normalized: boolean;
  lstrip: boolean;
  rstrip: boolean;
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
