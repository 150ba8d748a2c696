import * as path from 'node:path';
import { shownName } from '../../common/shown-name';
import type { Entry } from '../../platform/files/tree-reading';
import { isSameToRsync, stampIn, stampOf } from '../guards/stamps';
import type { Session, SessionDifference } from '../session/session';
import type { FileStates, StatesThere } from '../session/transport';
import { baseName, type Folder, isOwn, isOwnExclude } from './folders';
import { entriesThrough, lookThrough } from './outside-links';

/** What such a list cannot tell is left to a comparison: patterns of a person, and folders, of which some are to be gone. */
export const canBeLevel = ({ filters }: Session, { changes }: SessionDifference): boolean =>
  filters.include.length + filters.exclude.length === 0 && !changes.some(({ action }) => action === 'deleted');

/**
 * Whether a list of the other side, made behind a transfer, says that all has arrived and nothing else has changed meanwhile: it costs
 * one question where rsync asks several.
 * @param there of all folders that travel
 */
export async function isLevel(session: Session, { folders }: SessionDifference, there: StatesThere): Promise<boolean> {
  for (const { folder } of folders)
    if (!isAlikeIn(session, folder, await entriesHere(session, folder), there.get(folder.name))) return false;
  return true;
}

async function entriesHere({ context, transport }: Session, folder: Folder): Promise<Iterable<Entry | undefined>> {
  const links = await (await transport()).links(folder);
  const at = path.join(context.root, folder.name);
  return context.host.files.stat(at)?.isFile()
    ? [lookThrough(context, path.dirname(at), baseName(folder), links)]
    : entriesThrough(context, at, links, isOwnExclude);
}

function isAlikeIn({ direction, deletes }: Session, folder: Folder, here: Iterable<Entry | undefined>, there: FileStates = {}): boolean {
  const left = new Map(Object.entries(there).filter(([name]) => !isOwn(folder, name)));
  for (const entry of here) {
    if (!entry || isOwn(folder, entry.name)) continue;
    // What it leads to is not listed.
    if (entry.isLink) return false;
    const name = shownName(entry.name);
    const state = stampIn(left.get(name));
    left.delete(name);
    // A device, a socket or a pipe does not travel.
    const isNeeded = direction === 'push' ? entry.isFile : deletes;
    if (state === undefined ? isNeeded : !entry.isFile || !isSameToRsync(state, stampOf(entry))) return false;
  }
  return left.size === 0 || (direction === 'push' && !deletes);
}
