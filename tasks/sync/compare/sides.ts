import * as path from 'node:path';
import { byteName } from '../../common/shown-name';
import type { Context } from '../../engine/context';
import type { RelativeName } from '../../untrusted/names';
import type { Presence } from '../answers/look-answer';
import type { RemoteState } from '../remotes/remote-type';
import { type Direction, type Folder, travelling } from './folders';

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
  /** Nothing is at the target: no folder, or an empty one. */
  isNew: boolean;
}

/** @throws UserError E_UNSAFE_PATH where a pull would lead through a link that may have come from the other side */
export function sidesOf(
  context: Context,
  there: Pick<RemoteState, 'path' | 'present' | 'empty'>,
  folder: Folder,
  direction: Direction,
): Sides {
  const [near, far] = [presenceOf(context, path.join(context.root, folder.name)), there.present.get(folder.name) ?? 'missing'];
  const [source, target] = direction === 'push' ? [near, far] : [far, near];
  const isNew = target === 'missing' || (direction === 'push' && there.empty?.has(folder.name) === true);
  const file = source === 'file' ? path.posix.basename(folder.name) : undefined;
  const base = file === undefined ? folder.name : path.posix.dirname(folder.name);
  if (direction === 'pull') refuseLinked(context, base);
  return { base, here: path.join(context.root, base), there: path.posix.join(there.path, base), file, source, target, isNew };
}

/** A folder that travels may be a link that a person made; what lies in it may have been fetched, and none of that is followed. */
function refuseLinked(context: Context, base: string): void {
  const above = travelling(context).find((name) => base.startsWith(`${name}/`));
  if (above) context.host.tree.refuseLinks(path.join(context.root, above), byteName(base.slice(above.length + 1)) as RelativeName);
}

/** What stands at a path here. */
export function presenceOf({ host }: Context, file: string): Presence {
  const entry = host.files.stat(file);
  if (entry) return entry.isDirectory() ? 'folder' : 'file';
  return host.files.lstat(file) ? 'dangling' : 'missing';
}
