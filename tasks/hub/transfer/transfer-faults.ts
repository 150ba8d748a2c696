import { isFull, UserError } from '../../common/errors';
import { hashOf } from '../model/hub-file';
import type { FileDownload, SizedFile } from './file-download';

/** The Hub has other bytes than the commit names. */
export function otherBytes(file: SizedFile, commit: string, offered: string): UserError {
  const { hex, algorithm } = hashOf(file);
  return new UserError({
    code: 'E_MODEL_CHANGED',
    found: `\`${file.path}\` at commit ${commit.slice(0, 12)} is ${algorithm} ${hex}, and the Hub offers ${offered}`,
    needed: 'the bytes that the commit names',
    fix: 'run the same command again later; where HF_ENDPOINT is a mirror, tell its owner',
  });
}

/** All tries were in vain. */
export const noByte = ({ file: { path }, left }: Pick<FileDownload, 'file' | 'left'>, tries: number, last: Error): UserError =>
  new UserError({
    code: 'E_MODEL_TRANSFER',
    found: `\`${path}\`: ${tries} tries in a row brought no byte; the last error: ${last.message}${left === undefined ? '' : `; it was to come from the Hub, since ${left}`}`,
    needed: 'a stable connection',
    fix: 'run the same command again: it continues where it stopped',
  });

/** Every request brings next to nothing. */
export const tooSlow = ({ path }: SizedFile, requests: number, last: Error): UserError =>
  new UserError({
    code: 'E_MODEL_TRANSFER',
    found: `\`${path}\`: ${requests} requests in a row were too slow; the last one: ${last.message}`,
    needed: 'a connection that brings bytes',
    fix: 'run the same command again: it continues where it stopped; `--set download.answer_seconds=600` waits longer for them',
  });

/** All bytes came, twice, and the hash was wrong each time. */
export function wrongTwice({ file, packed }: Pick<FileDownload, 'file' | 'packed'>, actual: string, kept: string): UserError {
  const { hex, algorithm } = hashOf(file);
  return new UserError({
    code: 'E_MODEL_HASH',
    found: `\`${file.path}\` came twice with other bytes: ${algorithm} ${actual}, expected ${hex}${packed === undefined ? '' : ` (the server sent it with \`Content-Encoding: ${packed}\`, which was not asked for)`}; the last one is kept in \`${kept}\``,
    needed: `${algorithm} ${hex}`,
    fix: 'run the same command again on another network, or without the proxy or mirror that changes bytes',
  });
}

/** Somebody else filled the disk since we looked; any other error is given back. */
export function fullDisk(error: Error, folder: string): Error {
  if (!isFull(error)) return error;
  return new UserError({
    code: 'E_DISK_FULL',
    found: `no space left in \`${folder}\` while the model was on its way`,
    needed: 'the space that was free when it began',
    fix: 'free some and run the same command again: it continues where it stopped',
  });
}
