import { parentPort, workerData } from 'node:worker_threads';
import { type LengthPlan, Measure } from '../length/measure';
import type { Block } from '../rows/block';
import { examineBlock } from './examine-block';

/** A block to look at; its bytes are the worker's from then on. */
export interface BlockOrder {
  id: number;
  block: Block;
}

let measure: Measure | undefined;

parentPort?.on('message', ({ id, block }: BlockOrder) => {
  try {
    measure ??= workerData ? new Measure(workerData as LengthPlan) : undefined;
    parentPort?.postMessage({ id, report: examineBlock(block, measure) });
  } catch (error) {
    parentPort?.postMessage({ id, error: (error as Error).stack ?? String(error) });
  }
});
