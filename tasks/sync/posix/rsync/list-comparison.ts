import { textName } from '../../../common/shown-name';
import { foldedName, type RelativeName } from '../../../untrusted/names';
import type { Tree } from '../../answers/tree';
import type { Comparison, FileChange } from '../../compare/change';
import { type Direction, type Folder, isOwn } from '../../compare/folders';
import type { Sides } from '../../compare/sides';
import { isSameToRsync, sizeIn } from '../../guards/stamps';
import type { Compare } from '../../session/transport';
import type { PosixMachine } from '../machine';

type Entries = Tree['entries'];

/**
 * What differs, by what the look at the machine listed there: no question, where a dry run of rsync asks five, one behind the other.
 * @returns `undefined` where rsync is to be asked: for folders that were not listed, links, devices, sockets and pipes, names that are of two kinds on
 *   both sides or that some disks take for one, deletions, checksums and a single file
 * @throws UserError E_REMOTE_ANSWER for a name that is no path below the folder
 */
export function compareByList(
  { trees }: Pick<PosixMachine, 'trees'>,
  direction: Direction,
  folder: Folder,
  { base, file }: Sides,
  { deletions, checksum }: Compare,
): Comparison | undefined {
  const there = deletions || checksum || file !== undefined ? undefined : trees.of(folder.name);
  const near = there && trees.here(folder.name);
  if (!near) return undefined;
  const [source, target] = direction === 'push' ? [near, there] : [there, near];
  const chosen = new Map([...source.entries].filter(([name]) => !isOwn(folder, name)));
  const changes = changesOf(base, chosen, target.entries);
  // Nothing has to look at them once more before they are read.
  if (direction === 'push')
    for (const change of changes ?? []) if (change.kind === 'file') change.here = near.entries.get(change.name)?.stamp ?? '';
  return changes && { changes, excluded: source.excluded + source.entries.size - chosen.size, skipped: [] };
}

/** As a disk has it that tells neither cases nor Unicode forms apart. */
const folded = (name: RelativeName): string => foldedName(textName(name));

function changesOf(base: string, source: Entries, target: Entries): FileChange[] | undefined {
  const changes: FileChange[] = [];
  const spelled = new Set([...target.keys()].map(folded));
  for (const [name, { kind, stamp }] of source) {
    const other = target.get(name);
    if (kind === 'other' || (other && other.kind !== kind) || (!other && spelled.has(folded(name)))) return undefined;
    if (other && (kind === 'folder' || isSameToRsync(other.stamp, stamp))) continue;
    changes.push({ action: other ? 'changed' : 'added', kind, folder: base, name, bytes: kind === 'folder' ? 0 : sizeIn(stamp) });
  }
  return changes.sort((one, another) => (one.name < another.name ? -1 : 1));
}
