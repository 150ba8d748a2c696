import type { DownloadSettings } from '../../settings/schema/download';
import { Budget, pieceBytes } from './budget';
import { ConnectionLimit } from './connection-limit';
import { ReceivingTime } from './measurement';

/** What becomes of a request. */
export interface Progressing {
  /** Its answer begins, so many milliseconds after it was asked for; `undefined` where no line lies between. */
  answered(ms: number | undefined): void;
  /** Bytes of it came. */
  came(bytes: number): void;
  /** Bytes of it are in the file, and the journal says so. */
  wrote(bytes: number): void;
  /** Bytes that may be in the file before the journal says so. */
  noteEvery(): number;
}

/** A request that is counted until its end. */
export interface Counted extends Progressing {
  end(): void;
}

/** How many requests are under way at once and how large they are, by what those before them brought. */
export class Pace {
  /** Requests under way. */
  live = 0;
  readonly #limit: ConnectionLimit;
  readonly #budget: Budget;
  readonly #receiving = new ReceivingTime();
  /** Bytes asked for of which no journal knows yet. */
  #atRisk = 0;
  /** Bytes that came in this run. */
  #cameBytes = 0;

  constructor({ connections, at_risk_mb }: Pick<DownloadSettings, 'connections' | 'at_risk_mb'>) {
    this.#limit = new ConnectionLimit(connections);
    this.#budget = new Budget(at_risk_mb);
  }

  /** There is a connection for one more. */
  get hasRoom(): boolean {
    return this.live < this.#limit.target;
  }

  /** Bytes that one more is to ask for. */
  get pieceBytes(): number {
    return pieceBytes(this.#budget.bytes, this.#limit.target);
  }

  /** Whether so many bytes may be asked for besides. One request always may. */
  allows(bytes: number): boolean {
    return this.live === 0 || this.#atRisk + bytes <= this.#budget.bytes;
  }

  /** Looks at how it goes; several times a second. */
  look(): void {
    const nowMs = performance.now();
    const measured = { nowMs, bytes: this.#cameBytes, receivingMs: this.#receiving.at(nowMs) };
    this.#budget.look(measured, this.#limit.target);
    this.#limit.look({ ...measured, live: this.live, activeMs: performance.eventLoopUtilization().active });
  }

  /**
   * Counts one more request of so many bytes.
   * @param tellsOfLine how long it takes to answer says how far the server of large files is
   */
  begin(bytes: number, tellsOfLine: boolean): Counted {
    let left = bytes;
    let isReceiving = false;
    this.live++;
    this.#atRisk += left;
    return {
      answered: (ms) => {
        if (tellsOfLine && ms !== undefined) this.#budget.answered(ms);
        this.#receiving.begin(performance.now(), Math.max(0, (ms ?? 0) - this.#budget.lineMs));
        isReceiving = true;
      },
      came: (count) => {
        this.#cameBytes += count;
      },
      wrote: (count) => {
        left -= count;
        this.#atRisk -= count;
      },
      // A piece that was asked for when the line held more is written down as often as what it holds now demands.
      noteEvery: () => this.#budget.bytes / (4 * this.live),
      end: () => {
        if (isReceiving) this.#receiving.end(performance.now());
        this.live--;
        this.#atRisk -= left;
      },
    };
  }
}
