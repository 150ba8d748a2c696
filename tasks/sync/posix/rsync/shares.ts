import { plural } from '../../../common/format';
import type { Context } from '../../../engine/context';
import type { RelativeName } from '../../../untrusted/names';
import { type FileChange, foldersAbove } from '../../compare/change';
import type { Direction } from '../../compare/folders';
import type { Move } from '../../session/transport';
import { mostChannels } from '../channels';
import { canSplit, farMs, inTurn, isFar, overLink } from '../far-line';
import type { PosixMachine } from '../machine';
import { largeFiles } from '../ranges/range-plan';
import type { Try } from '../retry';
import { nothingScript } from '../scripts/project-script';

/** Less than this together is not worth the start of several rsyncs: bytes, twice what two channels of sshd have on their way. */
const worthBytes = 8_000_000;
/** A share of many is about as large, in bytes: what is left at the end keeps every channel busy. */
const shareBytes = 64_000_000;
/** What a file costs beside its bytes, in bytes. */
const fileBytes = 4096;

/** New files that one rsync brings. */
type Share = readonly FileChange[];

/** New files that do not travel in ranges, as shares of about the same weight, in their order; none where one rsync does as well. */
export function sharesOf(changes: readonly FileChange[]): Share[] {
  const inRanges = new Set(largeFiles(changes));
  const files = changes.filter((change) => change.action === 'added' && change.kind === 'file' && !inRanges.has(change));
  const weightOf = (some: readonly FileChange[]) => some.reduce((sum, { bytes }) => sum + bytes + fileBytes, 0);
  const total = weightOf(files);
  if (total < worthBytes) return [];
  const count = Math.max(mostChannels, Math.ceil(total / shareBytes));
  const shares: FileChange[][] = [];
  let room = 0;
  for (const file of files) {
    if (room <= 0 && shares.length < count) {
      shares.push([]);
      room += total / count;
    }
    shares.at(-1)?.push(file);
    room -= file.bytes + fileBytes;
  }
  return shares.length > 1 ? shares : [];
}

/** How new files of a folder without links that lead out travel, for the plan. */
export const wayOfShares = (context: Context, machine: PosixMachine, changes: readonly FileChange[]): string[] =>
  canSplit(context, machine) && sharesOf(changes).length > 0 ? [`new files by several rsyncs at once if an answer takes ${farMs} ms`] : [];

/**
 * How many rsyncs {@link bringShares} begins with, where nothing else is to have the channels before them: no large file, and no other
 * folder. None where one does as well, or it is not known yet that the line is slow to answer.
 * @param all what comes of each folder
 */
export function channelsAhead<Part extends { send: readonly FileChange[] }>(
  context: Context,
  machine: PosixMachine,
  all: readonly Part[],
): { part: Part; count: number } | undefined {
  if (!canSplit(context, machine) || !isFar(machine) || all.some(({ send }) => largeFiles(send).length > 0)) return undefined;
  const [first, ...others] = all.flatMap((part) => {
    const count = Math.min(mostChannels, sharesOf(part.send).length);
    return count > 0 ? [{ part, count }] : [];
  });
  return others.length > 0 ? undefined : first;
}

/**
 * Brings new files, and the folders that they lie in, by several rsyncs at once, each over a channel of its own, where the line is slow to answer: one channel of ssh has
 * at most 2 MB on its way. What is there already in another form is not among them: that comes behind, by one rsync, which keeps the
 * old files in their places until all have arrived.
 * @param here the folder of this side, or the one aside that a pull fills
 * @param rsync brings the files with these names, and tells how many bytes of them have moved by now
 * @returns what is left for that one rsync: also what a fault of another kind than the link's has kept back, which it then tells
 * @throws UserError by the fault of the way, where the link does not come back
 */
export async function bringShares(
  context: Context,
  machine: PosixMachine,
  direction: Direction,
  here: string,
  changes: readonly FileChange[],
  how: Pick<Move, 'tell' | 'note'>,
  rsync: (names: readonly RelativeName[], tell: (bytes: number) => void) => Promise<Try>,
): Promise<readonly FileChange[]> {
  const shares = canSplit(context, machine) ? sharesOf(changes) : [];
  // A pull may have asked nothing of its shell yet.
  if (shares.length > 0 && machine.shell.leastMs() === undefined) await machine.shell.run(nothingScript, [machine.path]);
  if (shares.length === 0 || !isFar(machine)) return changes;
  const count = shares.reduce((sum, { length }) => sum + length, 0);
  how.note(`${plural(count, 'new file')}: in ${shares.length} shares, each by an rsync of its own, since this line is slow to answer`);
  const brought = new Set<RelativeName>();
  const folders = foldersOf(shares, changes);
  const way = wayOfFolders(context, direction, here, folders);
  if (way === 'made') for (const { name } of folders) brought.add(name);
  const bring = async (some: Share, tell: (bytes: number) => void): Promise<Try> => {
    const names = some.map(({ name }) => name);
    const tried = await rsync(names, tell);
    if (tried.exitCode === 0) for (const name of names) brought.add(name);
    return tried;
  };
  await inTurn(machine, async () => {
    if (way === 'first' && (await bring(folders, () => undefined)).exitCode !== 0) return;
    // An rsync takes several answers to begin: one that comes later brings little.
    const begun = { ...how, first: mostChannels };
    await overLink(context, machine, direction, shares, begun, async (next, tell) => {
      for (let share = next(); share; share = next()) {
        let done = 0;
        const { exitCode, text } = await bring(way === 'with files' ? [...foldersOf([share], folders), ...share] : share, (bytes) => {
          tell(Math.max(0, bytes - done));
          done = Math.max(done, bytes);
        });
        // Files of it that are whole stay.
        if (exitCode !== 0) return { exitCode, text, again: [share], backBytes: done, moved: done > 0 };
      }
      return { exitCode: 0, text: '', again: [], backBytes: 0, moved: true };
    });
  });
  return changes.filter(({ action, name }) => action !== 'added' || !brought.has(name));
}

/** The new folders that these files lie in. */
function foldersOf(shares: readonly Share[], changes: readonly FileChange[]): FileChange[] {
  const above = new Set(shares.flat().flatMap(({ name }) => foldersAbove(name)));
  return changes.filter(({ action, kind, name }) => action === 'added' && kind === 'folder' && above.has(name));
}

/**
 * How new folders come. A pull makes them in its own folder aside; where it cannot, since something stands there, rsync clears that
 * away or tells. A push sends each with its files, or all of them ahead where their owner may not write into one: of several rsyncs
 * each opens such a folder for its own time, and closes it to the others.
 */
function wayOfFolders(
  { host }: Context,
  direction: Direction,
  here: string,
  folders: readonly FileChange[],
): 'made' | 'with files' | 'first' {
  const names = folders.map(({ name }) => name);
  if (direction === 'push') {
    const found = host.tree.lookAtAll(here, names);
    return names.every((name) => ((found.get(name)?.mode ?? 0) & 0o200) !== 0) ? 'with files' : 'first';
  }
  try {
    for (const name of names) host.tree.makeFolderAt(here, name);
    return 'made';
  } catch {
    return 'first';
  }
}
