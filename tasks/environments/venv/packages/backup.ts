import * as path from 'node:path';
import type { Context } from '../../../engine/context';
import type { EnvironmentDefinition } from '../definition';
import { refuseForeign } from '../foreign';
import { isUsual } from './additions';
import { environmentRecordName, inputsMadeAt, readEnvironmentRecord, writeEnvironmentRecord } from './environment-record';
import { keepAdditions } from './keep-additions';
import { placeToKeep, variantOf, wantedVariant } from './variants';

/** Where the environment before waits until the new one stands. */
export const backupPath = (folder: string): string => `${folder}.before`;

/** Only a folder with our marker may be moved or removed. */
export const isOurs = (context: Context, folder: string): boolean =>
  context.host.files.lstat(folder)?.isDirectory() === true && readEnvironmentRecord(context, folder) !== undefined;

/** A folder with nothing in it but what we had begun to write when we were killed. */
export const isVacant = (context: Context, folder: string): boolean =>
  context.host.files.lstat(folder)?.isDirectory() === true &&
  context.host.files.list(folder).every((name) => name.startsWith(`${environmentRecordName}.tmp-`));

/** Whether one is the other in hard links, as it is kept while packages are mended. */
export function isCopyOf({ host: { files } }: Pick<Context, 'host'>, folder: string, other: string): boolean {
  const [one, two] = [folder, other].map((each) => files.lstat(path.join(each, 'pyvenv.cfg')));
  return one !== undefined && one.ino === two?.ino && one.dev === two.dev;
}

/** Whether a folder is a whole environment, one worth putting back. */
const isWhole = (context: Context, folder: string): boolean => readEnvironmentRecord(context, folder)?.state === 'done';

/**
 * Clears the place for a new environment. A whole one waits beside it; the rest of a run that was killed is
 * removed, and an environment that such a run had moved aside goes on waiting.
 */
export function moveToBackup(context: Context, definition: EnvironmentDefinition, folder: string): void {
  const { files } = context.host;
  if (isOurs(context, folder)) {
    if (isWhole(context, folder)) {
      makeRoomAside(context, definition, folder);
      files.move(folder, backupPath(folder));
    } else removeHalfBuilt(context, folder);
  }
}

/** The rest of a run that was killed. What a person had added is kept where no whole one waits beside it, which holds it too. */
function removeHalfBuilt(context: Context, folder: string): void {
  if (!isOurs(context, backupPath(folder)) || !isWhole(context, backupPath(folder))) keepAdditions(context, folder, folder);
  removeOwned(context, folder);
}

/** @throws UserError E_VENV_FOREIGN where something of somebody else has the name that we need */
function makeRoomAside(context: Context, definition: EnvironmentDefinition, folder: string): void {
  disposeBackup(context, definition, folder);
  refuseForeign(context, backupPath(folder));
}

/** After a failure: what was there before is there again. */
export function restoreBackup(context: Context, folder: string): void {
  removeOwned(context, folder);
  if (isOurs(context, backupPath(folder)) && isWhole(context, backupPath(folder))) context.host.files.move(backupPath(folder), folder);
}

/**
 * Once the new one stands, what waited beside it goes, but for what a person had added to it; one that shares the place with the new
 * one and is another is kept under a name of its own.
 */
export function disposeBackup(context: Context, definition: EnvironmentDefinition, folder: string): void {
  const aside = backupPath(folder);
  const name = variantOf(definition, inputsMadeAt(context, folder)(aside));
  if (name && name !== wantedVariant(definition)) context.host.files.move(aside, placeToKeep(context, folder, name));
  else {
    if (!isCopyOf(context, aside, folder)) keepAdditions(context, aside, folder);
    removeOwned(context, aside);
  }
}

/**
 * Changes the environment in a place for one that waits beside it, by two renames. Killed in between, nothing is in the place and
 * both wait: the next look sees that.
 * @param there which one is in the place; absent where what is there is no whole one
 * @param back where the other one waits
 */
export function putBack(context: Context, folder: string, there: string | undefined, back: string): void {
  const { files } = context.host;
  if (there) files.move(folder, placeToKeep(context, folder, there));
  else removeHalfBuilt(context, folder);
  if (files.lstat(folder)) refuseForeign(context, folder);
  files.move(back, folder);
}

/**
 * Keeps a copy beside an environment that is about to be changed: hard links, so it costs no room.
 * @returns false where the file system has no hard links
 */
export function hardlinkBackup(context: Context, definition: EnvironmentDefinition, folder: string): boolean {
  const { files } = context.host;
  const aside = backupPath(folder);
  const marker = readEnvironmentRecord(context, folder);
  if (!marker) return false;
  makeRoomAside(context, definition, folder);
  try {
    files.makeFolder(aside);
    writeEnvironmentRecord(context, aside, { state: 'building' });
    files.linkTree(folder, aside, [environmentRecordName]);
    writeEnvironmentRecord(context, aside, marker);
    return true;
  } catch (error) {
    removeOwned(context, aside);
    if (['EPERM', 'ENOTSUP', 'EMLINK', 'ENOSYS'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

/**
 * Removes a folder that is ours. Its marker says first that it is not whole, and goes last: a run that is
 * killed in between leaves something that is neither taken for an environment nor for somebody else's.
 */
export function removeOwned(context: Context, folder: string): void {
  const { files } = context.host;
  if (isVacant(context, folder)) files.remove(folder);
  if (!isOurs(context, folder)) return;
  try {
    if (isWhole(context, folder)) writeEnvironmentRecord(context, folder, { state: 'building' });
  } catch {
    // A full disk: what follows makes room.
  }
  // What is unusual goes first: while the packages are there, they tell what is theirs.
  const names = files.list(folder).filter((name) => name !== environmentRecordName);
  for (const name of [...names.filter((each) => !isUsual(each)), ...names.filter(isUsual)]) files.remove(path.join(folder, name));
  files.remove(folder);
}
