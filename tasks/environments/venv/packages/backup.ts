import * as path from 'node:path';
import type { Context } from '../../../engine/context';
import { refuseForeign } from '../foreign';
import { markerName, readMarker, writeMarker } from './environment-record';

/** Where the environment before waits until the new one stands. */
export const asideOf = (folder: string): string => `${folder}.before`;

/** Only a folder with our marker may be moved or removed. */
export const isOurs = (context: Context, folder: string): boolean =>
  context.host.files.lstat(folder)?.isDirectory() === true && readMarker(context, folder) !== undefined;

/** A folder with nothing in it but what we had begun to write when we were killed. */
export const isVacant = (context: Context, folder: string): boolean =>
  context.host.files.lstat(folder)?.isDirectory() === true &&
  context.host.files.list(folder).every((name) => name.startsWith(`${markerName}.tmp-`));

/** Whether a folder is a whole environment, one worth putting back. */
const isWhole = (context: Context, folder: string): boolean => readMarker(context, folder)?.state === 'done';

/**
 * Clears the place for a new environment. A whole one waits beside it; the rest of a run that was killed is
 * removed, and an environment that such a run had moved aside goes on waiting.
 */
export function clearPlace(context: Context, folder: string): void {
  const { files } = context.host;
  if (isOurs(context, folder)) {
    if (isWhole(context, folder)) {
      makeRoomAside(context, folder);
      files.move(folder, asideOf(folder));
    } else discard(context, folder);
  }
}

/** @throws UserError E_VENV_FOREIGN where something of somebody else has the name that we need */
function makeRoomAside(context: Context, folder: string): void {
  discard(context, asideOf(folder));
  refuseForeign(context, asideOf(folder));
}

/** After a failure: what was there before is there again. */
export function putBack(context: Context, folder: string): void {
  discard(context, folder);
  if (isOurs(context, asideOf(folder)) && isWhole(context, asideOf(folder))) context.host.files.move(asideOf(folder), folder);
}

/**
 * Keeps a copy beside an environment that is about to be changed: hard links, so it costs no room.
 * @returns false where the file system has no hard links
 */
export function keepCopy(context: Context, folder: string): boolean {
  const { files } = context.host;
  const aside = asideOf(folder);
  const marker = readMarker(context, folder);
  if (!marker) return false;
  makeRoomAside(context, folder);
  try {
    files.makeFolder(aside);
    writeMarker(context, aside, { state: 'building' });
    files.linkTree(folder, aside, [markerName]);
    writeMarker(context, aside, marker);
    return true;
  } catch (error) {
    discard(context, aside);
    if (['EPERM', 'ENOTSUP', 'EMLINK', 'ENOSYS'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

/**
 * Removes a folder that is ours. Its marker says first that it is not whole, and goes last: a run that is
 * killed in between leaves something that is neither taken for an environment nor for somebody else's.
 */
export function discard(context: Context, folder: string): void {
  const { files } = context.host;
  if (isVacant(context, folder)) files.remove(folder);
  if (!isOurs(context, folder)) return;
  try {
    if (isWhole(context, folder)) writeMarker(context, folder, { state: 'building' });
  } catch {
    // A full disk: what follows makes room.
  }
  for (const name of files.list(folder)) if (name !== markerName) files.remove(path.join(folder, name));
  files.remove(folder);
}
