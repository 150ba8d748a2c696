/**
 * JSON as strict as the reader of safetensors takes it (serde_json): JSON.parse lets a repeated key pass, and no
 * one can tell `1.0` from `1` after it. Numbers that are no unsigned 64-bit integers come out as `OtherNumber`.
 */
export type Json = null | boolean | string | number | bigint | OtherNumber | Json[] | JsonObject;

/** A number that is no unsigned integer below 2^64: `1.0`, `4e0`, `-0`, `-1`. */
export class OtherNumber {
  constructor(readonly text: string) {}
}

/** The members of an object as they were written: in order, repeated ones too. */
export class JsonObject {
  constructor(readonly members: readonly (readonly [string, Json])[]) {}
}

/** serde_json counts down from 128 and refuses at 0. */
const deepest = 127;
const largest = 2n ** 64n;

/** @throws SyntaxError with what was found and where */
export function parseStrictJson(text: string): Json {
  const scanner = new Scanner(text);
  const value = scanner.value(0);
  scanner.end();
  return value;
}

class Scanner {
  #at = 0;
  constructor(readonly text: string) {}

  value(depth: number): Json {
    this.#space();
    const start = this.text[this.#at];
    if (start === '"') return this.#string();
    if (start === '{') return this.#object(this.#deeper(depth));
    if (start === '[') return this.#array(this.#deeper(depth));
    if (start !== undefined && (start === '-' || (start >= '0' && start <= '9'))) return this.#number();
    for (const [word, value] of words) {
      if (!this.text.startsWith(word, this.#at)) continue;
      this.#at += word.length;
      return value;
    }
    throw this.#wrong('a value was expected');
  }

  end(): void {
    this.#space();
    if (this.#at < this.text.length) throw this.#wrong('the end was expected');
  }

  #object(depth: number): JsonObject {
    const members: [string, Json][] = [];
    this.#at += 1;
    for (let first = true; ; first = false) {
      this.#space();
      if (this.text[this.#at] === '}' && first) break;
      if (this.text[this.#at] !== '"') throw this.#wrong('a key was expected');
      const key = this.#string();
      this.#space();
      this.#take(':');
      members.push([key, this.value(depth)]);
      this.#space();
      if (this.text[this.#at] !== ',') break;
      this.#at += 1;
    }
    this.#take('}');
    return new JsonObject(members);
  }

  #array(depth: number): Json[] {
    const items: Json[] = [];
    this.#at += 1;
    this.#space();
    if (this.text[this.#at] !== ']')
      for (;;) {
        items.push(this.value(depth));
        this.#space();
        if (this.text[this.#at] !== ',') break;
        this.#at += 1;
      }
    this.#take(']');
    return items;
  }

  #number(): number | bigint | OtherNumber {
    const text = this.#match(numberPattern);
    if (text === undefined) throw this.#wrong('a number was expected');
    if (/^\d+$/.test(text)) {
      const value = Number(text);
      if (Number.isSafeInteger(value)) return value;
      if (text.length <= 20 && BigInt(text) < largest) return BigInt(text);
    }
    if (!Number.isFinite(Number(text))) throw this.#wrong('a number is out of range');
    return new OtherNumber(text);
  }

  #string(): string {
    this.#at += 1;
    let value = '';
    for (;;) {
      value += this.#match(plainPattern) ?? '';
      const next = this.text[this.#at];
      if (next === '"') {
        this.#at += 1;
        return value;
      }
      if (next !== '\\') throw this.#wrong(next === undefined ? 'a string does not end' : 'a control character stands in a string');
      value += this.#escape();
    }
  }

  #escape(): string {
    const short = shortEscapes[this.text[this.#at + 1] ?? ''];
    if (short !== undefined) {
      this.#at += 2;
      return short;
    }
    const unit = this.#match(unitPattern);
    if (unit === undefined) throw this.#wrong('an escape is wrong');
    const first = Number.parseInt(unit.slice(2), 16);
    if (first < 0xd800 || first > 0xdfff) return String.fromCharCode(first);
    const low = first < 0xdc00 ? this.#match(lowPattern) : undefined;
    if (low === undefined) throw this.#wrong('half of a surrogate pair stands alone');
    return String.fromCharCode(first, Number.parseInt(low.slice(2), 16));
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #deeper(depth: number): number {
    if (depth >= deepest) throw this.#wrong(`nested deeper than ${deepest}`);
    return depth + 1;
  }

  #take(character: string): void {
    if (this.text[this.#at] !== character) throw this.#wrong(`\`${character}\` was expected`);
    this.#at += 1;
  }

  #space(): void {
    this.#match(spacePattern);
  }

  #wrong(what: string): SyntaxError {
    return new SyntaxError(`${what} at character ${this.#at} of ${this.text.length}`);
  }
}

const words: readonly (readonly [string, Json])[] = [
  ['null', null],
  ['true', true],
  ['false', false],
];
const shortEscapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};
const spacePattern = /[ \t\n\r]*/y;
const plainPattern = /[^"\\\u0000-\u001f]+/y;
const unitPattern = /\\u[0-9a-fA-F]{4}/y;
const lowPattern = /\\u[dD][c-fC-F][0-9a-fA-F]{2}/y;
const numberPattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
