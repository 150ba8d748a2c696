import * as fs from 'node:fs';
import { UserError } from '../../common/errors';
import { beneath } from './beneath';
import { makeFolder } from './moving';
import { fileMode } from './private';
import { createText, writeText } from './writing';

/**
 * Files in a folder that other users may write into too. No link below that folder is followed, also not one under a file's
 * own name; what is read has a limit; what we write is for nobody else to change, whatever the umask.
 */

/** Who can have written a file: this user alone, root alone, or somebody else too. */
export type Writer = 'us' | 'root' | 'other';

/** A file that was read. */
export interface SharedText {
  text: string;
  stat: fs.Stats;
}

const { O_RDONLY, O_RDWR, O_NOFOLLOW, O_NONBLOCK } = fs.constants;

/** Ours to write, everybody's to read: a group that shares a folder shares no file in it that vouches for something. */
const modeOf = (folder: string): number => fileMode(folder) & 0o644;

/**
 * Who can have written what has this owner and these bits. Others than the owner can where the group may write, unless it
 * is the user's own: its number is the user's and nobody else is in it (Debian, Fedora: "user private groups").
 */
export function writerOf(stat: Pick<fs.Stats, 'uid' | 'gid' | 'mode'>): Writer {
  const user = process.getuid?.();
  // Windows has neither.
  if (user === undefined) return 'us';
  const isOwnGroup = stat.gid === stat.uid && (stat.uid === 0 || stat.gid === process.getgid?.());
  if ((stat.mode & 0o002) !== 0 || ((stat.mode & 0o020) !== 0 && !isOwnGroup)) return 'other';
  return stat.uid === user ? 'us' : stat.uid === 0 ? 'root' : 'other';
}

/** A file whose bytes are this user's alone: no link, under no other name, and nobody else's to write. */
export const isOursAlone = (stat: fs.Stats): boolean => stat.isFile() && stat.nlink === 1 && writerOf(stat) === 'us';

/**
 * The text of a file; `undefined` where there is none, it is a link or no file, may not be read, or has more than `most` bytes.
 * @throws UserError E_UNSAFE_PATH where a folder on the way is a link
 */
