import * as path from 'node:path';
import type { Context } from '../core/context';
import { byteName, shownName } from '../parse/shown-name';
import { type Folder, ownExcludes } from './folders';
import type { FileStates } from './transport';

/** Every file of a folder here: size, both times to the nanosecond, and the inode, so that a change of the same size and time shows too. */
export function statesHere({ host, root }: Context, folder: Folder): FileStates {
  const at = path.join(root, folder.name);
  const states: FileStates = {};
  for (const name of host.tree.names(at, ownExcludes)) {
    const entry = host.tree.look(at, name);
    if (entry) states[shownName(name)] = `${entry.size} ${entry.modified} ${entry.changed} ${entry.inode}`;
  }
  // One file that travels: its folder lists nothing.
  const [name, above] = [path.basename(folder.name), path.dirname(at)];
  const single = host.files.stat(at)?.isFile() ? host.tree.look(above, byteName(name)) : undefined;
  if (single) states['.'] = `${single.size} ${single.modified} ${single.changed} ${single.inode}`;
  return states;
}

/** How many files there are here that could travel. */
export const countHere = ({ host }: Context, folder: string): number =>
  [...host.tree.names(folder, ownExcludes)].filter((name) => host.tree.leadsToFile(folder, name)).length;
