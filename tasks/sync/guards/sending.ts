import * as path from 'node:path';
import { byteName, shownName } from '../../common/shown-name';
import type { Context } from '../../engine/context';
import type { RelativeName } from '../../untrusted/names';
import { chosen } from '../compare/filters';
import { type Listing, seconds } from '../compare/listing';
import type { Remote } from '../remotes/remote';
import type { Session } from '../session/session';
import { keepFiles, recallFiles, recordName } from './file-record';
import { millisecondsIn, sizeIn } from './stamps';
import { recallSynced, sendingTo, syncedIn } from './synced-record';

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
  const record = recallFiles(context, sendingTo(remote));
  for (const [name, file] of files) record.set(recordName(base, name), stampOf(file));
  keepFiles(context, sendingTo(remote), record);
}

/** All that these folders have to send has arrived. */
export function forgetSent(session: Pick<Session, 'context' | 'remote' | 'folders' | 'filters'>): void {
  const { context, remote } = session;
  const record = recallFiles(context, sendingTo(remote));
  const left = new Map([...record].filter(([name]) => !isMeant(session, name)));
  if (left.size < record.size) keepFiles(context, sendingTo(remote), left);
}

/** Has an earlier push of these folders begun to send what nobody has seen arrive? */
export const isCutOff = (session: Session): boolean =>
  [...recallFiles(session.context, sendingTo(session.remote)).keys()].some((name) => isMeant(session, name));

/** Is a file one of those that a session is about? @param name in the project, as the record has it */
export const isMeant = ({ folders, filters }: Pick<Session, 'folders' | 'filters'>, name: string): boolean =>
  folders.some((folder) => {
    const own = shownName(byteName(folder.name));
    const inner = name === own ? path.posix.basename(name) : name.startsWith(`${own}/`) ? name.slice(own.length + 1) : undefined;
    return inner !== undefined && chosen(folder, filters, byteName(inner));
  });

/** Which files there are what a push from here left when it was cut off: those that it was sending, and that have no more bytes than it sent. */
export function piecesOf(
  context: Context,
  remote: Remote,
): { any: boolean; has(file: { folder: string; name: RelativeName }, state: string | undefined): boolean } {
  const sending = recallFiles(context, sendingTo(remote));
  return {
    any: sending.size > 0,
    has({ folder, name }, state) {
      const sent = sending.get(recordName(folder, name));
      return sent !== undefined && state !== undefined && sizeIn(state) <= sizeIn(sent);
    },
  };
}

/** Did the store give this file another time than it had here? @param text of the record of a place */
export function isOfTimelessStore(text: string): boolean {
  const { there, here } = syncedIn(text);
  return Math.abs(seconds(millisecondsIn(there)) - seconds(millisecondsIn(here))) > 1;
}

/**
 * Is a file on both sides as it was when it was sent? A store that keeps no times says when it came: that is another time than here.
 */
export function asSent(
  context: Context,
  remote: Remote,
  base: string,
): (name: RelativeName, here: Stamped | undefined, there: Stamped | undefined) => boolean {
  const synced = recallSynced(context, remote);
  return (name, here, there) =>
    here !== undefined && there !== undefined && synced.get(recordName(base, name)) === `${stampOf(there)} ${stampOf(here)}`;
}
