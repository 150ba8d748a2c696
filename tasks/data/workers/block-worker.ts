import { parentPort } from 'node:worker_threads';
import type { Block } from '../rows/block';
import { examineBlock } from './examine-block';

/** A block to look at; its bytes are the worker's from then on. */
export interface BlockOrder {
  id: number;
  block: Block;
}

parentPort?.on('message', ({ id, block }: BlockOrder) => {
  try {
    parentPort?.postMessage({ id, report: examineBlock(block) });
  } catch (error) {
    parentPort?.postMessage({ id, error: (error as Error).stack ?? String(error) });
  }
});
