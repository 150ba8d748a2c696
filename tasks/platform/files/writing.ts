import * as fs from 'node:fs';
import * as path from 'node:path';
import { codeOf } from '../../common/errors';
import { makeFolder } from './moving';
import { fileMode } from './private';

/**
 * Writes a whole file: temporary name beside it, flushed, then renamed over it. In the state folder it is for its owner alone.
 * @param flush false for what may be lost with the power, since it only spares work: a flush can take as long as that
 * @param mode of the file, less what the umask takes
 */
export function writeText(file: string, text: string, flush = true, mode = fileMode(file)): void {
  makeFolder(path.dirname(file));
  const temporary = temporaryName(file);
  try {
    const handle = fs.openSync(temporary, 'wx', mode);
    try {
      fs.writeFileSync(handle, text);
      if (flush) fs.fsyncSync(handle);
    } finally {
      fs.closeSync(handle);
    }
    fs.renameSync(temporary, file);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw withPlace(error, file);
  }
}

/** A full disk is told by a file's number alone: the message has to name a place. */
function withPlace(error: unknown, file: string): unknown {
  return error instanceof Error && !('path' in error) ? Object.assign(error, { path: file }) : error;
}

/** Creates a file only where nothing is; false where something was there. */
export function createText(file: string, text: string, mode = fileMode(file)): boolean {
  makeFolder(path.dirname(file));
  const temporary = temporaryName(file);
  try {
    fs.writeFileSync(temporary, text, { flag: 'wx', mode });
    // A hard link fails where the name is taken, which a rename does not, and the name appears whole.
    fs.linkSync(temporary, file);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (!['EPERM', 'ENOTSUP', 'ENOSYS'].includes(code ?? '')) throw error;
    return createInPlace(file, text, mode);
  } finally {
    fs.rmSync(temporary, { force: true });
  }
}

/** For a disk without hard links: for a moment the file is there and not whole. */
function createInPlace(file: string, text: string, mode: number): boolean {
  try {
    fs.writeFileSync(file, text, { flag: 'wx', mode });
    return true;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    return false;
  }
}

/** Not by the process number alone: on a shared disk another machine may have one with the same. */
const temporaryName = (file: string): string => `${file}.tmp-${process.pid}-${Math.random().toString(36).slice(2, 10)}`;

/** Writes a new file below a folder that has no name of its own yet: what is half written is nobody's to find. @throws EEXIST */
export function createBytes(file: string, bytes: Uint8Array, mode: number): void {
  makeFolder(path.dirname(file));
  fs.writeFileSync(file, bytes, { flag: 'wx', mode });
}

/** Copies a text file to where nothing is, with its mode: a script stays executable. */
export function createCopy(from: string, to: string): void {
  if (createText(to, fs.readFileSync(from, 'utf8'))) fs.chmodSync(to, fs.statSync(from).mode & 0o777);
}

/** Writes a new file of a beginning and the bytes of another file from an offset on. @throws EEXIST */
export function createFrom(start: Buffer, from: string, offset: number, to: string): void {
  makeFolder(path.dirname(to));
  const source = fs.openSync(from, 'r');
  try {
    const target = fs.openSync(to, 'wx');
    try {
      fs.writeFileSync(target, start);
      const block = Buffer.allocUnsafe(8_000_000);
      for (let at = offset; ; ) {
        const read = fs.readSync(source, block, 0, block.length, at);
        if (read === 0) break;
        // Not `writeSync`, which may write less than it was given: a disk that fills up.
        fs.writeFileSync(target, block.subarray(0, read));
        at += read;
      }
      fs.fsyncSync(target);
    } finally {
      fs.closeSync(target);
    }
  } finally {
    fs.closeSync(source);
  }
}
