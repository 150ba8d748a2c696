import * as path from 'node:path';
import type { Context } from '../../engine/context';
import type { Entry } from '../../platform/files/tree-reading';
import type { RelativeName } from '../../untrusted/names';
import type { Found, Tree } from '../answers/tree';
import { stampOf } from '../guards/stamps';
import { type Folder, isOwn } from './folders';

/**
 * For how long what was read is given again, in milliseconds: as long as a machine may take to answer, and no longer, since a step of
 * minutes may lie between. Of what changes within it the look behind a transfer tells.
 */
const holdsMs = 5000;

/** Reads everything in a folder here, and keeps it for a moment: it is called while another machine is asked, and by who compares both then. */
export function treeHere(context: Context, folder: Folder): () => Tree | undefined {
  let [tree, readMs]: [Tree | undefined, number] = [undefined, Number.NEGATIVE_INFINITY];
  return () => {
    if (performance.now() - readMs < holdsMs) return tree;
    tree = read(context, folder);
    readMs = performance.now();
    return tree;
  };
}

/** `undefined` where something cannot be read, of which rsync tells what. */
function read({ host, root }: Context, folder: Folder): Tree | undefined {
  const entries = new Map<RelativeName, Found>();
  let excluded = 0;
  const skips = (name: string) => {
    const own = isOwn(folder, name);
    if (own) excluded++;
    return own;
  };
  try {
    for (const entry of host.tree.everything(path.join(root, folder.name), skips)) entries.set(entry.name, found(entry));
  } catch {
    return undefined;
  }
  return { entries, excluded };
}

const found = (entry: Entry): Found => ({
  kind: entry.isFile ? 'file' : entry.isFolder ? 'folder' : 'other',
  stamp: stampOf(entry),
});
