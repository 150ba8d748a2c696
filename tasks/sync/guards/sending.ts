import * as path from 'node:path';
import { byteName, shownName } from '../../common/shown-name';
import type { Context } from '../../engine/context';
import type { RelativeName } from '../../untrusted/names';
import { chosen } from '../compare/filters';
import type { Folder } from '../compare/folders';
import { type Listing, seconds } from '../compare/listing';
import type { Remote } from '../remotes/remote';
import { rememberFolder } from '../session/folder-record';
import type { Session } from '../session/session';
import { pushedTo, recall, sendingTo } from './arrived';

/*
 * What is on its way to a store: written down before it is sent, and forgotten when it has arrived. Some stores write under the final
 * name, so that a push that is cut off leaves a piece there, which looks like newer work of a person.
 */

/** What is said of a file there that is a piece. */
export const cutOffThere = 'there is a piece of it, of a push that was cut off';

type Stamped = { size: number; modifiedMs: number };
const stampOf = ({ size, modifiedMs }: Stamped): string => `${size} ${modifiedMs}`;

/** @param files what is to be sent, as it is here */
export function rememberSending(context: Context, remote: Remote, base: string, files: Listing): void {
  const record = recall(context, sendingTo(remote), base);
  for (const [name, file] of files) record.set(shownName(name), stampOf(file));
  rememberFolder(context, sendingTo(remote), base, record);
}

/** All that these folders have to send has arrived. */
export function forgetSent({ context, remote, folders, filters }: Pick<Session, 'context' | 'remote' | 'folders' | 'filters'>): void {
  for (const folder of folders)
    for (const base of [folder.name, path.posix.dirname(folder.name)]) {
      const record = recall(context, sendingTo(remote), base);
      const left = new Map([...record].filter(([name]) => !isMeant(folder, base, name) || !chosen(folder, filters, byteName(name))));
      if (left.size < record.size) rememberFolder(context, sendingTo(remote), base, left);
    }
}

/** Has an earlier push of these folders begun to send what nobody has seen arrive? */
export const isCutOff = ({ context, remote, folders, filters }: Session): boolean =>
  folders.some((folder) =>
    [folder.name, path.posix.dirname(folder.name)].some((base) =>
      [...recall(context, sendingTo(remote), base).keys()].some(
        (name) => isMeant(folder, base, name) && chosen(folder, filters, byteName(name)),
      ),
    ),
  );

/** Of the folder that one file is in, nothing else is meant. */
const isMeant = (folder: Folder, base: string, name: string): boolean => base === folder.name || name === path.posix.basename(folder.name);

/**
 * Which files of a folder there are what a push from here left when it was cut off: those that it was sending, and that have no more
 * bytes than it sent.
 */
export function piecesOf(
  context: Context,
  remote: Remote,
  base: string,
): { any: boolean; has(name: RelativeName, state: string | undefined): boolean } {
  const sending = recall(context, sendingTo(remote), base);
  const sizeIn = (stamp: string) => Number(stamp.split(' ')[0]);
  return {
    any: sending.size > 0,
    has(name, state) {
      const sent = sending.get(shownName(name));
      return sent !== undefined && state !== undefined && sizeIn(state) <= sizeIn(sent);
    },
  };
}

/** Did the store give this file another time than it had here? @param stamp of the record of what was pushed */
export function isOfTimelessStore(stamp: string): boolean {
  const [, there, , here] = stamp.split(' ');
  return here !== undefined && Math.abs(seconds(Number(there)) - seconds(Number(here))) > 1;
}

/**
 * Is a file on both sides as it was when it was sent? A store that keeps no times says when it came: that is another time than here.
 */
export function asSent(
  context: Context,
  remote: Remote,
  base: string,
): (name: RelativeName, here: Stamped | undefined, there: Stamped | undefined) => boolean {
  const pushed = recall(context, pushedTo(remote), base);
  return (name, here, there) =>
    here !== undefined && there !== undefined && pushed.get(shownName(name)) === `${stampOf(there)} ${stampOf(here)}`;
}
