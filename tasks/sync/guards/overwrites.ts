import { UserError } from '../../common/errors';
import { shellWord, some } from '../../common/format';
import { shownName } from '../../common/shown-name';
import { type FileChange, shownChange } from '../compare/change';
import type { Folder } from '../compare/folders';
import { planned, syncCommand } from '../options';
import type { Session, SessionDifference } from '../session/session';
import { recallArrived, recordName } from './arrival-record';
import { pushedTo, stampHere, stampIn, syncedWith } from './arrived';
import { refuseDeletions } from './deletions';
import { keepTheirs, keepYours } from './keep-both';
import { cutOffThere, isOfTimelessStore, piecesOf } from './sending';

/*
 * Work of the receiving side is replaced or deleted only where its person has seen it: files that are newer there, those that look
 * otherwise than when they were last pulled or pushed, and, where they would be deleted, those that were never the same on both sides.
 */

/** What speaks against levelling a difference unseen. Marks what {@link markOverwrites} does. */
export async function refuseUnseen(session: Session, difference: SessionDifference): Promise<UserError | undefined> {
  const lost = await markOverwrites(session, difference);
  const forced = lost !== undefined || session.context.forced(session.direction);
  return (await refuseDeletions(session, difference, forced ? ' --force' : '')) ?? lost;
}

/**
 * Marks what would be replaced or deleted though it is newer on the receiving side, was changed there since it arrived, or would
 * be deleted and was never synced.
 * @returns what refuses that, where there is some and nobody has seen it: `--plan`, `--plan=FILE` and `--force` have
 */
async function markOverwrites(session: Session, { folders, changes, byChecksum }: SessionDifference): Promise<UserError | undefined> {
  // Of the same size and time: what differs then is no work of a person, and `--verify` is to mend it.
  if (byChecksum) return undefined;
  const { context, direction, remote } = session;
  const known: Known = {
    arrived: recallArrived(context, direction === 'push' ? pushedTo(remote) : 'pulled'),
    pieces: piecesOf(context, remote),
    wasSynced: syncedWith(context, remote),
  };
  await Promise.all(folders.map(({ folder, changes: own }) => markIn(session, known, folder, own)));
  const marked = changes.filter((change) => change.newer !== undefined);
  if (marked.length === 0 || context.option('plan') !== undefined || context.forced(direction)) return undefined;
  return overwrites(session, marked);
}

/** What the records of earlier runs have of the files of a remote, read once for all folders. */
interface Known {
  /** What files looked like when they arrived on the receiving side, by {@link recordName}. */
  arrived: ReadonlyMap<string, string>;
  pieces: ReturnType<typeof piecesOf>;
  wasSynced: ReturnType<typeof syncedWith>;
}

async function markIn(session: Session, known: Known, folder: Folder, changes: readonly FileChange[]): Promise<void> {
  const { context, direction, remote } = session;
  const { arrived, pieces, wasSynced } = known;
  const at = direction === 'push' ? 'there' : 'here';
  const touched = changes.filter(({ action, kind }) => action !== 'added' && kind !== 'folder');
  if (touched.length === 0) return;
  const transport = await session.transport();
  const changed = touched.filter(({ action, kind }) => action === 'changed' && kind === 'file');
  // A list of the other side costs a command: asked for where something is known to hold it against.
  const isKnown = pieces.any || (direction === 'push' && touched.some((change) => arrived.has(recordName(change.folder, change.name))));
  const [newer, states] = await Promise.all([
    changed.length > 0 ? transport.newer(folder, changed) : new Set<string>(),
    isKnown ? transport.states(folder, 'there').then((found) => new Map(Object.entries(found))) : undefined,
  ]);
  for (const change of touched) {
    const before = arrived.get(recordName(change.folder, change.name));
    const state = states?.get(shownName(change.name));
    if (pieces.has(change, state)) {
      if (direction === 'pull') change.newer = cutOffThere;
      continue;
    }
    const now = direction === 'push' && states ? stampIn(state) : stampHere(context, change.folder, change.name);
    // Of a store that keeps no times, the one there is always newer.
    const isAsPushed = direction === 'push' && before !== undefined && stampIn(before) === now && isOfTimelessStore(before);
    if (newer.has(change.name) && !isAsPushed) change.newer = `newer ${at}`;
    else if (before !== undefined && stampIn(before) !== now)
      change.newer = `changed ${at} since it was ${direction === 'push' ? 'pushed' : 'pulled'}`;
    else if (change.action === 'deleted' && !wasSynced(change.folder, change.name)) change.newer = `never synced with \`${remote.name}\``;
  }
}

function overwrites(session: Session, marked: readonly FileChange[]): UserError {
  const { context, direction, remote } = session;
  const names = some(marked.map((change) => `${shownChange(change)} (${change.newer})`));
  const command = syncCommand(context, direction);
  const [where, other] = direction === 'push' ? [`on \`${remote.name}\``, 'here'] : ['here', 'there'];
  const folders = [...new Set(marked.map(({ folder }) => folder))].join(',');
  const goOn = marked.some(({ newer }) => newer === cutOffThere)
    ? `\`${syncCommand(context, 'push', ['remote'])} --only=${shellWord(folders)}\` goes on with the push that was cut off\n`
    : '';
  return new UserError({
    code: direction === 'push' ? 'E_REMOTE_CHANGES' : 'E_LOCAL_CHANGES',
    found: `${marked.length} of the files ${where} would be lost: ${names}`,
    needed: `your confirmation that the ones ${other} replace them`,
    fix: `${goOn}${planned(command, direction)}\nunseen: \`${command} --force\`\n${direction === 'push' ? keepTheirs(session, marked) : keepYours(session, marked)}`,
  });
}
