import type { Worker } from 'node:worker_threads';
import { startWorker } from '../../platform/worker';
import type { LengthPlan } from '../length/measure';
import type { BlockOrder } from './block-worker';
import type { Asked, BlockReport, Portion } from './examine-block';

type Reply = { id: number; bytes: number } | { id: number; report: BlockReport } | { id: number; error: string };

interface Waiting {
  worker: Slot;
  tell(bytes: number): void;
  resolve(report: BlockReport): void;
  reject(error: Error): void;
}

interface Slot {
  worker: Worker;
  open: number;
}

/** Worker threads that look at blocks. At most two blocks of ten megabytes wait for each, which bounds the memory. */
export class BlockPool {
  readonly #slots: Slot[] = [];
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;
  #freed: (() => void)[] = [];

  /** @param size threads at most @param plan what lengths are counted by */
  constructor(
    private readonly size: number,
    private readonly plan: LengthPlan | undefined,
  ) {}

  /**
   * Gives out rows as soon as a worker has room for them.
   * @param asked its `tell` is told of bytes that the worker reads by itself; what it throws ends the look
   * @returns the report to come
   */
  async give(portion: Portion, { sample = 0, tell = () => undefined }: Asked): Promise<{ report: Promise<BlockReport> }> {
    let slot = this.#free();
    while (!slot) {
      await new Promise<void>((resolve) => this.#freed.push(resolve));
      slot = this.#free();
    }
    const id = this.#next++;
    slot.open++;
    const worker = slot;
    const report = new Promise<BlockReport>((resolve, reject) => this.#waiting.set(id, { worker, tell, resolve, reject }));
    report.catch(() => undefined);
    slot.worker.postMessage({ id, portion, sample } satisfies BlockOrder, buffersOf(portion));
    return { report };
  }

  async close(): Promise<void> {
    await Promise.all(this.#slots.map(({ worker }) => worker.terminate()));
  }

  #free(): Slot | undefined {
    const idle = this.#slots.find(({ open }) => open === 0);
    if (idle) return idle;
    if (this.#slots.length < this.size) {
      const slot = { worker: startWorker(__filename, 'block-worker', { workerData: this.plan }), open: 0 };
      slot.worker.on('message', (reply: Reply) => this.#hear(reply));
      slot.worker.on('error', (error) => {
        for (const [id, { worker }] of this.#waiting) if (worker === slot) this.#hear({ id, error: error.message });
      });
      this.#slots.push(slot);
      return slot;
    }
    return this.#slots.find(({ open }) => open < 2);
  }

  #hear(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    if (!waiting) return;
    if ('bytes' in reply) {
      try {
        waiting.tell(reply.bytes);
      } catch (error) {
        waiting.reject(error as Error);
      }
      return;
    }
    this.#waiting.delete(reply.id);
    waiting.worker.open--;
    if ('report' in reply) waiting.resolve(reply.report);
    else waiting.reject(new Error(reply.error));
    for (const freed of this.#freed.splice(0)) freed();
  }
}

/** What goes to the worker instead of being copied. */
const buffersOf = (portion: Portion): ArrayBuffer[] =>
  'parquet' in portion
    ? []
    : ([portion.bytes.buffer, ...(portion.rows ? [portion.rows.bounds.buffer, portion.rows.lines.buffer] : [])] as ArrayBuffer[]);
