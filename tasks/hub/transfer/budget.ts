/** Less is not worth a request. */
const leastPiece = 131_072;
/** Bytes that may be asked for before anything is known of the line, and beyond what is on it. */
const usualMb = 8;
/** More is never asked for at once. */
const mostMb = 1024;
/** How many of the last answers count: the fastest tells how far the server is, the others how busy one end was. */
const lastAnswers = 32;
const windowMs = 150;

/** Bytes of so many megabytes that may be asked for: half a megabyte is left for what a journal rounds. */
export const budgetOf = (atRiskMb: number): number => atRiskMb * 1_000_000 - 500_000;

/**
 * Bytes that may be asked for and not yet written down in a journal: with them, what a kill can cost; buffers on the way are part of it.
 * What is on the line is lost at a kill whoever fetches, so that the budget is twice that, by the rate that is measured and the time
 * to the first byte, and 8 MB more; or what the settings say.
 */
export class Budget {
  #rate = 0;
  #window: { nowMs: number; bytes: number } | undefined;
  readonly #answersMs: number[] = [];

  /** @param atRiskMb `download.at_risk_mb`: a bound that holds whatever the line is like; `null` for none */
  constructor(private readonly atRiskMb: number | null) {}

  get bytes(): number {
    if (this.atRiskMb !== null) return budgetOf(this.atRiskMb);
    const onTheLine = this.#answersMs.length > 0 ? (this.#rate * Math.min(...this.#answersMs)) / 1000 : 0;
    return budgetOf(Math.min(mostMb, usualMb + (2 * onTheLine) / 1e6));
  }

  /** A request had its first byte after so many milliseconds. */
  answered(ms: number): void {
    this.#answersMs.push(ms);
    if (this.#answersMs.length > lastAnswers) this.#answersMs.shift();
  }

  /** So many bytes have come since the transfer began: looked at several times a second. */
  look(nowMs: number, bytes: number): void {
    this.#window ??= { nowMs, bytes };
    const tookMs = nowMs - this.#window.nowMs;
    if (tookMs < windowMs) return;
    const rate = ((bytes - this.#window.bytes) / tookMs) * 1000;
    this.#rate = this.#rate === 0 ? rate : (this.#rate + rate) / 2;
    this.#window = { nowMs, bytes };
  }
}

/**
 * How many bytes one request asks for. A piece that is under way is half there on the average, so that all of them
 * together may ask for more than the budget; a single one that is large would be lost at once where it stalls.
 */
export const pieceBytes = (budget: number, connections: number): number =>
  Math.max(leastPiece, Math.floor(Math.min(budget / 7, (1.45 * budget) / connections)));
