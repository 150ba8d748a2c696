import type { RelativeName } from '../../../untrusted/names';
import { type FileChange, foldersAbove } from '../../compare/change';
import type { Standing } from '../../session/transport';

/** How the receiving side is looked at. */
interface Look {
  /** Names of files and folders below folders, their own among them. */
  below(folders: readonly RelativeName[]): Promise<readonly RelativeName[]>;
  standing(names: readonly RelativeName[]): Promise<ReadonlyMap<RelativeName, Standing>>;
}

/**
 * Without what stays though rsync lists it as deleted: devices, sockets and pipes, which never travel, and the folders that keep
 * something. A file that is left out stays, and so do the folders that it is in. A dry run of GNU's rsync lists some of them all the
 * same, one of 2.6.9 all.
 */
export async function withoutKept(changes: readonly FileChange[], look: Look): Promise<FileChange[]> {
  const deleted = changes.filter(({ action }) => action === 'deleted');
  if (deleted.length === 0) return [...changes];
  const files = deleted.filter(({ kind }) => kind !== 'folder').map(({ name }) => name);
  const standing = files.length > 0 ? await look.standing(files) : new Map<RelativeName, Standing>();
  const gone = new Set(deleted.map(({ name }) => name).filter((name) => standing.get(name) !== 'other'));
  const folders = deleted.filter(({ kind }) => kind === 'folder').map(({ name }) => name);
  const uppermost = folders.filter((name) => !foldersAbove(name).some((above) => gone.has(above)));
  const stays = uppermost.length > 0 ? (await look.below(uppermost)).filter((name) => !gone.has(name)) : [];
  const kept = new Set(stays.flatMap(foldersAbove));
  const isDeleted = ({ kind, name }: FileChange) => gone.has(name) && !(kind === 'folder' && kept.has(name));
  return changes.filter((change) => change.action !== 'deleted' || isDeleted(change));
}
