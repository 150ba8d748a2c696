/** Lengths above this are counted together: no training takes an example of a million tokens. */
const longestCounted = 1 << 20;

/** Lengths of the examples of one split for one model, each exactly: how many examples have each number of tokens. */
export class LengthTally {
  /** How many examples have as many tokens as the index says. */
  counts = new Uint32Array(1024);
  examples = 0;
  tokens = 0;
  answerTokens = 0;
  longest = 0;
  /** Longer than `max_seq_length`, and those of them whose answer begins behind it. */
  cut = 0;
  withoutAnswer = 0;

  add(length: number, count = 1): void {
    const at = Math.min(length, longestCounted);
    if (at >= this.counts.length) {
      const grown = new Uint32Array(2 ** Math.ceil(Math.log2(at + 1)));
      grown.set(this.counts);
      this.counts = grown;
    }
    this.counts[at] = (this.counts[at] as number) + count;
    this.examples += count;
    this.tokens += length * count;
    if (length > this.longest) this.longest = length;
  }

  /** Adds the examples of a block. */
  addBlock({ lengths, answerTokens, cut, withoutAnswer }: BlockLengths): void {
    for (const length of lengths) this.add(length);
    this.answerTokens += answerTokens;
    this.cut += cut;
    this.withoutAnswer += withoutAnswer;
  }

  /** Adds those of another file. */
  addTally(other: LengthTally): void {
    for (const [length, count] of other.counts.entries()) if (count > 0) this.add(length, count);
    this.tokens += other.tokens - other.#countedTokens();
    this.longest = Math.max(this.longest, other.longest);
    this.answerTokens += other.answerTokens;
    this.cut += other.cut;
    this.withoutAnswer += other.withoutAnswer;
  }

  /** Without what is beyond the longest length that is counted apart. */
  #countedTokens(): number {
    return this.counts.reduce((sum, count, length) => sum + count * length, 0);
  }

  /** The least length that this share of the examples does not go beyond. */
  quantile(share: number): number {
    const wanted = Math.ceil(share * this.examples);
    let seen = 0;
    for (let length = 0; length < this.counts.length; length++) {
      seen += this.counts[length] as number;
      // Those that are longer were counted together.
      if (seen >= wanted) return length === longestCounted ? this.longest : length;
    }
    return this.longest;
  }

  /** Examples in steps of doubling lengths, up to the longest. */
  histogram(): { upTo: number; examples: number }[] {
    const steps: { upTo: number; examples: number }[] = [];
    let from = 0;
    for (let upTo = 128; from <= this.longest; upTo *= 2) {
      let examples = 0;
      for (let length = from; length <= Math.min(upTo, this.counts.length - 1); length++) examples += this.counts[length] as number;
      if (examples > 0 || steps.length > 0) steps.push({ upTo, examples });
      from = upTo + 1;
    }
    return steps;
  }
}

/** What one block says of lengths, as it comes from a worker. */
export interface BlockLengths {
  /** Of each example. */
  lengths: Uint32Array;
  answerTokens: number;
  cut: number;
  withoutAnswer: number;
}
