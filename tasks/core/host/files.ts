import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

/** The text of a file, `undefined` where there is none. Other errors are thrown. */
export function readText(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** The bytes of a file. */
export const readBytes = (file: string): Buffer => fs.readFileSync(file);

/** Bytes of a file from an offset on, fewer where it ends before: a header of a large file is read alone. */
export function readPart(file: string, offset: number, length: number): Buffer {
  const handle = fs.openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(length);
    let filled = 0;
    for (let read = 1; read > 0 && filled < length; filled += read)
      read = fs.readSync(handle, bytes, filled, length - filled, offset + filled);
    return bytes.subarray(0, filled);
  } finally {
    fs.closeSync(handle);
  }
}

/** `stat` following links, with times in nanoseconds; `undefined` where there is nothing. */
export function exactStat(file: string): fs.BigIntStats | undefined {
  try {
    return fs.statSync(file, { bigint: true });
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** `stat` following links, `undefined` where there is nothing. */
export function stat(file: string): fs.Stats | undefined {
  try {
    return fs.statSync(file);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** `stat` of the entry itself: a dangling link is something. */
export function lstat(file: string): fs.Stats | undefined {
  return fs.lstatSync(file, { throwIfNoEntry: false });
}

/** The names in a folder, sorted; empty where there is no folder. */
export function list(folder: string): string[] {
  try {
    return fs.readdirSync(folder).sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** The path with all links resolved, `undefined` where it leads nowhere. */
export function realPath(file: string): string | undefined {
  try {
    return fs.realpathSync(file);
  } catch (error) {
    if (isMissing(error) || (error as NodeJS.ErrnoException).code === 'ELOOP') return undefined;
    throw error;
  }
}

/** Where a link leads, whether or not anything is there; `undefined` for what is no link. */
export function linkTarget(file: string): string | undefined {
  if (!lstat(file)?.isSymbolicLink()) return undefined;
  return realPath(file) ?? path.resolve(path.dirname(file), fs.readlinkSync(file));
}

/**
 * The same tree a second time, its files as hard links: cheap, and what replaces a file on one side leaves the other alone.
 * @throws what the file system says, where it has no hard links or no room
 */
export function linkTree(from: string, to: string, skip: readonly string[] = []): void {
  fs.mkdirSync(to, { recursive: true });
  for (const entry of fs.readdirSync(from, { withFileTypes: true })) {
    if (skip.includes(entry.name)) continue;
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) linkTree(source, target);
    else if (entry.isSymbolicLink()) fs.symlinkSync(fs.readlinkSync(source), target);
    else fs.linkSync(source, target);
  }
}

/**
 * Writes a whole file: temporary name beside it, flushed, then renamed over it.
 * @param flush false for what may be lost with the power, since it only spares work: a flush can take as long as that
 */
export function writeText(file: string, text: string, flush = true): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const temporary = temporaryName(file);
  try {
    const handle = fs.openSync(temporary, 'w');
    try {
      fs.writeFileSync(handle, text);
      if (flush) fs.fsyncSync(handle);
    } finally {
      fs.closeSync(handle);
    }
    fs.renameSync(temporary, file);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
}

/** Creates a file only where nothing is; false where something was there. */
export function createText(file: string, text: string): boolean {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const temporary = temporaryName(file);
  try {
    fs.writeFileSync(temporary, text);
    // A hard link fails where the name is taken, which a rename does not, and the name appears whole.
    fs.linkSync(temporary, file);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (!['EPERM', 'ENOTSUP', 'ENOSYS'].includes(code ?? '')) throw error;
    return createInPlace(file, text);
  } finally {
    fs.rmSync(temporary, { force: true });
  }
}

/** The same on a disk without hard links: for a moment the file is there and not whole. */
function createInPlace(file: string, text: string): boolean {
  try {
    fs.writeFileSync(file, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
}

/** Not by the process number alone: on a shared disk another machine may have one with the same. */
const temporaryName = (file: string): string => `${file}.tmp-${process.pid}-${Math.random().toString(36).slice(2, 10)}`;

/** Makes a file look written to just now, by the clock of its disk, without changing it: it needs no room. */
export function touch(file: string): void {
  const handle = fs.openSync(file, 'r+');
  try {
    const first = Buffer.alloc(1);
    // A time that we named ourselves would be that of this machine's clock, which another machine need not share.
    if (fs.readSync(handle, first, 0, 1, 0) === 1) fs.writeSync(handle, first, 0, 1, 0);
  } finally {
    fs.closeSync(handle);
  }
}

/** Milliseconds since a file was written to, by the clock of its disk; below 0 where it is gone. */
export function ageOf(file: string): number {
  const now = temporaryName(file);
  fs.writeFileSync(now, '');
  try {
    return fs.statSync(now).mtimeMs - (stat(file)?.mtimeMs ?? Number.POSITIVE_INFINITY);
  } finally {
    fs.rmSync(now, { force: true });
  }
}

/** Copies a text file to where nothing is, with its mode: a script stays executable. */
export function createCopy(from: string, to: string): void {
  if (createText(to, fs.readFileSync(from, 'utf8'))) fs.chmodSync(to, fs.statSync(from).mode & 0o777);
}

/** A new folder for what is needed for a moment; whoever makes it removes it. */
export const temporaryFolder = (prefix: string): string => fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), prefix)));

export const makeFolder = (folder: string): void => void fs.mkdirSync(folder, { recursive: true });
/** A hard link; a symbolic one where the target is on another disk. */
export function link(target: string, file: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  try {
    fs.linkSync(target, file);
  } catch (error) {
    if (!['EXDEV', 'EPERM', 'ENOTSUP', 'EMLINK'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    fs.symlinkSync(target, file);
  }
}

/**
 * A folder that nobody else can enter, made where it is missing.
 * @throws Error where it is a link or another user's: what lies in it could not be trusted
 */
export function makePrivateFolder(folder: string): void {
  fs.mkdirSync(path.dirname(folder), { recursive: true });
  try {
    fs.mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const entry = fs.lstatSync(folder);
  if (!entry.isDirectory() || entry.uid !== (process.getuid?.() ?? entry.uid)) throw new Error(`\`${folder}\` is not a folder of ours`);
  if ((entry.mode & 0o077) !== 0) fs.chmodSync(folder, 0o700);
}

/** A rename; on another disk, and on the layers of a container image, where a folder cannot be renamed, a copy that takes its place. */
export function move(from: string, to: string): void {
  try {
    fs.renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    (require('fs-extra') as typeof import('fs-extra')).moveSync(from, to);
  }
}

export const remove = (file: string): void => fs.rmSync(file, { recursive: true, force: true });

/** May this user make files in a folder? False on a disk that is mounted read-only. */
export function isWritable(folder: string): boolean {
  try {
    fs.accessSync(folder, fs.constants.W_OK | fs.constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Bytes on disk under a folder, links not followed; 0 where there is nothing. */
export async function sizeOf(folder: string): Promise<number> {
  const entry = lstat(folder);
  if (!entry) return 0;
  if (entry.isSymbolicLink()) {
    const target = realPath(folder);
    return target ? sizeOf(target) : 0;
  }
  if (!entry.isDirectory()) return entry.blocks * 512;
  let total = 0;
  const pending = [folder];
  for (let next = pending.pop(); next; next = pending.pop()) {
    for (const item of await fs.promises.readdir(next, { withFileTypes: true })) {
      const full = path.join(next, item.name);
      if (item.isDirectory()) pending.push(full);
      else if (item.isFile()) total += (await fs.promises.lstat(full)).blocks * 512;
    }
  }
  return total;
}

function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
}
