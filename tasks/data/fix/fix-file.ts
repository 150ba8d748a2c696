import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { SeenHashes } from '../chat/hashes';
import { hasMark, isUtf16 } from '../rows/block';
import { blocksOf } from '../rows/blocks';
import type { DataFile } from '../rows/data-files';
import { CutRow } from './cut-row';
import { type FixedRow, fixRow, type RowFix } from './fix-row';

/** What is mended in a file, and how often. */
export type FileFixes = Partial<Record<RowFix | 'mark' | 'empty-line' | 'duplicate', number>>;

/** What a file would be. */
export interface FixedFile {
  fixes: FileFixes;
  /** SHA-256 of its bytes, hex. */
  sha256: string;
  /** Why it is left alone: a list of rows, rows over several lines, UTF-16, a gzip that is not whole. */
  left?: string;
  /** Rows in which something stays that could be mended else: how many, and the first of them. */
  stay?: { count: number; line: number; why: string };
}

/**
 * Reads a file and gives what it is to be, piece by piece. A row that is not mended goes on byte by byte.
 * @param write gets the bytes in their order
 */
export async function fixFile(file: DataFile, write: (bytes: Buffer) => void, tell: (bytes: number) => void): Promise<FixedFile> {
  const [hash, fixes, seen]: [ReturnType<typeof createHash>, FileFixes, SeenHashes] = [createHash('sha256'), {}, new SeenHashes()];
  const add = (kind: keyof FileFixes) => {
    fixes[kind] = (fixes[kind] ?? 0) + 1;
  };
  const cut = new CutRow();
  let line = 0;
  let stay = undefined as FixedFile['stay'];
  const blocks = blocksOf(file.path, file.compressed);
  let next = await blocks.next();
  for (; !next.done; next = await blocks.next()) {
    const { bytes, rows, isFirst } = next.value;
    if (rows) return leave('it is a list: rows on lines are mended');
    if (isFirst && isUtf16(bytes)) return leave('it is UTF-16');
    const block = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const isMarked = isFirst && hasMark(bytes);
    if (isMarked) add('mark');
    const kept: Buffer[] = [];
    for (let from = isMarked ? 3 : 0; from < block.length; ) {
      const end = block.indexOf(0x0a, from);
      const raw = block.subarray(from, end < 0 ? block.length : end);
      from = end < 0 ? block.length : end + 1;
      line++;
      const fixed = fixedLine(raw);
      if (!fixed) {
        add('empty-line');
        continue;
      }
      if (cut.goesOn(fixed)) return leave(`a row goes on in line ${line}: only rows of one line each are mended`);
      for (const kind of fixed.fixes) add(kind);
      if (fixed.stays) stay = { count: (stay?.count ?? 0) + 1, line: stay?.line ?? line, why: stay?.why ?? fixed.stays };
      const row = fixed.fixes.length === 0 ? raw : Buffer.from(fixed.text);
      if (fixed.isRow) {
        const digest = createHash('sha256').update(row).digest();
        if (seen.add(digest.readUInt32LE(0), digest.readUInt32LE(4), 0) !== undefined) {
          add('duplicate');
          continue;
        }
      }
      kept.push(row, newline);
    }
    const piece = Buffer.concat(kept);
    hash.update(piece);
    write(piece);
    tell(block.length);
  }
  if (next.value.broken) return leave(next.value.broken);
  return { fixes, sha256: hash.digest('hex'), ...(stay ? { stay } : {}) };
}

const newline = Buffer.from('\n');
const leave = (left: string): FixedFile => ({ fixes: {}, sha256: '', left });

/** A line as it is to be; `undefined` where it is empty. Bytes that are no UTF-8 are no row. */
function fixedLine(line: Buffer): FixedRow | undefined {
  const text = line.toString('utf8');
  if (text.trim() === '') return undefined;
  return isUtf8(line) ? fixRow(text) : { text, fixes: [], isRow: false };
}
