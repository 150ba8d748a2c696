import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Host } from './index';

export interface FreeSpace {
  /** Bytes that this user can still write. */
  availableBytes: number;
  /** Files that can still be made; `undefined` where the filesystem does not count them. */
  availableFiles: number | undefined;
  /** The number of the filesystem: equal for two paths that lie on one. */
  device: number;
  /** The nearest folder above the path that is there: what was measured. */
  measured: string;
}

/** Free space where a path is, or would be once it is made. */
export async function freeSpace(target: string): Promise<FreeSpace> {
  let measured = target;
  while (!fs.existsSync(measured)) measured = path.dirname(measured);
  const { files, ffree } = await fs.promises.statfs(measured);
  // btrfs and the like have no table of inodes.
  const availableFiles = files > 0 ? ffree : undefined;
  return { availableBytes: await available(measured), availableFiles, device: fs.statSync(measured).dev, measured };
}

async function available(folder: string): Promise<number> {
  let check: typeof import('diskusage').check;
  try {
    ({ check } = require('diskusage'));
  } catch {
    // An optional dependency: on a machine that left it out, Node's own call gives the same number.
    const { bavail, bsize } = await fs.promises.statfs(folder);
    return bavail * bsize;
  }
  return (await check(folder)).available;
}

/** Where programs put temporary files: what POSIX says, and Python and Node do. */
export const temporaryFolderOf = ({ env, platform }: Pick<Host, 'env' | 'platform'>): string =>
  (platform === 'win32' ? env.TEMP || env.TMP : env.TMPDIR || env.TMP || env.TEMP) || (platform === 'win32' ? 'C:\\Windows\\Temp' : '/tmp');
