import type { Measurement } from './measurement';

/** Less is not worth a request. */
const leastPiece = 131_072;
/** Bytes that may be asked for before anything is known of the line, and beyond what is on it. */
const usualMb = 8;
/** More is never asked for at once. */
const mostMb = 1024;
/** How many of the last answers count: the fastest tells how far the server is, the others how busy one end was. */
const lastAnswers = 128;
const windowMs = 150;
/** So much receiving, all connections together, tells how fast one of them is. */
const leastReceivingMs = 200;
/** A connection whose pieces are twice what is on its line receives for so much of its time, and waits for the rest. */
const receivingShare = 2 / 3;

/** Bytes of so many megabytes that may be asked for: half a megabyte is left for what a journal rounds. */
export const budgetOf = (atRiskMb: number): number => atRiskMb * 1_000_000 - 500_000;

/**
 * Bytes that may be asked for and not yet written down in a journal: with them, what a kill can cost; buffers on the way are part of it.
 * What is on the line is lost at a kill whoever fetches, so that the budget is twice that, by the rate that is measured and the time
 * to the first byte, and 8 MB more; or what the settings say.
 */
export class Budget {
  /** Bytes a second: what has come, and what one connection brings while it receives. */
  #rate = 0;
  #each = 0;
  #window: Measurement | undefined;
  #nowMs = 0;
  /** How many connections there are, and since when. */
  #connections = { count: 0, sinceMs: 0 };
  readonly #answersMs: number[] = [];
  /** How long the line makes an answer take: the fastest of the last ones. */
  fastestMs = 0;

  /** @param atRiskMb `download.at_risk_mb`: a bound that holds whatever the line is like; `null` for none */
  constructor(private readonly atRiskMb: number | null) {}

  get bytes(): number {
    if (this.atRiskMb !== null) return budgetOf(this.atRiskMb);
    return budgetOf(Math.min(mostMb, usualMb + (2 * this.#nextRate * this.fastestMs) / 1e9));
  }

  /** A request had its first byte after so many milliseconds. */
  answered(ms: number): void {
    this.#answersMs.push(ms);
    if (this.#answersMs.length > lastAnswers) this.#answersMs.shift();
    this.fastestMs = Math.min(...this.#answersMs);
  }

  /** How the transfer is, several times a second. */
  look(now: Measurement, connections: number): void {
    this.#nowMs = now.nowMs;
    if (this.#each === 0 || connections !== this.#connections.count) this.#connections = { count: connections, sinceMs: now.nowMs };
    this.#window ??= now;
    const came = now.bytes - this.#window.bytes;
    const tookMs = now.nowMs - this.#window.nowMs;
    const receivedMs = now.receivingMs - this.#window.receivingMs;
    // The first word of how fast a connection is counts at once.
    if (receivedMs < leastReceivingMs || (tookMs < windowMs && this.#each > 0)) return;
    this.#rate = averaged(this.#rate, (came / tookMs) * 1000);
    this.#each = averaged(this.#each, (came / receivedMs) * 1000);
    this.#window = now;
  }

  /** What so many connections are about to bring counts until what they bring has been measured. */
  get #nextRate(): number {
    const { count, sinceMs } = this.#connections;
    const isNew = this.#nowMs - sinceMs < 2 * (windowMs + this.fastestMs);
    return isNew ? Math.max(this.#rate, this.#each * count * receivingShare) : this.#rate;
  }
}

const averaged = (before: number, now: number): number => (before === 0 ? now : (before + now) / 2);

/**
 * How many bytes one request asks for. A piece that is under way is half there on the average, so that all of them
 * together may ask for more than the budget; a single one that is large would be lost at once where it stalls.
 */
export const pieceBytes = (budget: number, connections: number): number =>
  Math.max(leastPiece, Math.floor(Math.min(budget / 7, (1.45 * budget) / connections)));
