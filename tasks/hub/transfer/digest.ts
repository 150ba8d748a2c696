import type { BigIntStats } from 'node:fs';
import type { Worker } from 'node:worker_threads';
import { startWorker } from '../../platform/worker';
import type { DigestOrder, DigestReply } from './digest-worker';

export interface WholeHash {
  hex: string;
  /** What it was at each full block on the way. */
  marks: readonly string[];
}

/** A file that is hashed while it grows. */
export interface Digest {
  /** The bytes up to here are there now and will not change. */
  advance(to: number): void;
  /** Hashed so far. */
  readonly at: number;
  /** The hash, once all bytes went in. */
  readonly whole: Promise<WholeHash>;
  drop(): void;
}

interface Pending {
  at: number;
  resolve(whole: WholeHash): void;
  reject(error: Error): void;
  worker: { open: number };
}

/** Worker threads that hash files, each file in one of them. */
export class Digests {
  readonly #workers: { worker: Worker; open: number }[] = [];
  readonly #pending = new Map<number, Pending>();
  #next = 0;

  /** `isBeside`: the hashing goes on beside a transfer, which must not wait for it. */
  constructor(
    private readonly most: number,
    private readonly isBeside = false,
  ) {}

  /**
   * Begins a file.
   * @param is the file that is meant: another one under its name is an error
   * @param size what the git blob's header says of it
   */
  open(file: string, { dev, ino }: Pick<BigIntStats, 'dev' | 'ino'>, algorithm: 'sha256' | 'sha1', size: number): Digest {
    const slot = this.#slot();
    const id = this.#next++;
    const send = (order: DigestOrder) => slot.worker.postMessage(order);
    slot.open++;
    const state: Pending = { at: 0, resolve: () => undefined, reject: () => undefined, worker: slot };
    const whole = new Promise<WholeHash>((resolve, reject) => Object.assign(state, { resolve, reject }));
    // Told to whoever waits for it; a file that was given up has nobody.
    whole.catch(() => undefined);
    this.#pending.set(id, state);
    send({ kind: 'open', id, file, is: { dev, ino }, algorithm, size });
    return {
      whole,
      get at() {
        return state.at;
      },
      advance: (to) => send({ kind: 'advance', id, to }),
      drop: () => {
        if (!this.#pending.delete(id)) return;
        slot.open--;
        state.reject(new Error('given up'));
        send({ kind: 'drop', id });
      },
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map(({ worker }) => worker.terminate()));
  }

  #slot(): { worker: Worker; open: number } {
    const idle = this.#workers.find(({ open }) => open === 0);
    if (idle) return idle;
    if (this.#workers.length < this.most) {
      const slot = { worker: startWorker(__filename, 'digest-worker', { workerData: { isBeside: this.isBeside } }), open: 0 };
      slot.worker.on('message', (reply: DigestReply) => this.#hear(reply));
      slot.worker.on('error', (error) => {
        for (const [id, { worker }] of this.#pending) if (worker === slot) this.#hear({ id, at: 0, error: error.message });
      });
      this.#workers.push(slot);
      return slot;
    }
    return this.#workers.reduce((best, each) => (each.open < best.open ? each : best));
  }

  #hear({ id, at, hex, marks = [], error }: DigestReply): void {
    const state = this.#pending.get(id);
    if (!state) return;
    state.at = at;
    if (hex === undefined && error === undefined) return;
    this.#pending.delete(id);
    state.worker.open--;
    if (hex !== undefined) state.resolve({ hex, marks });
    else state.reject(new Error(error));
  }
}
