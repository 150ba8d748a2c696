import * as fs from 'node:fs';
import { codeOf, UserError } from '../../common/errors';

/** Milliseconds that a pipe has without a writer, and that one has to write. */
const emptyMs = 1000;
const silentMs = 10_000;
const pollMs = 20;
/** A device may have no end. */
const mostBytes = 64_000_000;

/** What came through a pipe can be read once: the next who asks gets the same. */
const readBefore = new Map<string, Buffer>();

/**
 * The bytes of what a person named that is neither a file nor a folder: a pipe (`<(…)` of a shell has one), a device. Nothing waits on
 * it longer than some seconds: a plain read would hold up the run for ever, and Ctrl-C with it.
 * @returns `undefined` where it is a file or a folder, or nothing is there
 * @throws UserError E_NOT_READABLE where nothing comes, or too much
 */
export function readSpecial(file: string): Buffer | undefined {
  const stat = statOf(file);
  if (!stat || stat.isFile() || stat.isDirectory()) return undefined;
  if (stat.isSocket()) throw refused(file, 'is a socket');
  const before = readBefore.get(file);
  if (before) return before;
  const handle = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  try {
    const bytes = readAll(handle, file, stat.isFIFO());
    readBefore.set(file, bytes);
    return bytes;
  } finally {
    fs.closeSync(handle);
  }
}

function readAll(handle: number, file: string, isPipe: boolean): Buffer {
  const parts: Buffer[] = [];
  let size = 0;
  const begun = performance.now();
  for (;;) {
    const part = Buffer.alloc(65_536);
    const count = readSome(handle, part);
    const waitedMs = performance.now() - begun;
    if (count !== undefined && count > 0) {
      parts.push(part.subarray(0, count));
      size += count;
      if (size > mostBytes) throw refused(file, `has more than ${mostBytes} bytes`);
    } else if (count === 0 && (size > 0 || !isPipe)) return Buffer.concat(parts);
    else if (waitedMs > (count === 0 ? emptyMs : silentMs))
      throw refused(file, `is ${isPipe ? 'a pipe' : 'a device'} from which nothing comes`);
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pollMs);
  }
}

/** Bytes that are there; 0 where nobody writes, `undefined` where a writer has not written yet. */
function readSome(handle: number, into: Buffer): number | undefined {
  try {
    return fs.readSync(handle, into);
  } catch (error) {
    if (codeOf(error) === 'EAGAIN') return undefined;
    throw error;
  }
}

function statOf(file: string): fs.Stats | undefined {
  try {
    return fs.statSync(file);
  } catch {
    // Whoever reads it says why it cannot be read.
    return undefined;
  }
}

const refused = (file: string, is: string): UserError =>
  new UserError({
    code: 'E_NOT_READABLE',
    found: `\`${file}\` ${is}`,
    needed: 'a file, or a pipe that is written to and closed',
    fix: 'put what it should say into a file of that name, or name another file, then run the same command again',
  });
