import type { RelativeName } from '../../../untrusted/names';
import { type FileChange, foldersAbove } from '../../compare/change';

/** Looks at what lies below folders of the receiving side: names of files and folders, their own among them. */
type LookBelow = (folders: readonly RelativeName[]) => Promise<readonly RelativeName[]>;

/**
 * Without the folders that would be deleted and keep something: a file that is left out stays, and so do the folders that it is in.
 * A dry run of GNU's rsync lists some of them all the same, one of 2.6.9 all.
 */
export async function withoutKept(changes: readonly FileChange[], lookBelow: LookBelow): Promise<FileChange[]> {
  const deleted = changes.filter(({ action }) => action === 'deleted');
  const gone = new Set(deleted.map(({ name }) => name));
  const folders = deleted.filter(({ kind }) => kind === 'folder').map(({ name }) => name);
  const uppermost = folders.filter((name) => !foldersAbove(name).some((above) => gone.has(above)));
  if (uppermost.length === 0) return [...changes];
  const stays = (await lookBelow(uppermost)).filter((name) => !gone.has(name));
  const kept = new Set(stays.flatMap(foldersAbove));
  return changes.filter(({ action, kind, name }) => action !== 'deleted' || kind !== 'folder' || !kept.has(name));
}
