import type { Measurement } from './measurement';

/** Less is not worth a request. */
const leastPiece = 131_072;
/** Bytes that may be asked for before anything is known of the line, and beyond what is on it. */
const usualMb = 8;
/** More is never asked for at once. */
const mostMb = 1024;
/** How many of the last answers count. */
const lastAnswers = 128;
/** So many of them come sooner than the line takes, from a cache that is near; the others tell how busy one end was. */
const sooner = 0.04;
const windowMs = 150;
/** So much receiving, all connections together, tells how fast one of them is. */
const leastReceivingMs = 200;
/** So many times what is on the line are asked for beyond the usual: twice is promised, and a rate is known a moment late. */
const linefuls = 1.75;
/** With so much asked for a connection receives for so much of its time, and waits for the rest. */
const receivingShare = 0.6;

/** Bytes of so many megabytes that may be asked for: half a megabyte is left for what a journal rounds. */
export const budgetOf = (atRiskMb: number): number => atRiskMb * 1_000_000 - 500_000;

/**
 * Bytes that may be asked for and not yet written down in a journal: with them, what a kill can cost; buffers on the way are part of it.
 * What is on the line is lost at a kill whoever fetches, so that the budget is nearly twice that, by the rate that is measured and the
 * time to the first byte, and 8 MB more; or what the settings say.
 */
export class Budget {
  /** Bytes a second: what has come, and what one connection brings while it receives. */
  #rate = 0;
  #each = 0;
  #window: Measurement | undefined;
  #nowMs = 0;
  /** How many connections there are, since when, and the most that they can bring by what those before them brought. */
  #connections = { count: 0, sinceMs: 0, mostRate: Number.POSITIVE_INFINITY };
  readonly #answersMs: number[] = [];
  /** How long the line makes an answer take. */
  lineMs = 0;

  /** @param atRiskMb `download.at_risk_mb`: a bound that holds whatever the line is like; `null` for none */
  constructor(private readonly atRiskMb: number | null) {}

  get bytes(): number {
    if (this.atRiskMb !== null) return budgetOf(this.atRiskMb);
    return budgetOf(Math.min(mostMb, usualMb + (linefuls * this.#nextRate * this.lineMs) / 1e9));
  }

  /** A request had its first byte after so many milliseconds. */
  answered(ms: number): void {
    this.#answersMs.push(ms);
    if (this.#answersMs.length > lastAnswers) this.#answersMs.shift();
    this.lineMs = [...this.#answersMs].sort((a, b) => a - b)[Math.floor(sooner * this.#answersMs.length)] ?? 0;
  }

  /** How the transfer is, several times a second. */
  look(now: Measurement, connections: number): void {
    this.#nowMs = now.nowMs;
    const before = this.#connections;
    if (this.#each === 0 || connections !== before.count) {
      const mostRate = this.#isNew ? Number.POSITIVE_INFINITY : (this.#rate * connections) / before.count;
      this.#connections = { count: connections, sinceMs: now.nowMs, mostRate };
    }
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

  /** What so many connections bring has not been measured yet. */
  get #isNew(): boolean {
    return this.#each === 0 || this.#nowMs - this.#connections.sinceMs < 2 * (windowMs + this.lineMs);
  }

  /** Until then what they are about to bring counts. */
  get #nextRate(): number {
    const { count, mostRate } = this.#connections;
    return this.#isNew ? Math.max(this.#rate, Math.min(mostRate, this.#each * count * receivingShare)) : this.#rate;
  }
}

const averaged = (before: number, now: number): number => (before === 0 ? now : (before + now) / 2);

/**
 * How many bytes one request asks for. A piece that is under way is half there on the average, so that all of them
 * together may ask for more than the budget; a single one that is large would be lost at once where it stalls.
 */
export const pieceBytes = (budget: number, connections: number): number =>
  Math.max(leastPiece, Math.floor(Math.min(budget / 7, (1.45 * budget) / connections)));
