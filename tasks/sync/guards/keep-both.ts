import * as path from 'node:path';
import { plural, shellWord } from '../../common/format';
import { textName } from '../../common/shown-name';
import { moveAside } from '../../engine/aside';
import type { FileChange } from '../compare/change';
import { syncCommand } from '../options';
import type { Session } from '../session/session';
import { recordName } from './file-record';
import { isAlike } from './stamps';
import { stampHere } from './synced';
import { recallSynced, type SyncedRecord, syncedIn } from './synced-record';

/** So many files are in one command: it is read before it is pasted. The next run names the next. */
const mostFiles = 10;

const pathOf = ({ folder, name }: FileChange): string => path.posix.join(folder, textName(name));

/** Moves these files here aside, each under a free name. */
const aside = ({ context }: Session, changes: readonly FileChange[]): string =>
  changes.map((change) => `${moveAside(context, path.join(context.root, pathOf(change)))} && `).join('');

const ofThese = (all: readonly FileChange[], taken: readonly FileChange[]): string =>
  taken.length < all.length ? ` (the first ${taken.length}; then the same command again)` : '';

/**
 * The cure of a push that would replace work there: it is fetched, and where the file here was changed too, that is moved aside first.
 * Only what is marked is fetched: what else differs is what was to be sent.
 */
export function keepTheirs(session: Session, marked: readonly FileChange[]): string {
  const { context, remote } = session;
  // A comma parts what `--only` names.
  const plain = marked.filter((change) => !/[,?\p{C}]/u.test(pathOf(change)));
  const taken = plain.slice(0, mostFiles);
  const synced = recallSynced(context, remote);
  const both = taken.filter((change) => change.action === 'changed' && isChangedHere(session, change, synced));
  const only = taken.length > 0 ? taken.map(pathOf) : [...new Set(marked.map(({ folder }) => folder))];
  const pull = `${syncCommand(context, 'pull', ['remote'])} --only=${shellWord(only.join(','))}`;
  if (both.length === 0) return `to keep those there: \`${pull}\` fetches them${ofThese(marked, taken)}`;
  return `to keep both: \`${aside(session, both)}${pull}\` moves yours aside and fetches those there${ofThese(marked, taken)}`;
}

/** Would a pull refuse to replace it? */
function isChangedHere({ context }: Session, { folder, name, newer }: FileChange, synced: SyncedRecord): boolean {
  const before = synced.get(recordName(folder, name));
  return !newer?.startsWith('newer ') || (before !== undefined && !isAlike(syncedIn(before).here, stampHere(context, folder, name)));
}

/** The cure of a pull that would replace or delete work here: it is moved aside first, and nothing is deleted. */
export function keepYours(session: Session, marked: readonly FileChange[]): string {
  const { context } = session;
  const replaced = marked.filter(({ action }) => action === 'changed');
  const taken = replaced.slice(0, mostFiles);
  const pull = syncCommand(context, 'pull', undefined, { delete: undefined, 'max-delete': undefined });
  if (taken.length === 0) return `to keep yours: \`${pull}\` deletes nothing`;
  return `to keep both: \`${aside(session, taken)}${pull}\` moves ${plural(taken.length, 'file')} of yours aside${ofThese(replaced, taken)}`;
}
