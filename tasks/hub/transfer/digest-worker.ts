import { createHash, type Hash } from 'node:crypto';
import * as fs from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { isSameFile } from '../../platform/files/shared';
import { markBytes, markOf } from '../../platform/hashing';
import { yieldToOthers } from '../../platform/worker';

/** What the pool asks: begin a file, go on to an offset, give it up. */
export type DigestOrder =
  | { kind: 'open'; id: number; file: string; is: Pick<fs.BigIntStats, 'dev' | 'ino'>; algorithm: 'sha256' | 'sha1'; size: number }
  | { kind: 'advance'; id: number; to: number }
  | { kind: 'drop'; id: number };

/** What comes back: how far it is, and at the end the hash, with what it was at each full block on the way. */
export type DigestReply = { id: number; at: number; hex?: string; marks?: readonly string[]; error?: string };

interface Work {
  handle: number;
  hash: Hash;
  at: number;
  to: number;
  size: number;
  marks: string[];
}

const works = new Map<number, Work>();
const buffer = Buffer.allocUnsafe(1 << 20);
let busy = false;
if (workerData?.isBeside) yieldToOthers();

parentPort?.on('message', (order: DigestOrder) => {
  try {
    if (order.kind === 'open') {
      const hash = createHash(order.algorithm);
      if (order.algorithm === 'sha1') hash.update(`blob ${order.size}\0`);
      works.set(order.id, { handle: openIt(order.file, order.is), hash, at: 0, to: 0, size: order.size, marks: [] });
    } else if (order.kind === 'drop') drop(order.id);
    else {
      const work = works.get(order.id);
      if (work) work.to = Math.max(work.to, order.to);
    }
  } catch (error) {
    parentPort?.postMessage({ id: order.id, at: 0, error: (error as Error).message } satisfies DigestReply);
  }
  if (!busy) step();
});

/** @throws Error where another file has its name by now: in a folder that others may write into, they can put one there */
function openIt(file: string, is: Pick<fs.BigIntStats, 'dev' | 'ino'>): number {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
  const handle = fs.openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (isSameFile(fs.fstatSync(handle, { bigint: true }), is)) return handle;
  fs.closeSync(handle);
  throw new Error(`another file has taken the place of \`${file}\``);
}

/** A few megabytes of one file, then the mail again: a file that is given up must not be read to its end. */
function step(): void {
  busy = false;
  for (const [id, work] of works) {
    if (work.at === work.to && work.at < work.size) continue;
    advance(id, work);
    busy = true;
    setImmediate(step);
    return;
  }
}

function advance(id: number, work: Work): void {
  try {
    for (let blocks = 0; blocks < 8 && work.at < work.to; blocks++) {
      const count = fs.readSync(
        work.handle,
        buffer,
        0,
        Math.min(buffer.length, work.to - work.at, markBytes - (work.at % markBytes)),
        work.at,
      );
      if (count === 0) throw new Error(`it ends after ${work.at} of ${work.size} bytes`);
      work.hash.update(count === buffer.length ? buffer : buffer.subarray(0, count));
      work.at += count;
      if (work.at % markBytes === 0) work.marks.push(markOf(work.hash));
    }
    const { at, size, marks } = work;
    if (at < size) return void parentPort?.postMessage({ id, at } satisfies DigestReply);
    const hex = work.hash.digest('hex');
    drop(id);
    parentPort?.postMessage({ id, at, hex, marks } satisfies DigestReply);
  } catch (error) {
    drop(id);
    parentPort?.postMessage({ id, at: work.at, error: (error as Error).message } satisfies DigestReply);
  }
}

function drop(id: number): void {
  const work = works.get(id);
  if (!work) return;
  works.delete(id);
  fs.closeSync(work.handle);
}
