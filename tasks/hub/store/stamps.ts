import * as path from 'node:path';
import { bootId, isBeforeBoot } from '../../platform/boot-id';
import { type FileFingerprint, fileFingerprint, sameFingerprint } from '../../platform/hashing';
import { isByteCount, isSha1, isSha256 } from '../../untrusted/hashes';
import { fieldsOf, tryParse } from '../../untrusted/json';
import { stampName } from './layout';
import { type RecordKeeper, readOwnTexts, removeOwnText, writeOwnText } from './own';

/** What was true of a file when its bytes were hashed. It spares the next look only while all of it is what it was. */
export interface HashStamp extends FileFingerprint {
  /** Hex: SHA-256 of an LFS file, else the git blob's SHA-1. */
  hash: string;
  /** The boot that the file was written in: before another one it may not have reached the disk. Absent where it has. */
  boot?: string;
}

const mostOfStamp = 4096;

/** A stamp's text; `undefined` where it is none. */
export function parseStamp(text: string): HashStamp | undefined {
  const { size, mtime, ctime, inode, hash, boot } = fieldsOf(tryParse(text, mostOfStamp)) ?? {};
  if (!isByteCount(size) || !isCount(mtime) || !isCount(ctime) || !isCount(inode)) return undefined;
  if (!(isSha1(hash) || isSha256(hash)) || (boot !== undefined && typeof boot !== 'string')) return undefined;
  return { size, mtime, ctime, inode, hash, ...(boot === undefined ? {} : { boot }) };
}

const isCount = (value: unknown): value is string => typeof value === 'string' && /^-?\d{1,30}$/.test(value);

/** What this user remembers of a file that has not been touched since; `undefined` where there is nothing that holds. */
export function stampOn(here: RecordKeeper, folder: string, file: string): HashStamp | undefined {
  const stat = here.host.files.exactStat(path.join(folder, file));
  if (!stat) return undefined;
  return readOwnTexts(here, folder, stampName(file), mostOfStamp)
    .flatMap((text) => parseStamp(text) ?? [])
    .find((stamp) => sameFingerprint(stamp, fileFingerprint(stat)) && (stamp.boot === undefined || stamp.boot === bootId(here.host)));
}

/** The hash of a file that was hashed before and has not been touched since. */
export const stampedHash = (here: RecordKeeper, folder: string, file: string): string | undefined => stampOn(here, folder, file)?.hash;

/** Remembers a hash. `stamp` is what was read to make it: a change since makes it worthless. */
export function writeStamp(
  here: RecordKeeper,
  folder: string,
  file: string,
  { size, mtime, ctime, inode }: FileFingerprint,
  hash: string,
): void {
  const boot = isBeforeBoot(here.host, Number(BigInt(mtime) / 1_000_000n)) ? {} : { boot: bootId(here.host) };
  writeOwnText(here, folder, stampName(file), JSON.stringify({ size, mtime, ctime, inode, hash, ...boot } satisfies HashStamp));
}

/** Before the file that it vouches for is touched. */
export const removeStamp = (here: RecordKeeper, folder: string, file: string): void => removeOwnText(here, folder, stampName(file));
