import * as fs from 'node:fs';
import { codeOf, UserError } from '../../common/errors';
import { beneath, unsafePath } from './beneath';
import { link, makeFolder } from './moving';
import { fileMode } from './private';
import { entriesOf, isAbsent, isGone, isSameFile, lstat, open, readTo } from './shared-reading';
import { createText, writeText } from './writing';

/** Writes what {@link ./shared} is about. */

const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK } = fs.constants;

/** Ours to write, everybody's to read: a group that shares a folder shares no file in it that vouches for something. */
const modeOf = (folder: string): number => fileMode(folder) & 0o644;

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

/** Removes a folder with the folders in it, those that hold nothing alone; links stay. @throws UserError E_UNSAFE_PATH */
export function removeEmptyFolders(folder: string, name: string): void {
  for (const entry of entriesOf(folder, name)) if (entry.isDirectory()) removeEmptyFolders(folder, `${name}/${entry.name}`);
  try {
    beneath(folder, name, (place) => fs.rmdirSync(place));
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EACCES', 'EPERM', 'EROFS', 'ENOENT'].includes(codeOf(error))) throw error;
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

/** A hard link to a file from elsewhere, a symbolic one where that is on another disk; folders above it are made. @throws as {@link move} */
export function linkFrom(target: string, folder: string, name: string): void {
  beneath(folder, name, (place) => link(target, place.toString()), { make: true });
}

/** A copy of a file below the folder, where nothing is yet. @throws as {@link move} */
export function copy(folder: string, from: string, to: string): void {
  const { COPYFILE_EXCL, COPYFILE_FICLONE } = fs.constants;
  beneath(folder, from, (source) =>
    beneath(folder, to, (target) => fs.copyFileSync(source, target, COPYFILE_EXCL | COPYFILE_FICLONE), { make: true }),
  );
}

/** Makes a folder below the folder, and those above it. @throws UserError E_UNSAFE_PATH */
export const makeFolderIn = (folder: string, name: string): void => {
  makeFolder(folder);
  beneath(folder, `${name}/.`, () => undefined, { make: true });
};

/** A file that is open, for who opened it to close. */
export interface Opened {
  handle: number;
  stat: fs.BigIntStats;
}

/**
 * Opens a file of our own to go on writing it; where there is none, one that is new takes the place of what is there.
 * @param isIt whether what is there is the file that is meant, and may be gone on with
 * @throws UserError E_UNSAFE_PATH; what the file system says
 */
export function openOwn(folder: string, name: string, isIt: (stat: fs.Stats) => boolean): Opened & { isNew: boolean } {
  return beneath(
    folder,
    name,
    (place) => {
      const there = fs.lstatSync(place, { throwIfNoEntry: false });
      if (there?.isFile() && isIt(there)) {
        const seen = fs.lstatSync(place, { bigint: true });
        const handle = fs.openSync(place, O_RDWR | O_NOFOLLOW | O_NONBLOCK);
        const stat = fs.fstatSync(handle, { bigint: true });
        if (isSameFile(stat, seen)) return { handle, stat, isNew: false };
        fs.closeSync(handle);
      }
      if (there?.isDirectory()) throw unsafePath(folder, name);
      if (there) fs.unlinkSync(place);
      const handle = fs.openSync(place, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, modeOf(folder));
      return { handle, stat: fs.fstatSync(handle, { bigint: true }), isNew: true };
    },
    { make: true },
  );
}
