import { markBytes } from '../../platform/hashing';
import { isSha1, isSha256 } from '../../untrusted/hashes';
import { fieldsOf, tryParse } from '../../untrusted/json';
import { hashOf } from '../model/hub-file';
import type { ByteRange } from '../partials/ranges';
import type { SizedFile } from '../transfer/file-download';
import { blockHashesName } from './layout';
import { type RecordKeeper, readOwnTexts, removeOwnText, writeOwnText } from './own';

/** The hash on its way through the right bytes of a file: where wrong ones part from them, and so what to fetch again. */
export interface BlockHashes {
  hash: string;
  markBytes: number;
  marks: readonly string[];
}

/** A mark takes 19 characters for 16 MB: enough for a file of 800 GB. */
const mostOfMarks = 1_000_000;

/** The text of kept marks; `undefined` where it is none. */
export function parseBlockHashes(text: string): BlockHashes | undefined {
  const { hash, markBytes: every, marks } = fieldsOf(tryParse(text, mostOfMarks)) ?? {};
  if (!(isSha1(hash) || isSha256(hash)) || every !== markBytes || !Array.isArray(marks)) return undefined;
  return marks.every((mark) => typeof mark === 'string' && /^[0-9a-f]{16}$/.test(mark)) ? { hash, markBytes, marks } : undefined;
}

/** Keeps the marks of a file whose hash was right. They are true of these bytes for ever, wherever the file goes. */
export function writeBlockHashes(here: RecordKeeper, folder: string, file: SizedFile, marks: readonly string[]): void {
  if (marks.length === 0) return;
  writeOwnText(
    here,
    folder,
    blockHashesName(file.path),
    JSON.stringify({ hash: hashOf(file).hex, markBytes, marks } satisfies BlockHashes),
  );
}

export const removeBlockHashes = (here: RecordKeeper, folder: string, file: string): void =>
  removeOwnText(here, folder, blockHashesName(file));

/**
 * Where wrong bytes begin, as the range of one block; `undefined` where nothing was kept to compare with.
 * Blocks behind it may be wrong too, which the hash of the whole tells.
 */
export function wrongBlock(here: RecordKeeper, folder: string, file: SizedFile, found: readonly string[]): ByteRange | undefined {
  const known = readOwnTexts(here, folder, blockHashesName(file.path), mostOfMarks)
    .flatMap((text) => parseBlockHashes(text) ?? [])
    .find(({ hash, marks }) => hash === hashOf(file).hex && marks.length === found.length);
  if (!known) return undefined;
  const same = known.marks.findIndex((mark, index) => mark !== found[index]);
  const start = (same < 0 ? known.marks.length : same) * markBytes;
  return start < file.size ? [start, Math.min(start + markBytes, file.size)] : undefined;
}
