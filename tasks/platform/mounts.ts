import * as path from 'node:path';
import type { Host } from './index';

/** A folder that something is mounted at. */
export interface Mount {
  point: string;
}

/** A name in a list of mounts, where a blank and the like is written in octal: proc(5), fstab(5). */
export const mountName = (field: string): string =>
  field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

export const isAtOrBelow = (file: string, folder: string): boolean =>
  file === folder || file.startsWith(folder === '/' ? '/' : `${folder}/`);

/** The mount that a path is on, links resolved; the last of several at one place lies on top. */
export const mountOver = <M extends Mount>(mounts: readonly M[], file: string): M | undefined =>
  mounts
    .filter(({ point }) => isAtOrBelow(file, point))
    .reduce<M | undefined>((best, one) => (!best || one.point.length >= best.point.length ? one : best), undefined);

/**
 * The mount that a path is on, where no program of it may be started: proc(5) `mounts` names each with its options.
 * @returns the folder that it is mounted at; `undefined` where programs start, or nothing is known
 */
export function noexecMount({ files, platform, systemRoot }: Host, target: string): string | undefined {
  if (platform !== 'linux') return undefined;
  let there = target;
  while (!files.lstat(there) && path.dirname(there) !== there) there = path.dirname(there);
  const real = files.realPath(there) ?? there;
  const mounts = (files.readText(path.join(systemRoot, 'proc/self/mounts')) ?? files.readText(path.join(systemRoot, 'proc/mounts')) ?? '')
    .split('\n')
    .flatMap((line) => {
      const [, point, , options = ''] = line.split(' ');
      return point ? [{ point: mountName(point), options }] : [];
    });
  const on = mountOver(mounts, real);
  return on?.options.split(',').includes('noexec') ? on.point : undefined;
}
