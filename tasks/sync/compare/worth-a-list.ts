import * as path from 'node:path';
import type { Context } from '../../engine/context';
import type { Tree } from '../answers/tree';
import type { Filters } from './filters';
import type { Direction, Folder } from './folders';
import { treeHere } from './tree-here';

/** A folder of which the look at a machine is to list what is there. */
export interface AskedList {
  /** Relative to the project. */
  name: string;
  /** A longer list is cut, and none. */
  mostBytes: number;
  /** Everything in it here; `undefined` where something cannot be read. */
  here(): Tree | undefined;
}

/** All lists of one look together, in bytes: more is not worth its way over a narrow line, where rsync tells what differs in fewer. */
export const mostListBytes = 300_000;
/** What a file takes in a list beside its name, and what a folder may have there that it does not have here, in bytes. */
const [entryBytes, spareBytes] = [100, 16_000];

/**
 * The folders of which the look at a machine may list what is there, so that no question is needed for what differs, and about how long
 * a list may be: where there are few files here there are few there, or rsync is asked. A pull may find any number there that are not
 * here: what is left is divided among its folders, since a list of such files is short beside themselves, also one that is cut.
 * @param deletes deletions are rsync's, and so are a person's patterns
 */
export function worthAList(
  context: Context,
  direction: Direction,
  folders: readonly Folder[],
  { include, exclude }: Filters,
  deletes: boolean,
): AskedList[] {
  if (deletes || include.length + exclude.length > 0) return [];
  const { host, root } = context;
  let left = mostListBytes;
  const lists = folders.flatMap((folder): AskedList[] => {
    const { name } = folder;
    const mostBytes = lengthOf(host.tree.names(path.join(root, name)), left);
    if (mostBytes === undefined) return [];
    left -= mostBytes;
    return [{ name, mostBytes, here: treeHere(context, folder) }];
  });
  if (direction === 'push') return lists;
  return lists.map((list) => ({ ...list, mostBytes: list.mostBytes + Math.floor(left / lists.length) }));
}

/** `undefined` where it is more than `most`: of very many files only as many names are read. Of what cannot be read rsync tells. */
function lengthOf(names: Iterable<string>, most: number): number | undefined {
  let bytes = spareBytes;
  try {
    for (const name of names) {
      if (bytes > most) return undefined;
      bytes += entryBytes + name.length;
    }
  } catch {
    return undefined;
  }
  return bytes > most ? undefined : bytes;
}
