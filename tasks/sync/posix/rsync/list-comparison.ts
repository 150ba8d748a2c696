import { textName } from '../../../common/shown-name';
import type { Context } from '../../../engine/context';
import type { Entry } from '../../../platform/files/byte-paths';
import { foldedName, type RelativeName } from '../../../untrusted/names';
import { heard } from '../../answers/answer';
import { type Found, parseTree } from '../../answers/tree';
import type { Comparison, FileChange } from '../../compare/change';
import type { Filters } from '../../compare/filters';
import { type Direction, type Folder, isOwn } from '../../compare/folders';
import type { Sides } from '../../compare/sides';
import { stampOf, wholeSecond } from '../../guards/stamps';
import type { Compare } from '../../session/transport';
import type { PosixMachine } from '../machine';
import { treeScript } from '../scripts/file-scripts';

/** A longer list is not worth its way over a narrow line: rsync tells it in fewer bytes. */
const mostFiles = 2000;
const mostBytes = 100 * mostFiles;

type Tree = ReadonlyMap<RelativeName, Found>;

/**
 * What differs, by a list of the other side: one question, where a dry run of rsync asks five, one behind the other.
 * @returns `undefined` where rsync is to be asked: for links, devices, sockets and pipes, names that are of two kinds on both sides or
 *   that some disks take for one, patterns of a person, deletions, checksums, a single file, very many files, and a machine without
 *   GNU find
 * @throws UserError E_REMOTE_ANSWER for a name that is no path below the folder
 */
export async function compareByList(
  context: Context,
  machine: PosixMachine,
  direction: Direction,
  folder: Folder,
  { base, here, file, isNew }: Sides,
  { include, exclude }: Filters,
  { deletions, checksum }: Compare,
): Promise<Comparison | undefined> {
  // A push to where nothing is asks nobody.
  if (deletions || checksum || file !== undefined || include.length + exclude.length > 0 || (isNew && direction === 'push'))
    return undefined;
  // Where there are many here, there are many there: nobody is asked in vain.
  const near = treeHere(context, here, folder);
  if (!near) return undefined;
  const { stdout, exitCode } = await machine.shell.run(treeScript, [machine.path, base, String(mostBytes)]);
  const there = exitCode === 0 ? heard(machine.remote, () => parseTree(stdout, mostBytes)) : undefined;
  if (!there) return undefined;
  const [source, target] = direction === 'push' ? [near, there] : [there, near];
  const chosen = new Map([...source.entries].filter(([name]) => !isOwn(folder, name)));
  const changes = changesOf(base, chosen, target.entries);
  return changes && { changes, excluded: source.excluded + source.entries.size - chosen.size, skipped: [] };
}

/** `undefined` where something cannot be read, of which rsync tells what, and where it is too much. */
function treeHere({ host }: Context, at: string, folder: Folder): { entries: Tree; excluded: number } | undefined {
  const entries = new Map<RelativeName, Found>();
  let excluded = 0;
  const skips = (name: string) => {
    const own = isOwn(folder, name);
    if (own) excluded++;
    return own;
  };
  try {
    // Names cost little: of very many no file is looked at.
    let count = 0;
    for (const _ of host.tree.names(at)) if (++count > mostFiles) return undefined;
    for (const entry of host.tree.everything(at, skips)) {
      if (entries.size === mostFiles) return undefined;
      entries.set(entry.name, found(entry));
    }
  } catch {
    return undefined;
  }
  return { entries, excluded };
}

const found = (entry: Entry): Found => ({
  kind: entry.isFile ? 'file' : entry.isFolder ? 'folder' : 'other',
  size: entry.size,
  seconds: Number(wholeSecond(stampOf(entry)).split(' ')[1]),
});

/** As a disk has it that tells neither cases nor Unicode forms apart. */
const folded = (name: RelativeName): string => foldedName(textName(name));

/** As rsync has it: a file of another size, or changed in another second, is another one. */
function changesOf(base: string, source: Tree, target: Tree): FileChange[] | undefined {
  const changes: FileChange[] = [];
  const spelled = new Set([...target.keys()].map(folded));
  for (const [name, { kind, size, seconds }] of source) {
    const other = target.get(name);
    if (kind === 'other' || (other && other.kind !== kind) || (!other && spelled.has(folded(name)))) return undefined;
    if (other && (kind === 'folder' || (other.size === size && other.seconds === seconds))) continue;
    changes.push({ action: other ? 'changed' : 'added', kind, folder: base, name, bytes: kind === 'folder' ? 0 : size });
  }
  return changes.sort((one, another) => (one.name < another.name ? -1 : 1));
}