export function read(folder: string, name: string, most: number): SharedText | undefined {
  try {
    return beneath(folder, name, (place) => open(place, O_RDONLY, (handle, stat) => readTo(handle, stat, most)));
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

function readTo(handle: number, stat: fs.Stats, most: number): SharedText | undefined {
  if (!stat.isFile() || stat.size > most) return undefined;
  const bytes = Buffer.alloc(stat.size);
  let filled = 0;
  for (let count = -1; count !== 0 && filled < bytes.length; filled += count)
    count = fs.readSync(handle, bytes, filled, bytes.length - filled, filled);
  return { text: bytes.toString('utf8', 0, filled), stat };
}

/** Opens a file that is there, no link; a pipe under its name does not hold us up. */
function open<T>(place: Buffer, flags: number, work: (handle: number, stat: fs.Stats) => T): T {
  const handle = fs.openSync(place, flags | O_NOFOLLOW | O_NONBLOCK);
  try {
    return work(handle, fs.fstatSync(handle));
  } finally {
    fs.closeSync(handle);
  }
}

/** The entry itself, links not followed; `undefined` where there is nothing. @throws UserError E_UNSAFE_PATH */
export function lstat(folder: string, name: string): fs.Stats | undefined {
  try {
    return beneath(folder, name, (place) => fs.lstatSync(place, { throwIfNoEntry: false }));
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/**
 * Every file and link under a folder below `folder`, relative to `folder`, sorted; none where it is not there.
 * @param most entries that are looked at; what lies behind is left out
 * @throws UserError E_UNSAFE_PATH
 */
export function list(folder: string, below: string, most = 200_000): string[] {
  const found: string[] = [];
  const pending = [below];
  let left = most;
  for (let next = pending.pop(); next !== undefined && left > 0; next = pending.pop()) {
    for (const entry of entriesOf(folder, next)) {
      if (left-- <= 0) break;
      if (entry.isDirectory()) pending.push(`${next}/${entry.name}`);
      else found.push(`${next}/${entry.name}`);
    }
  }
  return found.sort();
}

function entriesOf(folder: string, name: string): fs.Dirent[] {
  try {
    return beneath(folder, `${name}/.`, (place) => fs.readdirSync(place, { withFileTypes: true }) as unknown as fs.Dirent[]);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

/**
 * Writes a whole file under a temporary name and renames it over what is there: a link under its name is replaced, not followed.
 * @param flush for what must not be lost with the power
 * @throws UserError E_UNSAFE_PATH; what the file system says
 */
export function write(folder: string, name: string, text: string, flush = false): void {
  makeFolder(folder);
  beneath(folder, name, (place) => writeText(place.toString(), text, flush, modeOf(folder)), { make: true });
}

/** Creates a file where nothing is, its folders too; false where something was there, a link included. @throws as {@link write} */
export function create(folder: string, name: string, text: string): boolean {
  makeFolder(folder);
  return beneath(folder, name, (place) => createText(place.toString(), text, modeOf(folder)), { make: true });
}

/**
 * Makes a file look written to just now, by the clock of its disk, without changing it: it needs no room.
 * @param isIt whether this text is that of the file that is meant
 * @returns false where it is another one, or no file
 */
export function touch(folder: string, name: string, most: number, isIt: (text: string) => boolean): boolean {
  try {
    return beneath(folder, name, (place) =>
      open(place, O_RDWR, (handle, stat) => {
        const found = readTo(handle, stat, most);
        if (!found || !isIt(found.text)) return false;
        // A time that we named ourselves would be that of this machine's clock, which another machine need not share.
        fs.writeSync(handle, found.text.slice(0, 1), 0);
        return true;
      }),
    );
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

/** Milliseconds since a file or link was written to, by the clock of its disk; below 0 where it is gone. */
export function ageOf(folder: string, name: string): number {
  return beneath(folder, name, (place) => {
    const now = `${place}.now-${crypto.randomUUID()}`;
    fs.writeFileSync(now, '', { flag: 'wx', mode: modeOf(folder) });
    try {
      return fs.lstatSync(now).mtimeMs - (fs.lstatSync(place, { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY);
    } finally {
      fs.rmSync(now, { force: true });
    }
  });
}

/** Removes a file or a link; what is gone is no error, and a folder stays. @throws UserError E_UNSAFE_PATH */
export function remove(folder: string, name: string): void {
  try {
    beneath(folder, name, (place) => fs.unlinkSync(place));
  } catch (error) {
    if (!isGone(error) && !lstat(folder, name)?.isDirectory()) throw error;
  }
}

/**
 * Gives an entry another name below the folder, over a file that is there; folders above it are made.
 * @throws UserError E_UNSAFE_PATH; what the file system says
 */
export function move(folder: string, from: string, to: string): void {
  beneath(folder, from, (source) => beneath(folder, to, (target) => fs.renameSync(source, target), { make: true }));
}

/** Gives an entry a second name, where that one is free. @returns whether it is done @throws UserError E_UNSAFE_PATH */
export function linkTo(folder: string, from: string, to: string): boolean {
  try {
    beneath(folder, from, (source) => beneath(folder, to, (target) => fs.linkSync(source, target)));
    return true;
  } catch (error) {
    if (error instanceof UserError) throw error;
    return false;
  }
}

/** ELOOP: a link under the name itself, where that was to be opened. */
const isGone = (error: unknown): boolean => ['ENOENT', 'ENOTDIR', 'ELOOP'].includes((error as NodeJS.ErrnoException).code ?? '');

/** Not there for us, whatever it is that lies there; ENXIO: a socket. */
const isAbsent = (error: unknown): boolean => isGone(error) || ['ENXIO', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '');
