import * as path from 'node:path';
import type { Context } from '../../engine/context';
import type { Filters } from './filters';
import type { Folder } from './folders';

/** A longer list is not worth its way over a narrow line: rsync tells what differs in fewer bytes. */
const mostListed = 2500;

/**
 * The folders of which the look at a machine may list what is there, so that no question is needed for what differs: those with few
 * files here. Where there are many here, there are many there.
 * @param deletes deletions are rsync's, and so are a person's patterns
 */
export const worthAList = (
  { host, root }: Context,
  folders: readonly Folder[],
  { include, exclude }: Filters,
  deletes: boolean,
): string[] =>
  deletes || include.length + exclude.length > 0
    ? []
    : folders.map(({ name }) => name).filter((name) => isFew(host.tree.names(path.join(root, name))));

/** Names cost little: of very many no file is looked at. Of what cannot be read rsync tells. */
function isFew(names: Iterable<unknown>): boolean {
  let count = 0;
  try {
    for (const _ of names) if (++count > mostListed) return false;
  } catch {
    return false;
  }
  return true;
}
