/** A range of bytes, its end not in it. */
export type ByteRange = readonly [start: number, end: number];

/** Bytes that are there: sorted ranges that neither touch nor overlap. */
export class ByteRanges {
  #all: [number, number][] = [];

  constructor(ranges: readonly ByteRange[] = []) {
    for (const [start, end] of ranges) this.add(start, end);
  }

  add(start: number, end: number): void {
    if (end <= start) return;
    let first = this.#all.length;
    while (first > 0 && (this.#all[first - 1]?.[1] ?? 0) >= start) first--;
    let last = first;
    let [from, to] = [start, end];
    for (let at = this.#all[last]; at && at[0] <= to; at = this.#all[++last]) [from, to] = [Math.min(from, at[0]), Math.max(to, at[1])];
    this.#all.splice(first, last - first, [from, to]);
  }

  clear(): void {
    this.#all = [];
  }

  get all(): readonly ByteRange[] {
    return this.#all;
  }

  /** How many bytes. */
  get total(): number {
    return this.#all.reduce((sum, [start, end]) => sum + end - start, 0);
  }

  /** How far the bytes go from 0 without a gap. */
  get prefix(): number {
    const first = this.#all[0];
    return first && first[0] === 0 ? first[1] : 0;
  }

  /** What is missing of the bytes from 0 to `size`. */
  gaps(size: number): ByteRange[] {
    const gaps: ByteRange[] = [];
    let at = 0;
    for (const [start, end] of this.#all) {
      if (start > at) gaps.push([at, Math.min(start, size)]);
      at = Math.max(at, end);
    }
    if (at < size) gaps.push([at, size]);
    return gaps;
  }
}
