import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';

/** What is no zip as a wheel may be one. */
export class BadZip extends Error {}

/** Signatures and lengths of the three heads of a zip (PKWARE APPNOTE 4.3.7, 4.3.12, 4.3.16). */
const [localHead, entryHead, endHead] = [0x04034b50, 0x02014b50, 0x06054b50];
const [localLength, entryLength, endLength] = [30, 46, 22];
/** A comment behind the end is at most so long. */
const mostComment = 65_535;
const [stored, deflated] = [0, 8];
/** Bits of a file's mode under Unix: what it is, and a symbolic link. */
const [typeBits, linkType] = [0o170000, 0o120000];

/**
 * The files of a zip that is in memory, by name. Only names that stay in the folder in which they are unpacked come out of it:
 * anything else is refused as a whole, as are links, ciphers and the 64-bit form, which a wheel of some megabytes has none of.
 * @param mostBytes of all files together
 * @throws BadZip
 */
export async function unzip(zip: Buffer, mostBytes: number): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  let left = mostBytes;
  for (const { name, method, packed, size, at } of entriesOf(zip)) {
    if (name.endsWith('/')) continue;
    if (files.has(name)) throw new BadZip(`${name} is in it twice`);
    left -= size;
    if (left < 0) throw new BadZip(`it holds more than ${mostBytes} bytes`);
    if (zip.length < at + localLength || zip.readUInt32LE(at) !== localHead) throw new BadZip(`${name} is not where it is listed`);
    const start = at + localLength + zip.readUInt16LE(at + 26) + zip.readUInt16LE(at + 28);
    const bytes = zip.subarray(start, start + packed);
    const content = method === stored ? bytes : await inflated(bytes, size, name);
    if (content.length !== size) throw new BadZip(`${name} has another size than is listed`);
    files.set(name, content);
  }
  return files;
}

async function inflated(bytes: Buffer, size: number, name: string): Promise<Buffer> {
  try {
    // One more than it must be: what is longer is seen.
    return await promisify(inflateRaw)(bytes, { maxOutputLength: size + 1, chunkSize: Math.max(64, Math.min(size + 1, 1 << 24)) });
  } catch (error) {
    throw new BadZip(`${name}: ${(error as Error).message}`);
  }
}

interface Entry {
  name: string;
  method: number;
  /** Bytes as they lie there, and unpacked. */
  packed: number;
  size: number;
  /** Where its own head begins. */
  at: number;
}

/** What is listed at the end: it alone counts, as for pip. */
function* entriesOf(zip: Buffer): Generator<Entry> {
  const end = endOf(zip);
  const count = zip.readUInt16LE(end + 10);
  let at = zip.readUInt32LE(end + 16);
  for (let each = 0; each < count; each++) {
    if (at + entryLength > end || zip.readUInt32LE(at) !== entryHead) throw new BadZip('its list is cut short');
    const name = zip.toString('utf8', at + entryLength, at + entryLength + zip.readUInt16LE(at + 28));
    const method = zip.readUInt16LE(at + 10);
    if (!isBelow(name)) throw new BadZip(`${JSON.stringify(name.slice(0, 80))} is no name of a file below its folder`);
    if (zip.readUInt16LE(at + 8) & 1) throw new BadZip(`${name} is enciphered`);
    if (method !== stored && method !== deflated) throw new BadZip(`${name} is packed in way ${method}`);
    if (((zip.readUInt32LE(at + 38) >>> 16) & typeBits) === linkType) throw new BadZip(`${name} is a link`);
    yield { name, method, packed: zip.readUInt32LE(at + 20), size: zip.readUInt32LE(at + 24), at: zip.readUInt32LE(at + 42) };
    at += entryLength + zip.readUInt16LE(at + 28) + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
}

function endOf(zip: Buffer): number {
  for (let at = zip.length - endLength; at >= Math.max(0, zip.length - endLength - mostComment); at--)
    if (zip.readUInt32LE(at) === endHead) return at;
  throw new BadZip('it has no list of files');
}

/** Parts of a path under any system: no step up, no root, no drive, no stream, nothing unseen. */
const isBelow = (name: string): boolean =>
  !/[\\:\u0000-\u001f\u007f\ufffd]/.test(name) &&
  name
    .replace(/\/$/, '')
    .split('/')
    .every((part) => part !== '' && part !== '.' && part !== '..');
