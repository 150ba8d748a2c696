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
    const part = json.pre_tokenizer;
    const parts = part?.type === 'Sequence' ? (part.pretokenizers ?? []) : part ? [part] : [];
    const last = parts.at(-1);
    // A pre-tokenizer of bytes knows no such blank.
    this.#words =
      isPlain && last?.type !== 'ByteLevel' && Object.keys(json.model.vocab).every((token) => !/[^\u2581]\u2581/.test(token))
        ? /\u2581*[^\u2581]+|\u2581+/g
        : undefined;
    const same = (piece: string) => [piece];
    const partOf = (pre_tokenizer: Part) => new library.Tokenizer({ ...own, pre_tokenizer }, {}).pre_tokenizer;
    const byteLevel = partOf({ type: 'ByteLevel', add_prefix_space: false, use_regex: false });
    const inBytes = (piece: string) => byteLevel?.(piece) ?? [piece];
    if (last?.type === 'ByteLevel' && last.use_regex === false && !last.add_prefix_space) {
      const before = parts.slice(0, -1).map((each) => splitterOf(partOf(each)));
      const [first, ...more] = before;
      this.#pieces = (text) =>
        more.reduce<readonly string[]>((pieces, split) => pieces.flatMap((piece) => split(piece)), first ? first(text) : [text]);
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
    return this.countAt(text, []).tokens;
  }

  /**
   * Tokens of a text, and how many of them lie before each of some places in it. A word is one piece: where a place is within it, none of
   * its tokens is before it.
   * @param places in ascending order
   */
  countAt(text: string, places: readonly number[]): { tokens: number; before: number[] } {
    if (!this.#merges) return { tokens: this.#encoded(text), before: places.map((at) => this.#encoded(text.slice(0, at))) };
    const before: number[] = [];
    let tokens = 0;
    /** The places up to this one, where none is counted since the last of them. */
    const pass = (end: number) => {
      while (before.length < places.length && (places[before.length] as number) < end) before.push(tokens);
    };
    for (const [index, { text: section, from, to }] of this.#added.sections(text).entries()) {
      if (section === undefined) {
        pass(to);
        tokens++;
      } else if (section !== '') {
        const isPlaced = before.length < places.length && (places[before.length] as number) < to;
        const pieces = isPlaced ? new Pieces() : undefined;
        const counted = this.#countSection(section, index, pieces);
        for (let at = places[before.length]; pieces && at !== undefined && at < to; at = places[before.length]) {
          const inside = at - from;
          before.push(tokens + (pieces.before(inside, section.length) ?? this.#countSection(section.slice(0, Math.max(0, inside)), index)));
        }
        tokens += counted;
      }
    }
    pass(Number.POSITIVE_INFINITY);
    return { tokens, before };
  }

  #encoded(text: string): number {
    return this.#whole.encode(text, { add_special_tokens: false }).ids.length;
  }

  #countSection(section: string, index: number, told?: Pieces): number {
    const { normalizer } = this.#whole;
    let tokens = 0;
    for (const { text, from, to } of this.#normalized.sections(normalizer ? normalizer(section) : section)) {
      if (text === undefined) {
        tokens++;
        told?.add(to - from, 1);
      } else if (text !== '')
        for (const word of this.#wordsOf(this.#pieces(text, index))) {
          const count = this.#countWord(word);
          tokens += count;
          told?.add(word.length, count);
        }
    }
    return tokens;
  }

  #wordsOf(pieces: readonly string[]): readonly string[] {
    const words = this.#words;
    return words ? pieces.flatMap((piece) => (piece.includes(space) ? (piece.match(words) ?? []) : [piece])) : pieces;
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

/** The pieces of a section one after the other: where each ends, and the tokens up to there. */
class Pieces {
  readonly #ends: number[] = [];
  readonly #tokens: number[] = [];
  #at = 0;

  add(length: number, tokens: number): void {
    this.#ends.push((this.#ends.at(-1) ?? 0) + length);
    this.#tokens.push((this.#tokens.at(-1) ?? 0) + tokens);
  }

  /**
   * Tokens before a place; places are asked for in ascending order.
   * @param length of the section
   * @returns `undefined` where a normalizer or a pre-tokenizer made it longer or shorter, but for a blank in front of all, and within
   * what is no word
   */
  before(place: number, length: number): number | undefined {
    if (place <= 0) return 0;
    const blank = (this.#ends.at(-1) ?? 0) - length;
    if (blank !== 0 && blank !== 1) return undefined;
    while (this.#at < this.#ends.length && (this.#ends[this.#at] as number) <= place + blank) this.#at++;
    const [begin, end] = [this.#ends[this.#at - 1] ?? 0, this.#ends[this.#at] ?? 0];
    if (place + blank > begin && end - begin > longestPiece) return undefined;
    return this.#tokens[this.#at - 1] ?? 0;
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
