import * as fs from 'node:fs';
import * as path from 'node:path';
import { codeOf } from '../../common/errors';
import { tryParse } from '../../untrusted/json';
import { readSpecial } from './special';
import { type Listed, walk } from './walk';

/** The text of a file, or of a pipe that a person named, `undefined` where there is none. Other errors are thrown. {@link readSpecial} */
export function readText(file: string): string | undefined {
  try {
    return readSpecial(file)?.toString('utf8') ?? fs.readFileSync(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw asReading(error, file);
  }
}

/**
 * The value of a JSON file; `undefined` where there is no such file, it cannot be read, has more than `most` bytes, or is no JSON.
 * What is in it is still anybody's.
 */
export function readJson(file: string, most = 64_000_000): unknown {
  try {
    const entry = fs.statSync(file);
    return entry.isFile() && entry.size <= most ? tryParse(fs.readFileSync(file, 'utf8')) : undefined;
  } catch {
    return undefined;
  }
}

/** The bytes of a file, or of a pipe that a person named. {@link readSpecial} */
export function readBytes(file: string): Buffer {
  try {
    return readSpecial(file) ?? fs.readFileSync(file);
  } catch (error) {
    throw asReading(error, file);
  }
}

/** Bytes of a file from an offset on, fewer where it ends before: a header of a large file is read alone. */
export function readPart(file: string, offset: number, length: number): Buffer {
  const handle = openToRead(file);
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

/** `stat` following links, with times in nanoseconds; `undefined` where there is nothing, or links lead nowhere. */
export function exactStat(file: string): fs.BigIntStats | undefined {
  try {
    return fs.statSync(file, { bigint: true });
  } catch (error) {
    if (leadsNowhere(error)) return undefined;
    throw error;
  }
}

/** `stat` following links, `undefined` where there is nothing, or links lead nowhere. */
export function stat(file: string): fs.Stats | undefined {
  try {
    return fs.statSync(file);
  } catch (error) {
    if (leadsNowhere(error)) return undefined;
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

/**
 * Every file and link under a folder, relative to it with `/` between, sorted; links are not followed. Empty where there is no folder.
 * @param skip names at the top that are left out with what is in them
 */
export const filesUnder = (folder: string, skip: readonly string[] = []): string[] =>
  [...listedUnder(folder, skip)].map(({ name }) => name).sort();

/** {@link filesUnder} one by one, in no order, with what each is. */
export const listedUnder = (folder: string, skip: readonly string[] = []): Generator<Listed> =>
  walk(folder, 'utf8', (name) => skip.includes(name));

/** The path with all links resolved, `undefined` where it leads nowhere. */
export function realPath(file: string): string | undefined {
  try {
    return fs.realpathSync(file);
  } catch (error) {
    if (leadsNowhere(error)) return undefined;
    throw error;
  }
}

/** Where a link leads, whether or not anything is there; `undefined` for what is no link. */
export function linkTarget(file: string): string | undefined {
  if (!lstat(file)?.isSymbolicLink()) return undefined;
  return realPath(file) ?? path.resolve(path.dirname(file), fs.readlinkSync(file));
}

/** May this user make files in a folder? False on a disk that is mounted read-only. */
export function isWritable(folder: string): boolean {
  try {
    fs.accessSync(folder, fs.constants.W_OK | fs.constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Bytes on disk under a folder, whatever bytes its names are of, links not followed; 0 where there is nothing.
 * @param seen gets the size of each file; what it throws ends the walk
 */
export async function sizeOf(folder: string, seen: (bytes: number) => void = () => undefined): Promise<number> {
  const entry = lstat(folder);
  if (!entry) return 0;
  if (entry.isSymbolicLink()) {
    const target = realPath(folder);
    return target ? sizeOf(target, seen) : 0;
  }
  if (!entry.isDirectory()) return entry.blocks * 512;
  let total = 0;
  const pending = [Buffer.from(folder)];
  for (let next = pending.pop(); next; next = pending.pop()) {
    // What goes away meanwhile takes no room.
    const items = await fs.promises.readdir(next, { withFileTypes: true, encoding: 'buffer' }).catch(noneIfMissing);
    for (const item of items ?? []) {
      const full = Buffer.concat([next, Buffer.from('/'), item.name as unknown as Buffer]);
      if (item.isDirectory()) pending.push(full);
      else if (item.isFile()) {
        const size = ((await fs.promises.lstat(full).catch(noneIfMissing))?.blocks ?? 0) * 512;
        total += size;
        seen(size);
      }
    }
  }
  return total;
}

const noneIfMissing = (error: unknown): undefined => {
  if (!isMissing(error)) throw error;
};

/** Of a pipe no part is read: it is refused (ESPIPE), and holds nobody up before. */
function openToRead(file: string): number {
  try {
    return fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  } catch (error) {
    throw asReading(error, file);
  }
}

/** `open` refuses a reader and a writer alike, and of a folder only `read` fails, which knows no path: both are told with the error (common/errors.ts). */
const asReading = (error: unknown, path: string): Error => Object.assign(error as Error, { path, isReading: true });

const isMissing = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(codeOf(error));
/** Links in a circle, and one to a name that is too long for a file, lead to nothing as others do whose file is gone. */
const leadsNowhere = (error: unknown): boolean => isMissing(error) || ['ELOOP', 'ENAMETOOLONG'].includes(codeOf(error));
