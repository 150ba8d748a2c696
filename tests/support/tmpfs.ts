import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { afterwards } from './watch';

/**
 * Mounts a small file system, until this process ends: root may, on Linux.
 * @param options of the mount, `size=4m` for example
 * @returns why there is none; `undefined` where it is mounted
 */
export function mountTmpfs(folder: string, options: string): string | undefined {
  fs.mkdirSync(folder, { recursive: true });
  const { status, stderr, error } = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { encoding: 'utf8' });
  if (status !== 0) return `a tmpfs cannot be mounted here: ${String(error ?? stderr).trim()}`;
  // In front of those that remove folders: one that is mounted cannot be removed.
  process.prependOnceListener('exit', () => spawnSync('umount', ['-l', folder]));
  afterwards('umount -l "$1" 2>/dev/null', folder);
  return undefined;
}
