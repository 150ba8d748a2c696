import * as path from 'node:path';
import { sha256 } from '../../common/hash';
import { shownName } from '../../common/shown-name';
import type { Context } from '../../engine/context';
import type { RelativeName } from '../../untrusted/names';
import type { FileChange } from '../compare/change';
import { remoteAddress } from '../remotes/address';
import type { Remote } from '../remotes/remote';
import type { Session, SessionDifference } from '../session/session';
import { keepArrived, recallArrived, recordName } from './arrival-record';

/*
 * What files looked like when they arrived on the receiving side: one that looks otherwise later was changed there.
 */

/** One place of one remote: the same name may mean another machine tomorrow. */
const placeOf = (remote: Remote): string => `${remote.name}-${sha256(remoteAddress(remote)).slice(0, 8)}`;

export const pushedTo = (remote: Remote): string => `pushed-${placeOf(remote)}`;
/** What is on its way to a store (guards/sending.ts). */
export const sendingTo = (remote: Remote): string => `sending-${placeOf(remote)}`;

/**
 * Which files were the same on both sides once: pulled from this place, or pushed to it. A record of an earlier version has no place:
 * what it has may be from here.
 */
export function syncedWith(context: Context, remote: Remote): (folder: string, name: RelativeName) => boolean {
  const [pulled, pushed] = [recallArrived(context, 'pulled'), recallArrived(context, pushedTo(remote))];
  return (folder, name) => {
    const own = recordName(folder, name);
    const [stamp, , place] = pulled.get(own)?.split(' ') ?? [];
    return pushed.has(own) || (stamp !== undefined && (place === undefined || place === placeOf(remote)));
  };
}

export const stampHere = (context: Context, folder: string, name: RelativeName): string | undefined => {
  const entry = context.host.tree.look(path.join(context.root, folder), name);
  return entry && `${entry.size} ${entry.modified}`;
};

/** Of a state as a transport tells it, size and time alone: a copy to another inode is no work. */
export const stampIn = (state: string | undefined): string | undefined => state?.split(' ').slice(0, 2).join(' ');

/** Keeps what the files that have arrived here look like: one that looks otherwise later was changed here. */
export function rememberPulled(context: Context, remote: Remote, changes: readonly FileChange[]): void {
  keep(context, 'pulled', changes, ({ folder, name }) => {
    const stamp = stampHere(context, folder, name);
    return stamp && `${stamp} ${placeOf(remote)}`;
  });
  // What was edited there and fetched is no work there any more that this side lacks.
  forgetPushed(
    context,
    remote,
    changes.map(({ folder, name }) => recordName(folder, name)),
  );
}

/** Forgets what `sync:push` knows of files that came another way, by {@link recordName}: they look otherwise now, and nobody changed them. */
export function forgetPushed(context: Context, remote: Remote, names: readonly string[]): void {
  const record = recallArrived(context, pushedTo(remote));
  const before = record.size;
  for (const name of names) record.delete(name);
  if (record.size < before) keepArrived(context, pushedTo(remote), record);
}

/** Keeps what the files that have arrived there look like; behind that, for a store, what they looked like here when they were sent. */
export async function rememberPushed(session: Session, { folders }: SessionDifference): Promise<void> {
  const { context, remote } = session;
  const transport = await session.transport();
  const sent = folders.filter(({ changes }) => changes.length > 0);
  const stamps = new Map<FileChange, string | undefined>();
  await Promise.all(
    sent.map(async ({ folder, changes }) => {
      const states = new Map(Object.entries(await transport.states(folder, 'there')));
      for (const change of changes) stamps.set(change, stampIn(states.get(shownName(change.name))));
    }),
  );
  const sending = recallArrived(context, sendingTo(remote));
  keep(context, pushedTo(remote), [...stamps.keys()], (change) => {
    const [now, before] = [stamps.get(change), sending.get(recordName(change.folder, change.name))];
    return now && before ? `${now} ${before}` : now;
  });
}

function keep(context: Context, what: string, changes: readonly FileChange[], stamp: (change: FileChange) => string | undefined): void {
  const record = recallArrived(context, what);
  for (const change of changes) {
    const now = change.kind === 'folder' || change.action === 'deleted' ? undefined : stamp(change);
    const name = recordName(change.folder, change.name);
    if (now) record.set(name, now);
    else record.delete(name);
  }
  keepArrived(context, what, record);
}
