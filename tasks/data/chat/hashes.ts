import { createHash } from 'node:crypto';
import { jsonOf } from '../rows/json-of';
import type { Example } from './example';
import { toolsOf } from './tools';

/**
 * 64 bits of the SHA-1 of what is said, by whom, what is called and of which tools, as two numbers of 32: of ten million different
 * examples two are the same with a chance of one in three hundred thousand.
 */
export function hashOf({ messages, tools }: Pick<Example, 'messages' | 'tools'>): [number, number] {
  const hash = createHash('sha1');
  for (const { role, content, more } of messages) {
    hash.update(`${typeof role === 'string' ? role : ''}\u0000`);
    hash.update(typeof content === 'string' ? content : jsonOf(content));
    const calls = more?.['tool_calls'];
    if (Array.isArray(calls) && calls.length > 0) hash.update(`\u0002${jsonOf(calls)}`);
    hash.update('\u0001');
  }
  const known = toolsOf(tools) ?? [];
  if (known.length > 0) hash.update(jsonOf(known));
  const digest = hash.digest();
  return [digest.readUInt32LE(0), digest.readUInt32LE(4)];
}

/** Hashes that were seen, with the split that each was first seen in: 9 bytes for each, half of them in use at least. */
export class SeenHashes {
  #low = new Uint32Array(1 << 12);
  #high = new Uint32Array(1 << 12);
  /** 0 where the place is free, else the number of the split and one. */
  #split = new Uint8Array(1 << 12);
  #count = 0;

  /** Adds a hash. @returns the split that it was first seen in, `undefined` where it is new */
  add(low: number, high: number, split: number): number | undefined {
    if (2 * this.#count >= this.#low.length) this.#grow();
    const at = this.#place(low, high);
    const known = this.#split[at] as number;
    if (known > 0) return known - 1;
    [this.#low[at], this.#high[at], this.#split[at]] = [low, high, split + 1];
    this.#count++;
    return undefined;
  }

  #place(low: number, high: number): number {
    const mask = this.#low.length - 1;
    for (let at = low & mask; ; at = (at + 1) & mask)
      if (this.#split[at] === 0 || (this.#low[at] === low && this.#high[at] === high)) return at;
  }

  #grow(): void {
    const [low, high, split] = [this.#low, this.#high, this.#split];
    const size = 4 * low.length;
    [this.#low, this.#high, this.#split] = [new Uint32Array(size), new Uint32Array(size), new Uint8Array(size)];
    for (let at = 0; at < low.length; at++) {
      if (split[at] === 0) continue;
      const place = this.#place(low[at] as number, high[at] as number);
      [this.#low[place], this.#high[place], this.#split[place]] = [low[at] as number, high[at] as number, split[at] as number];
    }
  }
}
