import * as fs from 'node:fs';
import { codeOf } from '../../common/errors';
import type { RelativeName } from '../../untrusted/names';
import { beneath, byBytes } from './beneath';

const { O_WRONLY, O_CREAT, O_EXCL, O_TRUNC, O_APPEND, O_NOFOLLOW } = fs.constants;

/**
 * Moves a file or a link to the same name in another folder, over a file or a link that is there; folders above it are made.
 * @throws UserError E_UNSAFE_PATH where a link is on the way, on either side
 */
export function moveBetween(from: string, to: string, name: RelativeName): void {
  beneath(from, name, (source) => beneath(to, name, (target) => fs.renameSync(source, target), { ...byBytes, make: true }), byBytes);
}

/** Makes a folder, and those above it. @throws UserError E_UNSAFE_PATH where one of them is a link or a file */
export const makeFolderAt = (folder: string, name: RelativeName): void =>
  beneath(folder, `${name}/.`, () => undefined, { ...byBytes, make: true });

/** Removes a file or a link; one that is gone is no error. @throws UserError E_UNSAFE_PATH where a link is on the way */
export function removeFile(folder: string, name: RelativeName): void {
  try {
    beneath(folder, name, (place) => fs.unlinkSync(place), byBytes);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

/** Removes a folder that is empty; anything else stays. @throws UserError E_UNSAFE_PATH where a link is on the way */
export function removeEmptyFolder(folder: string, name: RelativeName): void {
  try {
    beneath(folder, name, (place) => fs.rmdirSync(place), byBytes);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR'].includes(codeOf(error))) throw error;
  }
}

/**
 * A new file whose bytes come in any order; folders above it are made.
 * @param mode within the umask
 * @throws UserError E_UNSAFE_PATH; EEXIST where there is one
 */
export function openNew(folder: string, name: RelativeName, mode: number): { write(data: Buffer, at: number): void; close(): void } {
  const flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
  const fd = beneath(folder, name, (place) => fs.openSync(place, flags, mode), { ...byBytes, make: true });
  return {
    write(data, at) {
      for (let done = 0; done < data.length; ) done += fs.writeSync(fd, data, done, data.length - done, at + done);
    },
    close: () => fs.closeSync(fd),
  };
}

/**
 * Writes bytes at the end of a file, no link; folders above it are made.
 * @param anew of an empty file
 * @throws UserError E_UNSAFE_PATH where a link is on the way
 */
export function append(folder: string, name: RelativeName, data: Buffer, anew: boolean): void {
  const flags = O_WRONLY | O_CREAT | O_NOFOLLOW | (anew ? O_TRUNC : O_APPEND);
  beneath(folder, name, (place) => fs.writeFileSync(place, data, { flag: flags as unknown as string }), { ...byBytes, make: true });
}

/** Sets when a file was changed, in milliseconds since 1970. @throws UserError E_UNSAFE_PATH where a link is on the way */
export const setTime = (folder: string, name: RelativeName, modifiedMs: number): void =>
  beneath(folder, name, (place) => fs.lutimesSync(place, new Date(), new Date(modifiedMs)), byBytes);
