import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { Worker, type WorkerOptions } from 'node:worker_threads';

/**
 * Starts a module of ours in a thread. Its file is of the same kind as its caller's: compiled in the package,
 * TypeScript in the repository.
 * @param from the caller's `__filename`
 */
export function startWorker(from: string, name: string, options: WorkerOptions = {}): Worker {
  const extension = path.extname(from);
  const execArgv = extension === '.ts' ? ['-r', require.resolve('ts-node/register')] : [];
  return new Worker(path.join(path.dirname(from), `${name}${extension}`), { execArgv, ...options });
}

/**
 * Lets other threads go first, where the system can tell threads apart: on Linux each has a priority of its own
 * (setpriority(2), notes). For work that must not delay what feeds it.
 */
export function yieldToOthers(): void {
  try {
    const [, , thread] = fs.readlinkSync('/proc/thread-self').split('/');
    os.setPriority(Number(thread), 10);
  } catch {
    // Elsewhere all threads are equal.
  }
}
