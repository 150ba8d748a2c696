import * as path from 'node:path';
import type { Host } from './index';

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
      // A blank and the like in a name is written in octal.
      return point ? [{ point: point.replace(/\\([0-7]{3})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 8))), options }] : [];
    })
    .filter(({ point }) => real === point || real.startsWith(point.endsWith('/') ? point : `${point}/`));
  // The last of several at one place lies on top.
  const on = mounts.reduce<(typeof mounts)[number] | undefined>(
    (best, one) => (!best || one.point.length >= best.point.length ? one : best),
    undefined,
  );
  return on?.options.split(',').includes('noexec') ? on.point : undefined;
}
