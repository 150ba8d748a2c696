import * as path from 'node:path';
import type { Context } from '../core/context';
import { type Folder, ownExcludes } from './folders';

/** Does a folder here hold anything that could travel? Folders, links that lead nowhere and our own excludes do not count. */
export function holdsFiles({ host, root }: Context, folder: Folder): boolean {
  const at = path.join(root, folder.name);
  for (const name of host.tree.names(at, ownExcludes)) if (host.tree.leadsToFile(at, name)) return true;
  return false;
}
