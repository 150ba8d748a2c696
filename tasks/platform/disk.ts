import * as fs from 'node:fs';
import * as path from 'node:path';

export interface FreeSpace {
  /** Bytes that this user can still write. */
  availableBytes: number;
  /** The number of the filesystem: equal for two paths that lie on one. */
  device: number;
  /** The nearest folder above the path that is there: what was measured. */
  measured: string;
}

/** Free space where a path is, or would be once it is made. */
export async function freeSpace(target: string): Promise<FreeSpace> {
  let measured = target;
  while (!fs.existsSync(measured)) measured = path.dirname(measured);
  return { availableBytes: await available(measured), device: fs.statSync(measured).dev, measured };
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
