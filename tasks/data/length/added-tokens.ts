import type { AddedToken } from './tokenizer-json';

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

  /** The text between the tokens, and `undefined` for each token. */
  sections(text: string): (string | undefined)[] {
    const sections: (string | undefined)[] = [];
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
      const before = text.slice(from, at);
      at += token.content.length;
      if (token.rstrip) at = text.length - text.slice(at).trimStart().length;
      from = at;
      sections.push(token.lstrip ? before.trimEnd() : before, undefined);
    }
    sections.push(text.slice(from));
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
