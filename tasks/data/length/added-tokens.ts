import type { AddedToken } from './tokenizer-json';

/** A piece of a text, with where it begins and ends there; without its text where it is one of the tokens. */
export interface Section {
  text: string | undefined;
  from: number;
  to: number;
}

/** Tokens that are looked for in a text before anything else: the leftmost first, and of those the longest. */
export class AddedTokens {
  readonly #tokens: ReadonlyMap<string, AddedToken>;
  readonly #lengths: readonly number[];
  readonly #first: RegExp;

  constructor(tokens: readonly AddedToken[]) {
    this.#tokens = new Map(tokens.filter(({ content }) => content !== '').map((token) => [token.content, token]));
    this.#lengths = [...new Set([...this.#tokens.keys()].map(({ length }) => length))].sort((one, other) => other - one);
    const letters = [...new Set([...this.#tokens.keys()].map((content) => content.charCodeAt(0)))];
    const codes = letters.map((code) => `\\u${code.toString(16).padStart(4, '0')}`).join('');
    this.#first = new RegExp(codes === '' ? '(?!)' : `[${codes}]`, 'g');
  }

  /** The text between the tokens, and the tokens. */
  sections(text: string): Section[] {
    if (this.#tokens.size === 0) return [{ text, from: 0, to: text.length }];
    const sections: Section[] = [];
    let [from, at] = [0, 0];
    while (true) {
      this.#first.lastIndex = at;
      const found = this.#first.exec(text);
      if (!found) break;
      at = found.index;
      const token = this.#tokenAt(text, at);
      if (!token) {
        at++;
        continue;
      }
      const before = token.lstrip ? text.slice(from, at).trimEnd() : text.slice(from, at);
      const end = at + token.content.length;
      at = token.rstrip ? text.length - text.slice(end).trimStart().length : end;
      sections.push({ text: before, from, to: from + before.length }, { text: undefined, from: from + before.length, to: at });
      from = at;
    }
    sections.push({ text: text.slice(from), from, to: text.length });
    return sections;
  }

  #tokenAt(text: string, at: number): AddedToken | undefined {
    for (const length of this.#lengths) {
      const token = this.#tokens.get(text.substr(at, length));
      if (token) return token;
    }
    return undefined;
  }
}
