import * as fs from 'node:fs';
import type { Job } from './job';
import { Passing } from './piece';
import type { Range } from './ranges';

/**
 * Copies one range of a file from another folder of this machine, a colleague's share for example.
 * @throws Passing where it cannot be read
 */
export async function copyPiece(
  { job, wrote }: { job: Job; wrote(bytes: number): void },
  [start, end]: Range,
  place: string,
): Promise<void> {
  let handle: fs.promises.FileHandle | undefined;
  try {
    handle = await fs.promises.open(place, 'r');
    for (let at = start; at < end; ) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(Math.min(1_048_576, end - at)), 0, undefined, at).catch(passing);
      if (bytesRead === 0) throw new Passing(`\`${place}\` ends after ${at} bytes, expected ${job.file.size}`);
      job.write([buffer.subarray(0, bytesRead)], at);
      wrote(bytesRead);
      at += bytesRead;
    }
  } catch (error) {
    throw handle ? error : passing(error);
  } finally {
    await handle?.close();
  }
}

function passing(error: unknown): never {
  throw new Passing((error as Error).message);
}
