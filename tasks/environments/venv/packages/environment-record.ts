import * as path from 'node:path';
import { sha256 } from '../../../common/hash';
import type { Context } from '../../../engine/context';
import type { Inputs } from '../../../engine/state';
import { fieldsOf, tryParse } from '../../../untrusted/json';
import { realPlace } from '../../prefix/prefix';
import { sitePackagesEntries } from '../../prefix/site-packages';
import type { MarkerValues } from '../../python/markers';

/** The program behind `bin/python`, as the file system tells: another one has another size or time. */
export interface BasePython {
  path: string;
  size: number;
  mtimeMs: number;
}

/**
 * Our own file in an environment. It says that the folder is ours to replace, and whether it is whole:
 * `building` is written before anything else in the folder is touched, `done` after everything.
 */
export type EnvironmentRecord =
  | { state: 'building' }
  | {
      state: 'done';
      /** Where it was built: environments do not move. */
      path: string;
      base: BasePython;
      /** The setting `python.interpreter` that it was built under. */
      interpreter: string | null;
      /** Who installed the packages, for example `uv 0.13.9`. */
      installer: string;
      /** For the markers of the lock, so that a look starts no Python. */
      markers: MarkerValues;
      /** A hash of the names beside each other in its folder of packages. */
      contents: string;
      /** What it was made of, by names that a person knows. */
      inputs: Inputs;
    };

export const environmentRecordName = 'just-lora.json';

/** The marker of a folder; `undefined` where there is none, and the folder is somebody else's. */
export function readEnvironmentRecord({ host }: Context, folder: string): EnvironmentRecord | undefined {
  const text = host.files.readText(path.join(folder, environmentRecordName));
  if (text === undefined) return undefined;
  const marker = fieldsOf(tryParse(text)) as EnvironmentRecord | undefined;
  const whole = marker?.state === 'done' && marker.base && marker.markers && marker.inputs && typeof marker.path === 'string';
  // Ours, and where it cannot be read, not to be trusted.
  return whole ? marker : { state: 'building' };
}

export function writeEnvironmentRecord({ host }: Context, folder: string, marker: EnvironmentRecord): void {
  host.files.writeText(path.join(folder, environmentRecordName), `${JSON.stringify(marker, null, 2)}\n`);
}

/** Notes that the packages are not what was installed: the next look goes over every file, until they are mended. */
export function distrustPackages(context: Context, folder: string): void {
  const record = readEnvironmentRecord(context, folder);
  if (record?.state === 'done') writeEnvironmentRecord(context, folder, { ...record, contents: '' });
}

/** The program that an environment runs on, `undefined` where its link leads nowhere. */
export function baseOf({ host }: Context, python: string): BasePython | undefined {
  const real = host.files.realPath(python);
  const entry = real && host.files.stat(real);
  return entry ? { path: real, size: entry.size, mtimeMs: entry.mtimeMs } : undefined;
}

export const sameBase = (left: BasePython, right: BasePython): boolean =>
  left.path === right.path && left.size === right.size && left.mtimeMs === right.mtimeMs;

/** What lies in a folder of packages, as one value. */
export const contentsOf = ({ host }: Context, sitePackages: string): string => sha256(sitePackagesEntries(host, sitePackages).join('\n'));

/** What a whole environment was made of, where it was built at a place: in that place, or beside it since. */
export const inputsMadeAt =
  (context: Context, place: string) =>
  (folder: string): Inputs | undefined => {
    const record = context.host.files.lstat(folder)?.isDirectory() ? readEnvironmentRecord(context, folder) : undefined;
    return record?.state === 'done' && record.path === realPlace(context.host, place) ? record.inputs : undefined;
  };
