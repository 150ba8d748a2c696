import type { RelativeName } from '../../../untrusted/names';
import type { FileThere } from './compare-answer';

/** The folders that a name lies in, the uppermost first, without the project's own. */
export function foldersAbove(name: RelativeName): RelativeName[] {
  const parts = name.split('/').slice(0, -1);
  return parts.map((_, at) => parts.slice(0, at + 1).join('/') as RelativeName);
}

/** Of these names, and of every folder that one of them lies in. */
export function withFolders(names: Iterable<RelativeName>): Set<RelativeName> {
  const all = new Set<RelativeName>();
  for (const name of names) for (const each of [name, ...foldersAbove(name)]) all.add(each);
  return all;
}

/** The uppermost of the folders of a name at which a link or a file stands there: nothing is told, or written, through it. */
export const blockerOf = (there: ReadonlyMap<RelativeName, FileThere>, name: RelativeName): RelativeName | undefined =>
  foldersAbove(name).find((folder) => (there.get(folder)?.content ?? 'folder') !== 'folder');
