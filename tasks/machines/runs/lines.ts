/** Characters of a line that are read: a document has some tens of thousands. A longer one is left out, and still counted. */
const longest = 4_000_000;

/**
 * Bytes of another machine as lines, in bounded memory: each with how many bytes lie behind its end. An empty one is a sign
 * of life, and part of nothing.
 */
export class MachineLines {
  readonly #onLine: (line: string, bytes: number) => void;
  #pieces: Buffer[] = [];
  #bytes = 0;

  /** @param onLine gets a line without its end, '' for one that is too long, and how many bytes it had with its end */
  constructor(onLine: (line: string, bytes: number) => void) {
    this.#onLine = onLine;
  }

  add(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; ) {
      const end = chunk.indexOf(10, at);
      const piece = chunk.subarray(at, end < 0 ? chunk.length : end);
      this.#bytes += piece.length;
      if (this.#bytes <= longest) this.#pieces.push(piece);
      else this.#pieces = [];
      if (end < 0) return;
      const text = Buffer.concat(this.#pieces).toString('utf8');
      const bytes = this.#bytes + 1;
      [this.#pieces, this.#bytes] = [[], 0];
      if (bytes > 1) this.#onLine(text, bytes);
      at = end + 1;
    }
  }
}
