import * as fs from 'node:fs';
import { RangeWriter } from '../partials/range-writer';
import type { ByteRange } from '../partials/ranges';
import type { FileDownload } from './file-download';
import type { Progressing } from './pace';
import { RetryableError, SourceEnded } from './retryable-error';

/**
 * Copies one range of a file from another folder of this machine, a colleague's share for example.
 * @throws RetryableError where it cannot be read, SourceEnded where it is shorter than it was
 */
export async function copyPiece(of: { job: FileDownload } & Progressing, range: ByteRange, place: string): Promise<void> {
  const landing = new RangeWriter(of, range);
  let handle: fs.promises.FileHandle | undefined;
  try {
    handle = await fs.promises.open(place, 'r');
    of.answered(undefined);
    const buffer = Buffer.allocUnsafe(Math.min(1_048_576, range[1] - range[0]));
    while (landing.left > 0) {
      const at = range[1] - landing.left;
      const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, landing.left), at).catch(passing);
      if (bytesRead === 0) throw new SourceEnded(`ends after ${(await handle.stat()).size} of ${of.job.file.size} bytes`);
      landing.take(buffer.subarray(0, bytesRead));
    }
  } catch (error) {
    throw handle ? error : passing(error);
  } finally {
    landing.note();
    await handle?.close();
  }
}

function passing(error: unknown): never {
  throw new RetryableError((error as Error).message);
}
