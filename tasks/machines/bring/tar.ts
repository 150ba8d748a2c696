import { pipeline } from 'node:stream';
import { createGzip } from 'node:zlib';

/**
 * A tar of files and links, as GNU tar, BusyBox and bsdtar read it: POSIX.1-1988 ("ustar") headers, long names in entries of GNU's
 * types `L` and `K` (GNU tar manual, "Basic Tar Format"). Written here, since a Mac's own tar adds files that nobody has.
 */
export interface TarEntry {
  /** A byte string, relative. */
  name: string;
  /** Permissions: 0o644 or 0o755. */
  mode: number;
  /** Seconds since 1970. */
  modified: number;
  /** Where a link leads, a byte string; a file where it is left out. */
  link?: string;
  /** Bytes of the file. */
  size: number;
  /** The bytes, as many as `size` says. */
  open(): AsyncIterable<Buffer> | Iterable<Buffer>;
}

const block = 512;

/**
 * The bytes of a tar.
 * @param tell called with the bytes of files that are written so far
 * @throws Error where a file has other bytes than its size says: it changed while it was read
 */
export async function* tarOf(entries: Iterable<TarEntry>, tell: (bytes: number) => void = () => undefined): AsyncGenerator<Buffer> {
  let done = 0;
  for (const entry of entries) {
    yield headerOf(entry);
    let written = 0;
    for await (const part of entry.link === undefined ? entry.open() : []) {
      written += part.length;
      if (written > entry.size) break;
      yield part;
      done += part.length;
      tell(done);
    }
    if (entry.link === undefined && written !== entry.size) throw new ChangedWhileRead(entry.name);
    const rest = written % block;
    if (rest > 0) yield Buffer.alloc(block - rest);
  }
  yield Buffer.alloc(2 * block);
}

/** Bytes under gzip. */
export const gzipped = (bytes: AsyncIterable<Buffer>): AsyncIterable<Buffer> => {
  const gzip = createGzip({ level: 6 });
  // A fault of the source comes out of the end that is read.
  pipeline(inBlocks(bytes), gzip, () => undefined);
  return gzip;
};

/** Handing a piece to another thread takes longer than to compress a small one. */
const piecesBytes = 256 * 1024;

async function* inBlocks(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let [pieces, held]: [Buffer[], number] = [[], 0];
  for await (const piece of bytes) {
    pieces.push(piece);
    held += piece.length;
    if (held < piecesBytes) continue;
    yield Buffer.concat(pieces);
    [pieces, held] = [[], 0];
  }
  yield Buffer.concat(pieces);
}

/** A file that grew or shrank while it was read. */
export class ChangedWhileRead extends Error {
  /** @param file a byte string */
  constructor(readonly file: string) {
    super(`${file} changed while it was read`);
  }
}

function headerOf({ name, mode, modified, link, size }: TarEntry): Buffer {
  const parts: Buffer[] = [];
  if (name.length > 100) parts.push(longName('L', name));
  if (link !== undefined && link.length > 100) parts.push(longName('K', link));
  const type = link === undefined ? '0' : '2';
  parts.push(header(name, type, { mode, size: link === undefined ? size : 0, modified, link: link ?? '' }));
  return Buffer.concat(parts);
}

function longName(type: 'L' | 'K', text: string): Buffer {
  const bytes = Buffer.from(`${text}\0`, 'latin1');
  const padded = Buffer.alloc(Math.ceil(bytes.length / block) * block);
  bytes.copy(padded);
  return Buffer.concat([header('././@LongLink', type, { mode: 0o644, size: bytes.length, modified: 0, link: '' }), padded]);
}

interface Rest {
  mode: number;
  size: number;
  modified: number;
  link: string;
}

/** @throws Error for a file of 8 GiB and more, which eleven octal digits do not hold */
function header(name: string, type: string, { mode, size, modified, link }: Rest): Buffer {
  const bytes = Buffer.alloc(block);
  const text = (value: string, at: number, most: number) => bytes.write(value.slice(0, most), at, 'latin1');
  const octal = (value: number, at: number, digits: number) => text(`${value.toString(8).padStart(digits, '0')}\0`, at, digits + 1);
  if (size >= 8 ** 11) throw new Error(`${name} is larger than a tar holds`);
  text(name, 0, 100);
  octal(mode, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  octal(size, 124, 11);
  octal(Math.max(0, Math.floor(modified)), 136, 11);
  text('        ', 148, 8);
  text(type, 156, 1);
  text(link, 157, 100);
  text('ustar  \0', 257, 8);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  text(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 8);
  return bytes;
}
