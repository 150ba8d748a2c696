import * as path from 'node:path';
import type { Context } from '../core/context';
import type { Direction, Folder } from './folders';
import type { There } from './preflight';

/** What stands at a name of the project on one side. */
export type Kind = 'folder' | 'file' | 'dangling' | 'missing';

/** Where a folder of the project is, here and there, and what travels: all of it, or one file. */
export interface Sides {
  here: string;
  there: string;
  /** The name of the one file that travels; then `here` and `there` are the folders that it is in. */
  file: string | undefined;
  source: Kind;
  target: Kind;
}

export function sidesOf(context: Context, there: There, folder: Folder, direction: Direction): Sides {
  const local = path.join(context.root, folder.name);
  const remote = path.posix.join(there.path, folder.name);
  const [kindHere, kindThere] = [kindOf(context, local), there.items.get(folder.name)?.kind ?? 'missing'];
  const [source, target] = direction === 'push' ? [kindHere, kindThere] : [kindThere, kindHere];
  if (source === 'file')
    return { here: path.dirname(local), there: path.posix.dirname(remote), file: path.posix.basename(folder.name), source, target };
  return { here: local, there: remote, file: undefined, source, target };
}

export function kindOf({ host }: Context, file: string): Kind {
  const entry = host.files.stat(file);
  if (entry) return entry.isDirectory() ? 'folder' : 'file';
  return host.files.lstat(file) ? 'dangling' : 'missing';
}
