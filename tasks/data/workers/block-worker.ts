import { parentPort, workerData } from 'node:worker_threads';
import { type LengthPlan, Measure } from '../length/measure';
import { examineBlock, type Portion } from './examine-block';

/** Rows to look at; the bytes of a block are the worker's from then on. */
export interface BlockOrder {
  id: number;
  portion: Portion;
  sample: number;
}

let measure: Measure | undefined;

parentPort?.on('message', ({ id, portion, sample }: BlockOrder) => {
  try {
    measure ??= workerData ? new Measure(workerData as LengthPlan) : undefined;
    const tell = (bytes: number) => parentPort?.postMessage({ id, bytes });
    parentPort?.postMessage({ id, report: examineBlock(portion, { measure, sample, tell }) });
  } catch (error) {
    parentPort?.postMessage({ id, error: (error as Error).stack ?? String(error) });
  }
});
