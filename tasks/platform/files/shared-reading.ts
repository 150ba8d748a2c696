import * as fs from 'node:fs';
import { codeOf } from '../../common/errors';
import { beneath } from './beneath';

/** Looks at what {@link ./shared} is about. */

/** Who can have written a file: this user alone, root alone, or somebody else too. */
export type Writer = 'us' | 'root' | 'other';

/** A file that was read. */
export interface SharedText {
  text: string;
  stat: fs.Stats;
}

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;

/**
 * Whether others than the owner may write what has these bits: the group may, unless it is the owner's own. That has the
 * owner's number, and nobody else is in it (Debian, Fedora: "user private groups").
 */
export function isOpenToOthers({ uid, gid, mode }: Pick<fs.Stats, 'uid' | 'gid' | 'mode'>): boolean {
  const isOwnGroup = gid === uid && (uid === 0 || gid === process.getgid?.());
  return (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && !isOwnGroup);
}

/** Who can have written what has this owner and these bits. Windows has neither. */
export function writerOf(stat: Pick<fs.Stats, 'uid' | 'gid' | 'mode'>): Writer {
  const user = process.getuid?.();
  if (user === undefined) return 'us';
  if (isOpenToOthers(stat)) return 'other';
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

export function readTo(handle: number, stat: fs.Stats, most: number): SharedText | undefined {
  if (!stat.isFile() || stat.size > most) return undefined;
  const bytes = Buffer.alloc(stat.size);
  let filled = 0;
  for (let count = -1; count !== 0 && filled < bytes.length; filled += count)
    count = fs.readSync(handle, bytes, filled, bytes.length - filled, filled);
  return { text: bytes.toString('utf8', 0, filled), stat };
}

/** Opens a file that is there, no link; a pipe under its name does not hold us up. */
export function open<T>(place: Buffer, flags: number, work: (handle: number, stat: fs.Stats) => T): T {
  const handle = fs.openSync(place, flags | O_NOFOLLOW | O_NONBLOCK);
  try {
    return work(handle, fs.fstatSync(handle));
  } finally {
    fs.closeSync(handle);
  }
}

/** {@link lstat} with times in nanoseconds. */
export function exactLstat(folder: string, name: string): fs.BigIntStats | undefined {
  try {
    return beneath(folder, name, (place) => fs.lstatSync(place, { bigint: true, throwIfNoEntry: false }));
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** @returns false where this user may not do it: in a folder of another user, or on a disk that is only read */
export function permitted(work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (['EACCES', 'EPERM', 'EROFS'].includes(codeOf(error))) return false;
    throw error;
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

/** What lies in one folder below `folder`, in no order; nothing where it is not there. @throws UserError E_UNSAFE_PATH */
export function entriesOf(folder: string, name: string): fs.Dirent[] {
  try {
    return beneath(folder, `${name}/.`, (place) => fs.readdirSync(place, { withFileTypes: true }) as unknown as fs.Dirent[]);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

/** ELOOP: a link under the name itself, where that was to be opened. */
export const isGone = (error: unknown): boolean => ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(codeOf(error));

/** Not there for us, whatever it is that lies there; ENXIO: a socket. */
export const isAbsent = (error: unknown): boolean => isGone(error) || ['ENXIO', 'EACCES'].includes(codeOf(error));

/** Whether two looks saw one file: its number on its disk. */
export const isSameFile = (one: Pick<fs.BigIntStats, 'dev' | 'ino'>, other: Pick<fs.BigIntStats, 'dev' | 'ino'>): boolean =>
  one.dev === other.dev && one.ino === other.ino;
