/** As a transfer is, several times a second. */
export interface Measurement {
  nowMs: number;
  /** Bytes that came since the transfer began. */
  bytes: number;
  /** Milliseconds for which answers came in, of all connections together ({@link ReceivingTime}). */
  receivingMs: number;
}

/**
 * How long connections have been at work, all of them together: two that receive for a second are two seconds. What a request waits for
 * its first byte beyond what the line takes is work too, of a server that is busy.
 */
export class ReceivingTime {
  #ms = 0;
  #sinceMs = 0;
  #receiving = 0;

  /** Milliseconds until now. */
  at(nowMs: number): number {
    return this.#ms + this.#receiving * (nowMs - this.#sinceMs);
  }

  /** An answer begins, so many milliseconds later than the line alone makes it. */
  begin(nowMs: number, lateMs: number): void {
    this.#change(nowMs, 1);
    this.#ms += lateMs;
  }

  /** It has ended. */
  end(nowMs: number): void {
    this.#change(nowMs, -1);
  }

  #change(nowMs: number, by: number): void {
    this.#ms = this.at(nowMs);
    this.#sinceMs = nowMs;
    this.#receiving += by;
  }
}
