import * as path from 'node:path';
import { byteName, shownName } from '../../common/shown-name';
import type { Context } from '../../engine/context';
import type { RelativeName } from '../../untrusted/names';
import type { FileChange } from '../compare/change';
import type { Folder } from '../compare/folders';
import { seconds } from '../compare/listing';
import { lookThrough } from '../compare/outside-links';
import type { Remote } from '../remotes/remote';
import type { Session, SessionDifference } from '../session/session';
import type { StatesThere } from '../session/transport';
import { recallFiles, recordName } from './file-record';
import { isAlike, millisecondsIn, sizeIn, stampIn, stampOf, wholeSecond } from './stamps';
import { keepSynced, recallSynced, type SyncedRecord, sendingTo, syncedIn, syncedText } from './synced-record';
import { settleUnderway } from './underway';

/*
 * What is remembered when something has arrived: how it looks on both sides now.
 */

export const stampHere = (context: Context, folder: string, name: RelativeName): string =>
  stampOf(context.host.tree.look(path.join(context.root, folder), name));

/** Notes what the files that are to be sent look like here, before any of them is read, where the comparison has not: who edits one meanwhile has changed it. */
export async function noteHere({ context, transport }: Session, folder: Folder, changes: readonly FileChange[]): Promise<void> {
  const sent = changes.filter(({ action, kind, here }) => action !== 'deleted' && kind !== 'folder' && here === undefined);
  const [first] = sent;
  if (!first) return;
  const at = path.join(context.root, first.folder);
  const through = await (await transport()).links(folder);
  const found = context.host.tree.lookAtAll(at, through.size > 0 ? [] : sent.map(({ name }) => name));
  for (const change of sent)
    change.here = stampOf(through.size > 0 ? lookThrough(context, at, change.name, through) : found.get(change.name));
}

/** Keeps what the files that have arrived here look like, on both sides: what fetches them keeps their times. */
export function rememberPulled(context: Context, remote: Remote, arrived: readonly (readonly [FileChange, stamp: string])[]): void {
  const record = recallSynced(context, remote);
  // rsync is content with the second of a link that is made in the same one.
  for (const [{ kind, folder, name }, stamp] of arrived)
    if (kind !== 'folder') record.set(recordName(folder, name), kind === 'link' ? wholeSecond(stamp) : stamp);
  keepSynced(context, remote, record);
}

/** Forgets files that are gone, or look otherwise now though nobody changed them, by {@link recordName}. */
export function forgetSynced(context: Context, remote: Remote, names: readonly string[]): void {
  const record = recallSynced(context, remote);
  const before = record.size;
  for (const name of names) record.delete(name);
  if (record.size < before) keepSynced(context, remote, record);
}

/**
 * Keeps what the files that have arrived there look like, on both sides.
 * @param states of the folders there, behind the transfer
 */
export async function rememberPushed(session: Session, difference: SessionDifference, states: StatesThere): Promise<void> {
  const { context, remote } = session;
  const sent = difference.folders.filter(({ changes }) => changes.length > 0);
  const record = recallSynced(context, remote);
  const sending = recallFiles(context, sendingTo(remote));
  for (const { folder, changes } of sent) {
    const own = new Map(Object.entries(states.get(folder.name) ?? {}));
    level(context, record, changes, own);
    for (const change of changes) {
      const name = recordName(change.folder, change.name);
      const there = change.kind === 'folder' || change.action === 'deleted' ? undefined : stampIn(own.get(shownName(change.name)));
      if (there === undefined) record.delete(name);
      else record.set(name, sentText(context, change, there, sending.get(name)));
    }
  }
  settleUnderway(session, difference, record);
  keepSynced(context, remote, record);
}

/** @param sending what it looked like here when it was handed to a store: whatever time that has given it, it is what was sent */
function sentText(context: Context, { kind, folder, name, here }: FileChange, there: string, sending: string | undefined): string {
  if (sending !== undefined) return syncedText({ there, here: sending });
  if (!here || isAlike(there, here)) return there;
  if (kind === 'link' || isTakenAlike(there, here)) return syncedText({ there, here });
  // Edited here before it was read: that was sent. Edited there since it came: what was sent is what both had.
  return isAlike(there, stampHere(context, folder, name)) ? there : here;
}

/** Does a look take them for the same, of which one side keeps every other second alone? */
const isTakenAlike = (one: string, other: string): boolean =>
  sizeIn(one) === sizeIn(other) && Math.abs(seconds(millisecondsIn(one)) - seconds(millisecondsIn(other))) <= 1;

/** What looks otherwise there than is remembered and was none of the changes has become the same on both sides in another way. */
function level(context: Context, record: SyncedRecord, changes: readonly FileChange[], states: ReadonlyMap<string, string>): void {
  const base = changes[0]?.folder ?? '';
  const above = base === '.' ? '' : recordName(base, '');
  const differed = new Set(changes.map(({ name }) => shownName(name)));
  const others = new Map<RelativeName, string>();
  for (const [shown, state] of states) {
    const text = record.get(above + shown);
    if (text === undefined || state.startsWith(`${text} `) || differed.has(shown)) continue;
    const [name, there] = [byteName(shown) as RelativeName, stampIn(state) ?? ''];
    // One that is shown with escapes cannot be told from here.
    if (shownName(name) === shown && !isAlike(syncedIn(text).there, there)) others.set(name, there);
  }
  for (const [name, entry] of context.host.tree.lookAtAll(path.join(context.root, base), others.keys())) {
    const [there, here] = [others.get(name) ?? '', stampOf(entry)];
    if (isTakenAlike(there, here)) record.set(recordName(base, name), syncedText({ there, here }));
  }
}
