import * as path from 'node:path';
import { shownName } from '../../common/shown-name';
import type { Context } from '../../engine/context';
import type { RelativeName } from '../../untrusted/names';
import type { FileChange } from './change';
import { chosen, type Filters } from './filters';
import { baseName, type Folder, isOwnExclude } from './folders';
import { entriesThrough, lookThrough, type OutsideLinks } from './outside-links';

/** The files of one side for what is not rsync: size in bytes, time in milliseconds. By name, a byte string. */
export type Listing = Map<RelativeName, { size: number; modifiedMs: number }>;

export interface ListedEntry {
  files: Listing;
  excluded: number;
  skipped: string[];
}

/** The files here that travel; what outside links lead to comes by their names. */
export function listHere(context: Context, folder: Folder, filters: Filters, links: OutsideLinks): ListedEntry {
  const { host, root } = context;
  const at = path.join(root, folder.name);
  const listed: ListedEntry = { files: new Map(), excluded: 0, skipped: [] };
  const single = host.files.stat(at)?.isFile();
  const entries = single
    ? [lookThrough(context, path.dirname(at), baseName(folder), links)]
    : entriesThrough(context, at, links, isUnfinished);
  for (const entry of entries) {
    if (!entry) continue;
    const { name, size, modified, isFile } = entry;
    if (!chosen(folder, filters, name)) {
      if (isOwnExclude(name)) listed.excluded++;
    } else if (isFile) listed.files.set(name, { size, modifiedMs: Number(modified / 1_000_000n) });
    else listed.skipped.push(shownName(name));
  }
  return listed;
}

/** What rsync or a pull has left on its way. */
const isUnfinished = (name: string): boolean => name.split('/').includes('.rsync-partial');

/** Times count by the second, which is what scp and many stores keep. */
export const seconds = (modifiedMs: number | undefined): number => Math.floor((modifiedMs ?? 0) / 1000);

/**
 * What differs between two listings.
 * @param alike same size, another time: which of them have the same contents
 */
export async function compareListings(
  base: string,
  source: Listing,
  target: Listing,
  deletions: boolean,
  alike: (names: RelativeName[]) => Promise<ReadonlySet<string>>,
): Promise<FileChange[]> {
  const change = (name: RelativeName, action: FileChange['action'], bytes: number): FileChange => ({
    action,
    kind: 'file',
    folder: base,
    name,
    bytes,
  });
  const changes: FileChange[] = [];
  const unsure: RelativeName[] = [];
  for (const [name, { size, modifiedMs }] of source) {
    const other = target.get(name);
    if (!other) changes.push(change(name, 'added', size));
    else if (other.size !== size) changes.push(change(name, 'changed', size));
    else if (Math.abs(seconds(other.modifiedMs) - seconds(modifiedMs)) > 1) unsure.push(name);
  }
  const same = unsure.length > 0 ? await alike(unsure) : new Set<string>();
  for (const name of unsure) if (!same.has(name)) changes.push(change(name, 'changed', source.get(name)?.size ?? 0));
  if (deletions) for (const name of target.keys()) if (!source.has(name)) changes.push(change(name, 'deleted', 0));
  return changes.sort((one, other) => (one.name < other.name ? -1 : 1));
}
