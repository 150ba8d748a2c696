import { guardNames } from '../guards/colliding-names';
import { assertSafeDeleteTarget, guardSource } from '../guards/deletions';
import { guardRoom } from '../guards/room';
import { refuseThroughLinks } from '../guards/same-place';
import { refuseEmpty, refuseMissing, refuseSpecial } from '../guards/sources';
import { noteHere } from '../guards/synced';
import { guardFolderThere, guardWayThere } from '../guards/way-there';
import type { Session, SessionDifference } from '../session/session';
import { type Compared, shownChange } from './change';
import { holdsFiles } from './files-here';
import type { Folder } from './folders';
import { sidesOf } from './sides';

/**
 * Compares both sides by size and time; with `--verify` by contents too, where that finds nothing.
 * @throws UserError a guard's: nothing is sent or deleted then
 */
export async function compareAll(session: Session): Promise<SessionDifference> {
  const quick = await compareBy(session, false);
  return session.verify && quick.changes.length === 0 ? compareBy(session, true) : quick;
}

async function compareBy(session: Session, checksum: boolean): Promise<SessionDifference> {
  const { direction, deletes } = session;
  const [there, transport] = [await session.there(), await session.transport()];
  if (deletes && direction === 'push') assertSafeDeleteTarget(there);
  const { present, absent, empty } = await sourcesOf(session);
  if (direction === 'push')
    for (const folder of present) {
      await guardFolderThere(session, there, folder);
      if (there.placeHere !== undefined)
        refuseThroughLinks(session.context, session.remote, there.placeHere, folder.name, await transport.links(folder));
    }
  const all = await Promise.all(
    present.map(
      async (folder): Promise<Compared> => ({ folder, comparison: await transport.compare(folder, { deletions: deletes, checksum }) }),
    ),
  );
  const compared = onceEach(all);
  if (direction === 'push') {
    await Promise.all(compared.map(({ folder, comparison }) => guardWayThere(session, there, folder, comparison.changes)));
    for (const { folder, comparison } of compared) await noteHere(session, folder, comparison.changes);
  }
  for (const { folder, comparison } of compared) await guardNames(session, folder, comparison.changes, 'look');
  if (deletes) await guardSource(session, transport, compared);
  await guardRoom(session, there, compared);
  const byContents = session.verify && ((await transport.fetchesToCompare?.()) ?? false);
  return { ...joined(compared), absent, empty, byChecksum: checksum, byContents };
}

/** Where one of the folders lies in another one, what both list is of the inner one alone. */
function onceEach(compared: readonly Compared[]): Compared[] {
  const isInner = ({ folder }: Compared) => compared.some(({ folder: outer }) => folder.name.startsWith(`${outer.name}/`));
  if (!compared.some(isInner)) return [...compared];
  const listed = new Set<string>();
  const rest = new Map<Compared, Compared>();
  for (const each of [...compared].sort((one, other) => other.folder.name.length - one.folder.name.length)) {
    const changes = each.comparison.changes.filter((change) => !listed.has(shownChange(change)));
    for (const change of changes) listed.add(shownChange(change));
    rest.set(each, { ...each, comparison: { ...each.comparison, changes } });
  }
  return compared.map((each) => rest.get(each) ?? each);
}

/** Which folders have something to travel. @throws UserError E_SOURCE_MISSING, E_SOURCE_EMPTY, E_SOURCE_UNREADABLE */
async function sourcesOf({
  context,
  direction,
  folders,
  deletes,
  there,
}: Session): Promise<Pick<SessionDifference, 'absent' | 'empty'> & { present: Folder[] }> {
  const [absent, empty, present]: [string[], string[], Folder[]] = [[], [], []];
  for (const folder of folders) {
    if (direction === 'push') refuseSpecial(context, folder.name);
    const { source } = sidesOf(context, await there(), folder, direction);
    if (source === 'missing' || source === 'dangling') {
      if (folder.required) throw refuseMissing(context, folder.name, direction, source);
      absent.push(folder.name);
    } else if (source === 'folder' && direction === 'push' && !holdsFiles(context, folder)) {
      if (deletes && folder.required) throw refuseEmpty(folder.name, direction);
      if (folder.required) empty.push(folder.name);
      // Its folders still travel, but nothing is deleted for it.
      if (!deletes) present.push(folder);
    } else present.push(folder);
  }
  return { absent, empty, present };
}

/** All folders as one. How many files were left out is known only where each folder tells. */
function joined(compared: readonly Compared[]): Pick<SessionDifference, 'changes' | 'folders' | 'excluded' | 'skipped' | 'keptLinks'> {
  const excluded = compared.map(({ comparison }) => comparison.excluded);
  return {
    changes: compared.flatMap(({ comparison }) => comparison.changes),
    folders: compared.map(({ folder, comparison }) => ({ folder, changes: comparison.changes })),
    excluded: excluded.reduce((sum, count) => (sum === undefined || count === undefined ? undefined : sum + count), 0),
    skipped: compared.flatMap(({ comparison }) => comparison.skipped),
    keptLinks: compared.flatMap(({ comparison }) => comparison.keptLinks ?? []),
  };
}
