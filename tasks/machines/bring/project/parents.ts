import { foldersAbove } from '../../../sync/compare/change';
import type { RelativeName } from '../../../untrusted/names';
import type { FileThere } from './compare-answer';

/** Of these names, and of every folder that one of them lies in. */
export function withFolders(names: Iterable<RelativeName>): Set<RelativeName> {
  const all = new Set<RelativeName>();
  for (const name of names) for (const each of [name, ...foldersAbove(name)]) all.add(each);
  return all;
}

/** The uppermost of the folders of a name at which a link or a file stands there: nothing is told, or written, through it. */
export const blockerOf = (there: ReadonlyMap<RelativeName, FileThere>, name: RelativeName): RelativeName | undefined =>
  foldersAbove(name).find((folder) => (there.get(folder)?.content ?? 'folder') !== 'folder');
