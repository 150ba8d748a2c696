import * as path from 'node:path';
import type { Host } from '../../platform';
import { markBytes } from '../../platform/hashing';
import { hashOf } from '../model/hub-file';
import type { Range } from '../partials/ranges';
import type { SizedFile } from '../transfer/file-download';

/** The hash on its way through the right bytes of a file: where wrong ones part from them, and so what to fetch again. */
interface Marks {
  hash: string;
  markBytes: number;
  marks: readonly string[];
}

const marksFile = (folder: string, file: string): string => path.join(folder, '.cache', 'just-lora', 'marks', `${file}.json`);

/** Keeps the marks of a file whose hash was right. They are true of these bytes for ever, wherever the file goes. */
export function writeMarks(host: Host, folder: string, file: SizedFile, marks: readonly string[]): void {
  if (marks.length === 0) return;
  host.files.writeText(marksFile(folder, file.path), JSON.stringify({ hash: hashOf(file).hex, markBytes, marks } satisfies Marks), false);
}

export const removeMarks = (host: Host, folder: string, file: string): void => host.files.remove(marksFile(folder, file));

/**
 * Where wrong bytes begin, as the range of one block; `undefined` where nothing was kept to compare with.
 * Blocks behind it may be wrong too, which the hash of the whole tells.
 */
export function wrongBlock(host: Host, folder: string, file: SizedFile, found: readonly string[]): Range | undefined {
  try {
    const known = JSON.parse(host.files.readText(marksFile(folder, file.path)) ?? '') as Marks;
    if (known.hash !== hashOf(file).hex || known.markBytes !== markBytes || found.length !== known.marks.length) return undefined;
    const same = known.marks.findIndex((mark, index) => mark !== found[index]);
    const block = same < 0 ? known.marks.length : same;
    const start = block * markBytes;
    return start < file.size ? [start, Math.min(start + markBytes, file.size)] : undefined;
  } catch {
    return undefined;
  }
}
