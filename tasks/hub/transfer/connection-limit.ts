import type { Measurement } from './measurement';

interface Load extends Measurement {
  /** Requests under way. */
  live: number;
  /** Milliseconds for which this thread had something to do, since it began. */
  activeMs: number;
}

const windowMs = 120;
/** So much receiving of each connection tells what they bring. */
const leastReceivingMs = 20;
const factor = 2;
/** The share of what more connections could bring that makes still more of them worth a try, and that makes them worth keeping. */
const worthwhile = 0.25;
const noticeable = 0.1;
/** The share of its time that this thread may be at work and still have some for more connections. */
const busy = 0.9;
const firstRestMs = 1000;

/**
 * How many connections a transfer uses: more of them as long as that brings more bytes. Where a server limits each
 * connection, or is far away, many are fast; where it does not, fewer are, since each request costs both sides.
 */
export class ConnectionLimit {
  target: number;
  #window: Load | undefined;
  /** What the number before this one brought, in bytes a millisecond, did all of them receive. */
  #before: { target: number; rate: number } | undefined;
  #restUntil = 0;
  #restMs = firstRestMs;

  constructor(private readonly most: number) {
    this.target = Math.min(16, most);
  }

  look(now: Load): void {
    // What comes while files begin or end says nothing of the line.
    if (now.live < this.target * 0.6 || now.nowMs < this.#restUntil) {
      this.#window = undefined;
      return;
    }
    this.#window ??= now;
    const tookMs = now.nowMs - this.#window.nowMs;
    const receivedMs = now.receivingMs - this.#window.receivingMs;
    if (tookMs < windowMs || receivedMs < leastReceivingMs * this.target) return;
    // Of the time in which bytes came: what each waits for its first byte says nothing of what more of them would bring.
    const rate = ((now.bytes - this.#window.bytes) / receivedMs) * this.target;
    const isBusy = (now.activeMs - this.#window.activeMs) / tookMs > busy;
    this.#window = undefined;
    const before = this.#before;
    // 1: twice the connections brought twice the bytes. 0: they brought nothing.
    const gain = before ? (rate / before.rate - 1) / (this.target / before.target - 1) : 1;
    if (gain >= worthwhile && this.target < this.most) {
      // A look again at once: it may just be what has to be loaded first.
      if (isBusy) return;
      this.#before = { target: this.target, rate };
      this.target = Math.min(this.most, Math.ceil(this.target * factor));
      return;
    }
    if (before && gain < noticeable) this.target = before.target;
    this.#before = undefined;
    this.#restUntil = now.nowMs + this.#restMs;
    this.#restMs = Math.min(60_000, this.#restMs * 2);
  }
}
