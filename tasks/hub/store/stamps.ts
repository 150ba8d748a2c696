import type { Stats } from 'node:fs';
import * as path from 'node:path';
import type { Host } from '../../platform';
import { bootOf, isBeforeBoot } from '../../platform/boot-id';

/**
 * What was true of a file when its bytes were hashed. It spares the next look only while every one of
 * size, mtime, inode and ctime is what it was.
 */
export interface Stamp {
  size: number;
  mtimeMs: number;
  ctimeMs: number;
  ino: number;
  /** Hex: SHA-256 of an LFS file, else the git blob's SHA-1. */
  hash: string;
  /** The boot that the file was written in: before another one it may not have reached the disk. Absent where it has. */
  boot?: string;
}

const stampFile = (folder: string, file: string): string => path.join(folder, '.cache', 'just-lora', 'stamps', `${file}.json`);

/** The hash of a file that was hashed before and has not been touched since; `undefined` otherwise. */
export function stampedHash(host: Host, folder: string, file: string): string | undefined {
  try {
    const stamp = JSON.parse(host.files.readText(stampFile(folder, file)) ?? '') as Stamp;
    const stat = host.files.stat(path.join(folder, file));
    if (stamp.boot !== undefined && stamp.boot !== bootOf(host)) return undefined;
    return stat && isSame(stamp, stat) ? stamp.hash : undefined;
  } catch {
    return undefined;
  }
}

/** Remembers a hash. `before` is the file as it was before it was read: a change in between makes the stamp worthless. */
export function writeStamp(host: Host, folder: string, file: string, before: Stats, hash: string): void {
  const { size, mtimeMs, ctimeMs, ino } = before;
  const boot = isBeforeBoot(host, mtimeMs) ? {} : { boot: bootOf(host) };
  host.files.writeText(stampFile(folder, file), JSON.stringify({ size, mtimeMs, ctimeMs, ino, hash, ...boot } satisfies Stamp), false);
}

/** Before the file that it vouches for is touched. */
export const removeStamp = (host: Host, folder: string, file: string): void => host.files.remove(stampFile(folder, file));

const isSame = (stamp: Stamp, stat: Stats): boolean =>
  stamp.size === stat.size && stamp.mtimeMs === stat.mtimeMs && stamp.ctimeMs === stat.ctimeMs && stamp.ino === stat.ino;
