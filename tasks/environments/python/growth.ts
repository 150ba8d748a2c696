import * as path from 'node:path';
import type { Context } from '../../engine/context';
import { temporaryFolderOf } from '../../platform/disk';
import { cacheFolder } from './cache-folder';

/** Milliseconds between two looks, and how many times as long as the look took: a wheel may be ten thousand files, and unpacking takes all cores. */
const leastMs = 1000;
const rest = 10;

/** Where each puts what is on its way: uv unpacks it into its cache, pip keeps the file in its temporary folder. */
const places = {
  uv: { folder: (context: Context) => cacheFolder(context, 'uv'), begin: '.tmp' },
  pip: { folder: (context: Context) => temporaryFolderOf(context.host), begin: 'pip-unpack-' },
} as const;

/**
 * Tells how many bytes of what is being downloaded lie there by now, again and again: neither uv nor pip says so where its
 * output is no terminal. What lay there before does not count. @returns stops it
 */
export function watchGrowth(context: Context, installer: 'uv' | 'pip', tell: (bytes: number) => void): () => void {
  const { files } = context.host;
  const { begin, folder } = places[installer];
  const where = folder(context);
  const entries = () => {
    try {
      return files.list(where).filter((name) => name.startsWith(begin));
    } catch {
      return [];
    }
  };
  const before = new Set(entries());
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const wait = (ms: number) => {
    if (isOver) return;
    timer = setTimeout(() => void look(), ms);
    timer.unref();
  };
  const look = async () => {
    const began = performance.now();
    let bytes = 0;
    // It may get its name meanwhile, and be gone from here.
    for (const name of entries()) if (!before.has(name)) bytes += await files.sizeOf(path.join(where, name)).catch(() => 0);
    if (bytes > 0 && !isOver) tell(bytes);
    wait(Math.max(leastMs, rest * (performance.now() - began)));
  };
  wait(leastMs);
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}
