import * as fs from 'node:fs';
import { createGunzip } from 'node:zlib';
import { type ArrayFault, ArrayRows } from './array-rows';
import { type Block, blockBytes, hasMark } from './block';

/** No example is that long: it is a file of another form, and would not fit into the memory that we keep to. */
const longestRow = 128 << 20;

/** What is known of a file once all its blocks were given out. */
export interface FileEnd {
  layout: 'lines' | 'array' | 'parquet';
  /** What is wrong with the list itself. */
  fault?: { kind: ArrayFault; line: number };
  /** Without compression. */
  bytes: number;
  /** It ends within its compressed data, or is no gzip: what was read before stands. */
  broken?: string;
}

/**
 * The blocks of a file in their order, as datasets cuts them: ten mebibytes and the rest of the line. Only the block at hand,
 * and of a row that is longer than one all of it, is held.
 * @returns what the file is as a whole
 */
export async function* blocksOf(file: string, compressed: boolean): AsyncGenerator<Block, FileEnd> {
  const piece = Math.min(1 << 20, Math.max(1 << 12, fs.statSync(file).size));
  const source = fs.createReadStream(file, { highWaterMark: piece });
  const stream = compressed ? source.pipe(createGunzip({ chunkSize: Math.min(1 << 20, 16 * piece) })) : source;
  source.once('error', (error) => stream.destroy(error));
  const held: Held = { pieces: [], bytes: 0 };
  let [bytes, isFirst, broken]: [number, boolean, string | undefined] = [0, true, undefined];
  let array: ArrayRows | undefined;
  let decided = false;
  try {
    for await (const piece of stream as AsyncIterable<Buffer>) {
      bytes += piece.length;
      held.pieces.push(piece);
      held.bytes += piece.length;
      if (!decided && held.bytes >= 16) {
        const begins = beginsArray(joined(held));
        decided = begins !== undefined;
        if (begins) array = new ArrayRows();
      }
      const grew = held.bytes - piece.length;
      // Of a line that goes on nothing is looked at again.
      if (held.bytes < blockBytes || (!array && grew > blockBytes && grew <= longestRow && !piece.includes(0x0a))) continue;
      const block = array ? arrayBlock(held, array, isFirst) : lineBlock(held, isFirst);
      if (!block && held.bytes > longestRow) {
        broken = `a row is longer than ${longestRow >> 20} MiB`;
        break;
      }
      if (!block) continue;
      isFirst = false;
      yield block;
    }
  } catch (error) {
    if (!compressed || (error as NodeJS.ErrnoException).code?.startsWith('E')) throw error;
    broken = (error as Error).message;
  }
  if (broken && held.bytes > longestRow) keep(held, Buffer.alloc(0));
  if (!decided && beginsArray(joined(held))) array = new ArrayRows();
  if (held.bytes > 0) {
    const last = array ? arrayBlock(held, array, isFirst) : { bytes: joined(held), isFirst };
    if (last) yield last;
  }
  array?.end();
  return {
    layout: array ? 'array' : 'lines',
    bytes,
    ...(array?.fault && !broken ? { fault: array.fault } : {}),
    ...(broken ? { broken } : {}),
  };
}

/** Bytes that are read and not given out yet; of a list, how many of them were looked at. */
interface Held {
  pieces: Buffer[];
  bytes: number;
  seen?: number;
}

function joined(held: Held): Buffer {
  if (held.pieces.length !== 1) held.pieces = [Buffer.concat(held.pieces)];
  return held.pieces[0] as Buffer;
}

function keep(held: Held, rest: Buffer): void {
  held.pieces = rest.length > 0 ? [rest] : [];
  held.bytes = rest.length;
}

/** Blanks before the first row, at most. */
const mostBlanks = 1 << 20;

/** Whether the file is a list; `undefined` where its first sign has not come yet. */
function beginsArray(bytes: Buffer): boolean | undefined {
  for (let at = hasMark(bytes) ? 3 : 0; at < Math.min(bytes.length, mostBlanks); at++)
    if (bytes[at] !== 0x20 && bytes[at] !== 0x09 && bytes[at] !== 0x0a && bytes[at] !== 0x0d) return bytes[at] === 0x5b;
  return bytes.length >= mostBlanks ? false : undefined;
}

/** The block up to the end of the line in which the ten mebibytes end; `undefined` before that line's end is there. */
function lineBlock(held: Held, isFirst: boolean): Block | undefined {
  const bytes = joined(held);
  const end = bytes.indexOf(0x0a, blockBytes);
  if (end < 0) return undefined;
  // A copy: the bytes go to a worker with all of the memory that they lie in.
  const block = { bytes: Uint8Array.prototype.slice.call(bytes, 0, end + 1), isFirst };
  keep(held, Buffer.from(bytes.subarray(end + 1)));
  return block;
}

function arrayBlock(held: Held, rows: ArrayRows, isFirst: boolean): Block | undefined {
  const bytes = joined(held);
  const from = held.seen ?? (hasMark(bytes) && isFirst ? 3 : 0);
  const { bounds, lines, rest } = rows.take(bytes, from);
  const block = { bytes: Uint8Array.prototype.slice.call(bytes, 0, rest), isFirst };
  keep(held, Buffer.from(bytes.subarray(rest)));
  held.seen = held.bytes;
  if (bounds.length === 0 && !isFirst) return undefined;
  return { ...block, rows: { bounds: Uint32Array.from(bounds), lines: Uint32Array.from(lines) } };
}
