import * as path from 'node:path';
import type { Context } from '../core/context';
import { byteName, shownName } from '../parse/shown-name';
import { type Folder, ownExcludes } from './folders';
import type { FileStates } from './transport';

/** Every file of a folder here: size, both times to the nanosecond, and the inode, so that a change of the same size and time shows too. */
export function statesHere({ host, root }: Context, folder: Folder): FileStates {
  const at = path.join(root, folder.name);
  const states: FileStates = {};
  const keep = (shown: string, entry: ReturnType<typeof host.tree.look>) => {
    if (entry) states[shown] = `${entry.size} ${entry.modified} ${entry.changed} ${entry.inode}`;
  };
  for (const name of host.tree.names(at, ownExcludes)) keep(shownName(name), host.tree.look(at, name));
  // One file that travels: its folder lists nothing.
  if (host.files.stat(at)?.isFile()) keep('.', host.tree.look(path.dirname(at), byteName(path.basename(at))));
  return states;
}

/** How many files there are here that could travel: folders, links that lead nowhere and our own excludes do not count. */
export const countHere = ({ host }: Context, folder: string): number =>
  [...host.tree.names(folder, ownExcludes)].filter((name) => host.tree.leadsToFile(folder, name)).length;

/** Is there a file here that could travel? */
export function holdsFiles({ host, root }: Context, folder: Folder): boolean {
  const at = path.join(root, folder.name);
  for (const name of host.tree.names(at, ownExcludes)) if (host.tree.leadsToFile(at, name)) return true;
  return false;
}
