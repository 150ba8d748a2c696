const [quote, backslash, newline, comma] = [0x22, 0x5c, 0x0a, 0x2c];
const [openBracket, closeBracket, openBrace, closeBrace] = [0x5b, 0x5d, 0x7b, 0x7d];
const isBlank = (byte: number): boolean => byte === 0x20 || byte === 0x09 || byte === newline || byte === 0x0d;

/** What is wrong between the rows of a list; what is wrong in a row is found when it is read. */
export type ArrayFault = 'trailing-comma' | 'unterminated' | 'more-behind';

/**
 * Finds the rows of a JSON list in bytes that come piece by piece, without reading them: only strings and brackets are told apart.
 */
export class ArrayRows {
  #depth = 0;
  #inString = false;
  #escaped = false;
  #line = 1;
  #start = -1;
  #startLine = 0;
  #afterComma = false;
  #closed = false;
  /** The first fault, with its line. */
  fault: { kind: ArrayFault; line: number } | undefined;

  /**
   * @param piece the bytes that follow the last one; those of a row that has begun are given again by the caller, before it
   * @param from where the new bytes begin in it
   * @returns bounds of the rows that ended, in pairs, their lines, and where the row that goes on began (`piece.length` where none does)
   */
  take(piece: Uint8Array, from: number): { bounds: number[]; lines: number[]; rest: number } {
    const [bounds, lines]: [number[], number[]] = [[], []];
    if (this.#start >= 0) this.#start = 0;
    for (let at = from; at < piece.length; at++) {
      const byte = piece[at] as number;
      if (byte === newline) this.#line++;
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === backslash) this.#escaped = true;
        else if (byte === quote) this.#inString = false;
        continue;
      }
      if (isBlank(byte)) continue;
      if (this.#closed) {
        this.fault ??= { kind: 'more-behind', line: this.#line };
        continue;
      }
      if (this.#depth === 0) {
        // The bracket of the list itself.
        this.#depth = 1;
        continue;
      }
      if (this.#depth === 1 && (byte === comma || byte === closeBracket)) {
        if (this.#start >= 0) {
          bounds.push(this.#start, at);
          lines.push(this.#startLine);
        } else if (byte === comma || this.#afterComma) this.fault ??= { kind: 'trailing-comma', line: this.#line };
        this.#start = -1;
        this.#afterComma = byte === comma;
        this.#closed = byte === closeBracket;
        continue;
      }
      if (this.#start < 0) [this.#start, this.#startLine, this.#afterComma] = [at, this.#line, false];
      if (byte === quote) this.#inString = true;
      else if (byte === openBrace || byte === openBracket) this.#depth++;
      else if (byte === closeBrace || byte === closeBracket) this.#depth--;
    }
    return { bounds, lines, rest: this.#start < 0 ? piece.length : this.#start };
  }

  end(): void {
    if (!this.#closed) this.fault ??= { kind: 'unterminated', line: this.#line };
  }
}
