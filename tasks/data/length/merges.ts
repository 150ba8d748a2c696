import type { BpeModel } from './tokenizer-json';

/** What a pair of tokens becomes, looked up by number: 16 bytes for each of two places a merge. */
class PairTable {
  readonly #mask: number;
  readonly #cells: Int32Array;

  constructor(size: number) {
    const places = 2 ** Math.ceil(Math.log2(2 * size + 2));
    this.#mask = places - 1;
    this.#cells = new Int32Array(4 * places).fill(-1);
  }

  set(left: number, right: number, rank: number, merged: number): void {
    this.#cells.set([left, right, rank, merged], 4 * this.#place(left, right));
  }

  /** Where the rank of a pair stands, and behind it what it becomes; -1 there where there is no such merge. */
  find(left: number, right: number): number {
    return 4 * this.#place(left, right) + 2;
  }

  at(place: number): number {
    return this.#cells[place] as number;
  }

  #place(left: number, right: number): number {
    const cells = this.#cells;
    for (let at = (Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b)) & this.#mask; ; at = (at + 1) & this.#mask)
      if (cells[4 * at] === -1 || (cells[4 * at] === left && cells[4 * at + 1] === right)) return at;
  }
}

/** Ranks of merges times this, and a position: a text of a row is shorter. */
const positions = 2 ** 28;

/**
 * Counts the tokens of one piece by the merges of its byte-pair encoding, the lowest rank first and of those the leftmost: as
 * `merge_all` of tokenizers (models/bpe/word.rs). What the tokens are is not kept.
 */
export class Merges {
  readonly #pairs: PairTable;
  readonly #characters: ReadonlyMap<string, number>;
  readonly #whole: ReadonlySet<string> | undefined;
  #ids = new Int32Array(256);
  #next = new Int32Array(256);
  #before = new Int32Array(256);
  #heap: number[] = [];

  constructor({ vocab, merges, ignore_merges }: BpeModel) {
    this.#pairs = new PairTable(merges.length);
    for (const [rank, merge] of merges.entries()) {
      const [left = '', right = ''] = typeof merge === 'string' ? merge.split(' ', 2) : merge;
      const [one, other, merged] = [vocab[left], vocab[right], vocab[left + right]];
      if (one !== undefined && other !== undefined && merged !== undefined) this.#pairs.set(one, other, rank, merged);
    }
    this.#characters = new Map(Object.entries(vocab).filter(([token]) => token.length === 1 || [...token].length === 1));
    this.#whole = ignore_merges ? new Set(Object.keys(vocab)) : undefined;
  }

  /** The tokens of a piece. A character that the vocabulary lacks is as many as it has bytes in UTF-8 (byte fallback). */
  count(piece: string): number {
    if (this.#whole?.has(piece)) return 1;
    if (piece.length > this.#ids.length) {
      this.#ids = new Int32Array(2 * piece.length);
      this.#next = new Int32Array(2 * piece.length);
      this.#before = new Int32Array(2 * piece.length);
    }
    let [length, more] = [0, 0];
    for (const character of piece) {
      const id = this.#characters.get(character);
      if (id === undefined) more += Buffer.byteLength(character) - 1;
      this.#ids[length++] = id ?? -2;
    }
    return this.#merged(length) + more;
  }

  #merged(length: number): number {
    const [ids, next, before] = [this.#ids, this.#next, this.#before];
    for (let at = 0; at < length; at++) [next[at], before[at]] = [at + 1 < length ? at + 1 : -1, at - 1];
    this.#heap = [];
    for (let at = 0; at + 1 < length; at++) this.#offer(at);
    let left = length;
    for (let key = this.#take(); key !== undefined; key = this.#take()) {
      const [at, rank] = [key % positions, Math.floor(key / positions)];
      const right = next[at] as number;
      if (ids[at] === -1 || right < 0) continue;
      const place = this.#pairs.find(ids[at] as number, ids[right] as number);
      // What stood here when it was offered is another pair by now.
      if (this.#pairs.at(place) !== rank) continue;
      ids[at] = this.#pairs.at(place + 1);
      ids[right] = -1;
      const behind = next[right] as number;
      next[at] = behind;
      if (behind >= 0) before[behind] = at;
      left--;
      if ((before[at] as number) >= 0) this.#offer(before[at] as number);
      if (behind >= 0) this.#offer(at);
    }
    return left;
  }

  /** Puts the pair that begins here on the heap, where it is one. */
  #offer(at: number): void {
    const rank = this.#pairs.at(this.#pairs.find(this.#ids[at] as number, this.#ids[this.#next[at] as number] as number));
    if (rank < 0) return;
    const [heap, key] = [this.#heap, rank * positions + at];
    let place = heap.push(key) - 1;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if ((heap[above] as number) <= key) break;
      heap[place] = heap[above] as number;
      place = above;
    }
    heap[place] = key;
  }

  #take(): number | undefined {
    const heap = this.#heap;
    const [first, last] = [heap[0], heap.pop()];
    if (heap.length === 0 || last === undefined) return first;
    let place = 0;
    for (let below = 1; below < heap.length; below = 2 * place + 1) {
      if (below + 1 < heap.length && (heap[below + 1] as number) < (heap[below] as number)) below++;
      if ((heap[below] as number) >= last) break;
      heap[place] = heap[below] as number;
      place = below;
    }
    heap[place] = last;
    return first;
  }
}
