import type { Hash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';

/** SHA-256 of the bytes, or git's SHA-1 of `blob <length>\0` and the bytes. */
export type Algorithm = 'sha256' | 'git-sha1';

export interface HashJob {
  file: string;
  algorithm: Algorithm;
  /** Bytes; only for the order: the largest file begins first. */
  bytes: number;
}

export interface Hashed {
  /** `undefined` where the file could not be read, and `error` says why. */
  hex: string | undefined;
  error?: string;
  /** What the hash was at each full {@link markBytes}: of two files of one size, the first that differs tells where they differ. */
  marks: string[];
  /** What the file was like before and after; `undefined` where it changed in between. */
  stamp: FileFingerprint | undefined;
}

/** What must stay the same for a hash to hold. Times are nanoseconds, as text: JSON has no 64-bit integers. */
export interface FileFingerprint {
  size: number;
  mtime: string;
  ctime: string;
  inode: string;
}

/** A file that changed within so many milliseconds before it was read may change again without a new time. */
export const settledMs = 100;

/** Bytes between two marks. */
export const markBytes = 16 * 1024 * 1024;

/** What a hash is on its way. Sixteen digits are enough for a hint: the hash of the whole has the last word. */
export const markOf = (hash: Hash): string => hash.copy().digest('hex').slice(0, 16);

export interface HashOptions {
  /** Called now and then with the bytes that are hashed so far, all files together. */
  onBytes?: (done: number) => void;
  /** Ends the work with its reason. */
  signal: AbortSignal;
}

export const fileFingerprint = ({ size, mtimeNs, ctimeNs, ino }: BigIntStats): FileFingerprint => ({
  size: Number(size),
  mtime: String(mtimeNs),
  ctime: String(ctimeNs),
  inode: String(ino),
});

export const sameFingerprint = (a: FileFingerprint | undefined, b: FileFingerprint | undefined): boolean =>
  a !== undefined && b !== undefined && a.size === b.size && a.mtime === b.mtime && a.ctime === b.ctime && a.inode === b.inode;

/** Below this starting threads takes longer than the work. */
const smallBytes = 8_000_000;

/**
 * Hashes files on all cores, one file a core at a time, the largest first.
 * @returns the results in the order of the jobs
 */
export async function hashFiles(jobs: readonly HashJob[], { onBytes, signal }: HashOptions): Promise<Hashed[]> {
  const order = [...jobs.keys()].sort((a, b) => (jobs[b]?.bytes ?? 0) - (jobs[a]?.bytes ?? 0));
  const results = new Array<Hashed>(jobs.length);
  const shared = new SharedArrayBuffer(24);
  const work = { jobs: order.map((index) => jobs[index] as HashJob), shared, markBytes };
  const take = (at: number, hashed: Omit<Hashed, 'stamp'> & { stats: BigIntStats[] }) => {
    const [before, after] = hashed.stats.map(fileFingerprint);
    const { hex, error, marks } = hashed;
    results[order[at] ?? at] = { hex, marks, ...(error ? { error } : {}), stamp: sameFingerprint(before, after) ? after : undefined };
  };
  signal.throwIfAborted();
  if (jobs.reduce((sum, { bytes }) => sum + bytes, 0) < smallBytes) worker(work, take);
  else await inThreads(work, take, signal, onBytes);
  signal.throwIfAborted();
  return results;
}

interface Work {
  jobs: readonly HashJob[];
  /** The next job, whether to stop, the bytes done. */
  shared: SharedArrayBuffer;
  markBytes: number;
}

type Take = (at: number, hashed: { hex: string | undefined; error?: string; marks: string[]; stats: BigIntStats[] }) => void;

async function inThreads(work: Work, take: Take, signal: AbortSignal, onBytes: HashOptions['onBytes']): Promise<void> {
  const { Worker } = require('node:worker_threads') as typeof import('node:worker_threads');
  const { availableParallelism } = require('node:os') as typeof import('node:os');
  const [flags, bytes] = [new Int32Array(work.shared, 0, 2), new BigInt64Array(work.shared, 8, 1)];
  const stop = () => void Atomics.store(flags, 1, 1);
  signal.addEventListener('abort', stop, { once: true });
  const timer = setInterval(() => onBytes?.(Number(Atomics.load(bytes, 0))), 200);
  // The thread runs the text of the function: no file of its own that a bundler or a TypeScript loader could miss.
  const code = `(${worker})(require('worker_threads').workerData, (...parts) => require('worker_threads').parentPort.postMessage(parts))`;
  const one = () =>
    new Promise<void>((resolve, reject) => {
      const thread = new Worker(code, { eval: true, workerData: work });
      thread.on('message', (parts: Parameters<Take>) => take(...parts));
      thread.once('error', reject);
      thread.once('exit', () => resolve());
    });
  try {
    await Promise.all(Array.from({ length: Math.min(availableParallelism(), work.jobs.length) }, one));
  } finally {
    clearInterval(timer);
    signal.removeEventListener('abort', stop);
  }
}

/** Takes the next job until none is left. Self-contained: it also runs as text in another thread. */
function worker({ jobs, shared, markBytes }: Work, take: Take): void {
  const fs = require('node:fs') as typeof import('node:fs');
  const crypto = require('node:crypto') as typeof import('node:crypto');
  const [flags, bytes] = [new Int32Array(shared, 0, 2), new BigInt64Array(shared, 8, 1)];
  // Small enough to stay in a core's own cache between the read and the hash.
  const buffer = Buffer.allocUnsafeSlow(512 * 1024);
  for (let at = Atomics.add(flags, 0, 1); at < jobs.length; at = Atomics.add(flags, 0, 1)) {
    const job = jobs[at] as HashJob;
    const stats: BigIntStats[] = [];
    const marks: string[] = [];
    let handle: number | undefined;
    try {
      handle = fs.openSync(job.file, 'r');
      stats.push(fs.fstatSync(handle, { bigint: true }));
      const hash = crypto.createHash(job.algorithm === 'sha256' ? 'sha256' : 'sha1');
      if (job.algorithm === 'git-sha1') hash.update(`blob ${stats[0]?.size}\0`);
      for (let read = -1, done = 0; read !== 0; done += read) {
        if (Atomics.load(flags, 1) === 1) return;
        read = fs.readSync(handle, buffer, 0, Math.min(buffer.length, markBytes - (done % markBytes)), null);
        hash.update(read === buffer.length ? buffer : buffer.subarray(0, read));
        // As markOf has it, which another thread cannot reach.
        if (read > 0 && (done + read) % markBytes === 0) marks.push(hash.copy().digest('hex').slice(0, 16));
        Atomics.add(bytes, 0, BigInt(read));
      }
      stats.push(fs.fstatSync(handle, { bigint: true }));
      take(at, { hex: hash.digest('hex'), marks, stats });
    } catch (error) {
      take(at, { hex: undefined, error: (error as Error).message, marks: [], stats: [] });
    } finally {
      if (handle !== undefined) fs.closeSync(handle);
    }
  }
}
