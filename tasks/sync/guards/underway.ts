import { byteName, shownName } from '../../common/shown-name';
import type { Context } from '../../engine/context';
import type { RelativeName } from '../../untrusted/names';
import type { Remote } from '../remotes/remote';
import type { Session, SessionDifference } from '../session/session';
import { dropFiles, keepFiles, recallFiles, recordName } from './file-record';
import { isMeant } from './sending';
import { isAlike, stampOf } from './stamps';
import { type SyncedRecord, underwayTo } from './synced-record';

/*
 * What a push was about to bring to a machine, as it looked here: where it was cut off before it could note what has arrived, that lies
 * there, and is no work of a person. A store has a record of its own for that (sending.ts): it may hold pieces.
 */

/** Notes it, before the first byte. */
export function rememberUnderway({ context, remote }: Session, { changes }: SessionDifference): void {
  const sent = changes.filter(({ action, kind, here }) => action !== 'deleted' && kind !== 'folder' && here);
  if (sent.length === 0) return;
  const record = recallFiles(context, underwayTo(remote));
  for (const { folder, name, here } of sent) record.set(recordName(folder, name), here ?? '');
  keepFiles(context, underwayTo(remote), record);
}

/** What files there look like if an earlier push has brought them and did not come to its end. */
export const recallUnderway = (context: Context, remote: Remote): ReadonlyMap<string, string> => recallFiles(context, underwayTo(remote));

/**
 * A push has come to its end: what an earlier one has brought is the same on both sides where it was none of the differences of this one
 * and looks here as it did then.
 */
export function settleUnderway(session: Session, { changes }: SessionDifference, record: SyncedRecord): void {
  const { context, remote } = session;
  const underway = recallFiles(context, underwayTo(remote));
  if (underway.size === 0) return;
  const left = new Map([...underway].filter(([name]) => !isMeant(session, name)));
  const differed = new Set(changes.map(({ folder, name }) => recordName(folder, name)));
  for (const [name, stamp] of underway) {
    const bytes = byteName(name) as RelativeName;
    // One that is shown with escapes cannot be told from here.
    if (left.has(name) || differed.has(name) || shownName(bytes) !== name) continue;
    if (isAlike(stampOf(context.host.tree.look(context.root, bytes)), stamp)) record.set(name, stamp);
  }
  if (left.size === 0) dropFiles(context, underwayTo(remote));
  else keepFiles(context, underwayTo(remote), left);
}
