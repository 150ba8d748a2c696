import { isUtf8 } from 'node:buffer';
import { type Block, hasMark, type RawRow } from './block';

/** The text of a block and what of its bytes is no UTF-8. */
export interface BlockText {
  rows: Iterable<RawRow>;
  /** Lines of the block, where a line is a row. */
  lines: number;
  /** A byte order mark at the beginning of the file. */
  mark: boolean;
  /** Bytes that are no UTF-8: where the first stands, and in how many lines. */
  notUtf8?: { line: number; column: number; count: number };
}

/** Reads the rows of a block as text. Bytes that are no UTF-8 become U+FFFD, and are told. */
export function rowsOf({ bytes: all, rows, isFirst }: Block): BlockText {
  const mark = isFirst && hasMark(all);
  const start = mark ? 3 : 0;
  const buffer = Buffer.from(all.buffer, all.byteOffset, all.byteLength);
  const notUtf8 = isUtf8(all) ? {} : { notUtf8: firstFault(buffer, start) };
  if (rows) return { rows: rowsOfArray(buffer, rows), lines: 0, mark, ...notUtf8 };
  return { rows: linesOf(buffer, start), lines: lineCount(buffer), mark, ...notUtf8 };
}

/** Each line by itself: the text of a whole block, and what is cut from it, would be twice as much memory as the block. */
function* linesOf(buffer: Buffer, start: number): Generator<RawRow> {
  let line = 1;
  for (let from = start; from < buffer.length; line++) {
    const end = buffer.indexOf(0x0a, from);
    const to = end < 0 ? buffer.length : end;
    yield { text: buffer.toString('utf8', from, to), line };
    from = to + 1;
  }
}

function* rowsOfArray(buffer: Buffer, { bounds, lines }: { bounds: Uint32Array; lines: Uint32Array }): Generator<RawRow> {
  for (let row = 0; row < lines.length; row++)
    yield { text: buffer.toString('utf8', bounds[2 * row], bounds[2 * row + 1]), line: lines[row] ?? 0 };
}

function lineCount(buffer: Buffer): number {
  let count = 0;
  for (let at = buffer.indexOf(0x0a); at >= 0; at = buffer.indexOf(0x0a, at + 1)) count++;
  return count + (buffer.length > 0 && buffer.at(-1) !== 0x0a ? 1 : 0);
}

function firstFault(buffer: Buffer, start: number): { line: number; column: number; count: number } {
  let [line, count, from] = [0, 0, start];
  let first: { line: number; column: number } | undefined;
  for (; from < buffer.length; line++) {
    const end = buffer.indexOf(0x0a, from);
    const bytes = buffer.subarray(from, end < 0 ? buffer.length : end);
    if (!isUtf8(bytes)) {
      count++;
      first ??= { line: line + 1, column: bytes.toString('utf8').indexOf('\ufffd') + 1 };
    }
    from += bytes.length + 1;
  }
  return { line: 1, column: 1, ...first, count };
}
