import * as path from 'node:path';
import type { Context } from '../core/context';
import type { Presence } from '../parse/look';
import type { Direction, Folder } from './folders';
import type { There } from './kind';

/** Where a folder of the project is, here and there, and what travels: all of it, or one file. */
export interface Sides {
  /** The folder that travels, or that the one file is in, relative to the project. */
  base: string;
  here: string;
  there: string;
  /** The name of the one file that travels; then `here` and `there` are the folders that it is in. */
  file: string | undefined;
  source: Presence;
  target: Presence;
}

export function sidesOf(context: Context, there: Pick<There, 'path' | 'present'>, folder: Folder, direction: Direction): Sides {
  const [near, far] = [presenceOf(context, path.join(context.root, folder.name)), there.present.get(folder.name) ?? 'missing'];
  const [source, target] = direction === 'push' ? [near, far] : [far, near];
  const file = source === 'file' ? path.posix.basename(folder.name) : undefined;
  const base = file === undefined ? folder.name : path.posix.dirname(folder.name);
  return { base, here: path.join(context.root, base), there: path.posix.join(there.path, base), file, source, target };
}

/** What stands at a path here. */
export function presenceOf({ host }: Context, file: string): Presence {
  const entry = host.files.stat(file);
  if (entry) return entry.isDirectory() ? 'folder' : 'file';
  return host.files.lstat(file) ? 'dangling' : 'missing';
}
