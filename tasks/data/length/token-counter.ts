import { AddedTokens } from './added-tokens';
import { Merges } from './merges';
import { isPlainBpe, type Part, type TokenizerJson } from './tokenizer-json';

type Library = typeof import('@huggingface/tokenizers', { with: { 'resolution-mode': 'import' }});

/** Pieces whose number of tokens is remembered, and how long they may be: words come again, and what is longer does not. */
const [mostPieces, longestPiece] = [150_000, 48];
const space = '\u2581';

/**
 * Counts the tokens of texts as tokenizers of Hugging Face does, special tokens in them included, and adds none. Normalizers and
 * pre-tokenizers are those of @huggingface/tokenizers; the merges of each piece are counted here and remembered, since most words
 * of a text were seen before. tests/data/length.test.ts holds it to tokenizers of Python.
 */
export class TokenCounter {
  readonly #whole: InstanceType<Library['Tokenizer']>;
  readonly #merges: Merges | undefined;
  readonly #added: AddedTokens;
  readonly #normalized: AddedTokens;
  /** Splits what a pre-tokenizer leaves whole before its blanks, where no token goes over one. */
  readonly #words: RegExp | undefined;
  readonly #pieces: (text: string, section_index: number) => readonly string[];
  readonly #mapped: (piece: string) => readonly string[];
  readonly #known = new Map<string, number>();

  /** @throws Error where it is a kind of tokenizer that the library does not know */
  constructor(json: TokenizerJson) {
    const library = require('@huggingface/tokenizers') as Library;
    const isPlain = isPlainBpe(json);
    // Its model would hold each merge as a text, and count as slowly.
    const own = isPlain ? { ...json, added_tokens: [], model: { ...json.model, vocab: {}, merges: [] } } : json;
    this.#whole = new library.Tokenizer(own, {});
    this.#merges = isPlain ? new Merges(json.model) : undefined;
    const { normalizer, pre_tokenizer } = this.#whole;
    const isNormalized = (token: { normalized: boolean }) => token.normalized && normalizer !== null;
    this.#added = new AddedTokens(json.added_tokens.filter((token) => !isNormalized(token)));
    this.#normalized = new AddedTokens(
      json.added_tokens.filter(isNormalized).map((token) => ({ ...token, content: normalizer?.(token.content) ?? token.content })),
    );
    this.#words =
      isPlain && Object.keys(json.model.vocab).every((token) => !/[^\u2581]\u2581/.test(token)) ? /\u2581*[^\u2581]+|\u2581+/g : undefined;
    const same = (piece: string) => [piece];
    const partOf = (pre_tokenizer: Part) => new library.Tokenizer({ ...own, pre_tokenizer }, {}).pre_tokenizer;
    const byteLevel = partOf({ type: 'ByteLevel', add_prefix_space: false, use_regex: false });
    const inBytes = (piece: string) => byteLevel?.(piece) ?? [piece];
    const part = json.pre_tokenizer;
    const parts = part?.type === 'Sequence' ? (part.pretokenizers ?? []) : part ? [part] : [];
    const last = parts.at(-1);
    if (last?.type === 'ByteLevel' && last.use_regex === false && !last.add_prefix_space) {
      const before = parts.slice(0, -1).map((each) => splitterOf(partOf(each)));
      this.#pieces = (text) => before.reduce<readonly string[]>((pieces, split) => pieces.flatMap((piece) => split(piece)), [text]);
      this.#mapped = inBytes;
    } else if (parts.length === 1 && last?.type === 'ByteLevel' && !last.add_prefix_space) {
      const split = splitterOf(pre_tokenizer);
      this.#pieces = split;
      this.#mapped = inBytes;
    } else {
      this.#pieces = (text, section_index) => pre_tokenizer?.(text, { section_index }) ?? [text];
      this.#mapped = same;
    }
  }

  /** Tokens of a text. */
  count(text: string): number {
    if (!this.#merges) return this.#whole.encode(text, { add_special_tokens: false }).ids.length;
    let tokens = 0;
    for (const [index, section] of this.#added.sections(text).entries()) {
      if (section === undefined) tokens++;
      else if (section !== '') tokens += this.#countSection(section, index);
    }
    return tokens;
  }

  #countSection(section: string, index: number): number {
    const { normalizer } = this.#whole;
    let tokens = 0;
    for (const part of this.#normalized.sections(normalizer ? normalizer(section) : section)) {
      if (part === undefined) tokens++;
      else if (part !== '') for (const piece of this.#pieces(part, index)) tokens += this.#countPiece(piece);
    }
    return tokens;
  }

  #countPiece(piece: string): number {
    if (!this.#words || !piece.includes(space)) return this.#countWord(piece);
    let tokens = 0;
    for (const word of piece.match(this.#words) ?? []) tokens += this.#countWord(word);
    return tokens;
  }

  #countWord(word: string): number {
    const known = this.#known.get(word);
    if (known !== undefined) return known;
    let tokens = 0;
    for (const mapped of this.#mapped(word)) tokens += (this.#merges as Merges).count(mapped);
    if (word.length > longestPiece) return tokens;
    if (this.#known.size >= mostPieces) this.#known.clear();
    // A copy: a part of a text would keep all of it in memory.
    this.#known.set(Buffer.from(word, 'utf16le').toString('utf16le'), tokens);
    return tokens;
  }
}

/** Splits by the pattern of a pre-tokenizer at once, where it leaves no gap, else as the library does it. */
function splitterOf(part: unknown): (text: string) => readonly string[] {
  const { pattern, config, pre_tokenize_text } = part as {
    pattern?: unknown;
    config?: { type?: string; behavior?: string; invert?: boolean };
    pre_tokenize_text(text: string): string[];
  };
  const isolates = config?.type === 'ByteLevel' || (config?.behavior === 'Isolated' && !config.invert);
  if (!(pattern instanceof RegExp) || !isolates) return (text) => pre_tokenize_text.call(part, text);
  return (text) => {
    const found = text.match(pattern) ?? [];
    let length = 0;
    for (const each of found) length += each.length;
    return length === text.length ? found : pre_tokenize_text.call(part, text);
  };
}
