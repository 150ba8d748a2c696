import * as fs from 'node:fs';
import { walk } from './walk';

/**
 * Folders by names of bytes, one character a byte (`latin1`): a file system holds names that are no UTF-8,
 * and as text two of them could be one.
 */

/** A file or a link in a folder; folders themselves are not listed. */
export interface Entry {
  /** Relative to the folder, `/` between. */
  name: string;
  size: number;
  /** Nanoseconds since 1970. */
  modified: bigint;
  /** Nanoseconds since 1970 of the last change of contents or attributes. */
  changed: bigint;
  inode: bigint;
}

const at = (folder: string, name: string): Buffer => Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name, 'latin1')]);

/** Names of all files and links under a folder, in no order; names in `skip` are left out at any depth. */
export const names = (folder: string, skip: readonly string[] = []): Generator<string> =>
  walk(folder, 'latin1', (name) => skip.includes(name.slice(name.lastIndexOf('/') + 1)));

/** One entry, links not followed; `undefined` where there is nothing. */
export function look(folder: string, name: string): (Entry & { isFile: boolean; isLink: boolean; isFolder: boolean }) | undefined {
  const stat = fs.lstatSync(at(folder, name), { bigint: true, throwIfNoEntry: false });
  if (!stat) return undefined;
  return {
    name,
    size: Number(stat.size),
    modified: stat.mtimeNs,
    changed: stat.ctimeNs,
    inode: stat.ino,
    isFile: stat.isFile(),
    isLink: stat.isSymbolicLink(),
    isFolder: stat.isDirectory(),
  };
}

/** Is there a file, not a link that leads nowhere? */
export function leadsToFile(folder: string, name: string): boolean {
  return fs.statSync(at(folder, name), { throwIfNoEntry: false })?.isFile() === true;
}

/** Moves a file to the same name in another folder, over what is there; folders above it are made. */
export function moveBetween(from: string, to: string, name: string): void {
  const above = name.lastIndexOf('/');
  if (above > 0) fs.mkdirSync(at(to, name.slice(0, above)), { recursive: true });
  fs.renameSync(at(from, name), at(to, name));
}

export const makeFolderAt = (folder: string, name: string): void => void fs.mkdirSync(at(folder, name), { recursive: true });

/** Removes a file or a link; one that is gone is no error. */
export function removeFile(folder: string, name: string): void {
  try {
    fs.unlinkSync(at(folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** Removes a folder that is empty; one that is not stays. */
export function removeEmptyFolder(folder: string, name: string): void {
  try {
    fs.rmdirSync(at(folder, name));
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

/** The bytes of a file through a hash or into a request. */
export const read = (folder: string, name: string): fs.ReadStream => fs.createReadStream(at(folder, name), { highWaterMark: 1 << 20 });
