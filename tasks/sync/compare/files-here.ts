import { createHash } from 'node:crypto';
import * as path from 'node:path';
import { shownName, textName } from '../../common/shown-name';
import type { Context } from '../../engine/context';
import type { Entry } from '../../platform/files/tree-reading';
import type { RelativeName } from '../../untrusted/names';
import type { FileStates } from '../session/transport';
import { baseName, type Folder, isOwnExclude } from './folders';
import { entriesThrough, type OutsideLinks, placeOf } from './outside-links';

/** What tells that a file has changed: its size, both times to the nanosecond, and the inode, so that a change of the same size and time shows too. */
export const stateOf = ({ size, modified, changed, inode }: Omit<Entry, 'name'>): string => `${size} ${modified} ${changed} ${inode}`;

/** Every file of a folder here, or the one file, with what tells that it has changed. */
export function statesHere(context: Context, folder: Folder, links: OutsideLinks): FileStates {
  const { host, root } = context;
  const at = path.join(root, folder.name);
  const entries = entriesThrough(context, at, links, isOwnExclude);
  const states = [...entries].map((entry): [string, string] => [shownName(entry.name), stateOf(entry)]);
  // One file that travels: its folder lists nothing.
  const place = placeOf(links, path.dirname(at), baseName(folder));
  const single = host.files.stat(at)?.isFile() ? host.tree.look(place.folder, place.name) : undefined;
  return Object.fromEntries(single ? [['.', stateOf(single)]] : states);
}

/** The hash of a file here, as text in base 16. */
export async function sha256Here({ host }: Context, folder: string, name: RelativeName): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of host.tree.read(folder, name)) {
    hash.update(chunk as Buffer);
    host.processes.throwIfInterrupted();
  }
  return hash.digest('hex');
}

/** How many files there are here that could travel: folders, links that lead nowhere and our own excludes do not count. */
export const countHere = ({ host }: Context, folder: string): number =>
  [...host.tree.names(folder)].filter((name) => !isOwnExclude(name) && host.tree.leadsToFile(folder, name)).length;

/** Is there a file here that could travel? */
export function holdsFiles({ host, root }: Context, folder: Folder): boolean {
  const at = path.join(root, folder.name);
  // A link to a folder may be all that there is: what is in it travels.
  const leads = (name: RelativeName) =>
    host.tree.leadsToFile(at, name) ||
    (host.tree.look(at, name)?.isLink === true && host.files.stat(path.join(at, textName(name)))?.isDirectory() === true);
  for (const name of host.tree.names(at)) if (!isOwnExclude(name) && leads(name)) return true;
  return false;
}
