import { UserError } from '../../common/errors';
import { shellWord, some } from '../../common/format';
import { shownName } from '../../common/shown-name';
import { type FileChange, shownChange } from '../compare/change';
import type { Folder } from '../compare/folders';
import { planned, syncCommand } from '../options';
import type { Session, SessionDifference } from '../session/session';
import { refuseDeletions } from './deletions';
import { recordName } from './file-record';
import { keepTheirs, keepYours } from './keep-both';
import { cutOffThere, isOfTimelessStore, piecesOf } from './sending';
import { isAlike, isOfFat, sizeIn, stampIn } from './stamps';
import { stampHere } from './synced';
import { recallElsewhere, recallSynced, recallUnplaced, type SyncedRecord, syncedIn } from './synced-record';
import { recallUnderway } from './underway';

/*
 * Work of the receiving side is replaced or deleted only where its person has seen it: files that are newer there, those that look
 * otherwise than when both sides were last the same, whichever way they came, links that were never the same, and, where they would be
 * deleted, files that were never the same on both sides.
 */

/** What speaks against levelling a difference unseen. Marks what {@link markOverwrites} does. */
export async function refuseUnseen(session: Session, difference: SessionDifference): Promise<UserError | undefined> {
  const lost = await markOverwrites(session, difference);
  const forced = lost !== undefined || session.context.forced(session.direction);
  return (await refuseDeletions(session, difference, forced ? ' --force' : '')) ?? lost;
}

/**
 * Marks what would be replaced or deleted though it is newer on the receiving side, was changed there since it was synced, or was never
 * synced and would be deleted or is a link.
 * @returns what refuses that, where there is some and nobody has seen it: `--plan`, `--plan=FILE` and `--force` have
 */
async function markOverwrites(session: Session, { folders, changes, byChecksum }: SessionDifference): Promise<UserError | undefined> {
  // Of the same size and time: what differs then is no work of a person, and `--verify` is to mend it.
  if (byChecksum) return undefined;
  const { context, direction, remote } = session;
  const known: Known = {
    synced: recallSynced(context, remote),
    elsewhere: once(() => recallElsewhere(context, remote)),
    unplaced: once(() => recallUnplaced(context)),
    pieces: piecesOf(context, remote),
    underway: once(() => recallUnderway(context, remote)),
  };
  await Promise.all(folders.map(({ folder, changes: own }) => markIn(session, known, folder, own)));
  const marked = changes.filter((change) => change.newer !== undefined);
  if (marked.length === 0 || context.option('plan') !== undefined || context.forced(direction)) return undefined;
  return overwrites(session, marked);
}

/** What the records of earlier runs have of the files of a remote, read once for all folders, and only where they are needed. */
interface Known {
  synced: SyncedRecord;
  elsewhere(): ReturnType<typeof recallElsewhere>;
  unplaced(): ReturnType<typeof recallUnplaced>;
  pieces: ReturnType<typeof piecesOf>;
  underway(): ReturnType<typeof recallUnderway>;
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

async function markIn(session: Session, known: Known, folder: Folder, changes: readonly FileChange[]): Promise<void> {
  const { direction } = session;
  const { pieces } = known;
  const touched = changes.filter(({ action, kind }) => action !== 'added' && kind !== 'folder');
  if (touched.length === 0) return;
  const transport = await session.transport();
  const changed = touched.filter(({ action, kind }) => action === 'changed' && kind === 'file');
  // A list of the other side costs a command: asked for where something is known to hold it against.
  const isKnown =
    pieces.any || (direction === 'push' && touched.some((change) => isRemembered(known, recordName(change.folder, change.name))));
  const [newer, states] = await Promise.all([
    changed.length > 0 ? transport.newer(folder, changed) : new Set<string>(),
    isKnown ? transport.states(folder, 'there').then((found) => new Map(Object.entries(found))) : undefined,
  ]);
  for (const change of touched) {
    const state = states?.get(shownName(change.name));
    const isPiece = pieces.has(change, state);
    const why = isPiece ? undefined : whyKept(session, known, change, stampIn(state), newer.has(change.name));
    if (why !== undefined) change.newer = why;
    else if (isPiece && direction === 'pull') change.newer = cutOffThere;
  }
  await passSame(session, folder, changed, states);
}

const isRemembered = ({ synced, underway }: Known, name: string): boolean => synced.has(name) || underway().has(name);

/** Bytes that are read of a folder before its files are said to be lost: seconds, on both sides. */
const mostBytes = 1_000_000_000;

/** What has the same bytes on both sides is nobody's loss, whatever its time: two clones of one repository have such files. */
async function passSame(
  { context, direction, transport }: Session,
  folder: Folder,
  changed: readonly FileChange[],
  known: ReadonlyMap<string, string> | undefined,
): Promise<void> {
  const marked = changed.filter(({ newer }) => newer !== undefined && newer !== cutOffThere);
  if (marked.length === 0) return;
  const { states, same } = await transport();
  const there = direction === 'pull' ? undefined : (known ?? new Map(Object.entries(await states(folder, 'there'))));
  let left = mostBytes;
  const alike = marked.filter(({ folder: base, name, bytes }) => {
    if (bytes > left || sizeIn(there ? (there.get(shownName(name)) ?? '') : stampHere(context, base, name)) !== bytes) return false;
    left -= bytes;
    return true;
  });
  const found = alike.length > 0 ? await same(folder, alike) : new Set<string>();
  for (const change of alike) {
    if (!found.has(change.name)) continue;
    delete change.newer;
    change.isSame = true;
  }
}

/** Why a file of the receiving side is its person's work, if it is. @param there what it looks like there, where that is known */
function whyKept(
  { context, direction, remote }: Session,
  { synced, elsewhere, unplaced, underway }: Known,
  { action, kind, folder, name }: FileChange,
  there: string | undefined,
  isNewer: boolean,
): string | undefined {
  const key = recordName(folder, name);
  const text = synced.get(key);
  const at = direction === 'push' ? 'there' : 'here';
  const now = direction === 'push' ? there : stampHere(context, folder, name);
  // A file that another remote has too, or that a push of ours has brought, is no work that would be lost.
  const own = text === undefined ? [] : [syncedIn(text)[at]];
  const looksAs = (stamp: string) => now !== undefined && (isAlike(stamp, now) || (kind === 'file' && isOfFat(stamp, now)));
  const isAsIn = (stamps: readonly string[]) => stamps.some(looksAs);
  const sent = underway().get(key);
  const others = isAsIn(own) ? [] : direction === 'pull' ? elsewhere()(key) : sent === undefined ? [] : [sent];
  const before = [...own, ...others];
  const isAsBefore = isAsIn(before);
  // Of a store that keeps no times, the one there is always newer.
  const isAsSent = direction === 'push' && isAsBefore && text !== undefined && isOfTimelessStore(text);
  if (isNewer && !isAsSent) return `newer ${at}`;
  if (before.length > 0 && !isAsBefore) return `changed ${at} since it was synced`;
  if (action === 'deleted' && text === undefined && !unplaced().has(key)) return `never synced with \`${remote.name}\``;
  return kind === 'link' && before.length === 0 ? `another link ${at}, never synced with \`${remote.name}\`` : undefined;
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
