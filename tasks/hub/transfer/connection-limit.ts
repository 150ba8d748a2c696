/** As a transfer is, several times a second. */
export interface Measurement {
  nowMs: number;
  /** Bytes that came since the transfer began. */
  bytes: number;
  /** Requests under way. */
  live: number;
  /** How busy this thread is, from 0 to 1. */
  utilization: number;
}

const windowMs = 120;
const factor = 1.5;
/** The share of what more connections could bring that makes still more of them worth a try, and that makes them worth keeping. */
const worthwhile = 0.25;
const noticeable = 0.1;
const firstRestMs = 5000;

/**
 * How many connections a transfer uses: more of them as long as that brings more bytes. Where a server limits each
 * connection, or is far away, many are fast; where it does not, fewer are, since each request costs both sides.
 */
export class ConnectionLimit {
  target: number;
  #window: { nowMs: number; bytes: number } | undefined;
  /** What the number before this one brought, in bytes a second. */
  #before: { target: number; rate: number } | undefined;
  #restUntil = 0;
  #restMs = firstRestMs;

  constructor(private readonly most: number) {
    this.target = Math.min(16, most);
  }

  look({ nowMs, bytes, live, utilization }: Measurement): void {
    // What comes while files begin or end says nothing of the line.
    if (live < this.target * 0.6 || nowMs < this.#restUntil) {
      this.#window = undefined;
      return;
    }
    this.#window ??= { nowMs, bytes };
    if (nowMs - this.#window.nowMs < windowMs) return;
    const rate = ((bytes - this.#window.bytes) / (nowMs - this.#window.nowMs)) * 1000;
    this.#window = undefined;
    const before = this.#before;
    // 1: twice the connections brought twice the bytes. 0: they brought nothing.
    const gain = before ? (rate / before.rate - 1) / (this.target / before.target - 1) : 1;
    if (gain >= worthwhile && this.target < this.most && utilization < 0.9) {
      this.#before = { target: this.target, rate };
      this.target = Math.min(this.most, Math.ceil(this.target * factor));
      return;
    }
    if (before && gain < noticeable) this.target = before.target;
    this.#before = undefined;
    this.#restUntil = nowMs + this.#restMs;
    this.#restMs = Math.min(60_000, this.#restMs * 2);
  }
}
