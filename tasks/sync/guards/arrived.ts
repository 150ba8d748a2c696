import * as path from 'node:path';
import { sha256 } from '../../common/hash';
import { shownName } from '../../common/shown-name';
import type { Context } from '../../engine/context';
import type { RelativeName } from '../../untrusted/names';
import type { FileChange } from '../compare/change';
import { remoteAddress } from '../remotes/address';
import type { Remote } from '../remotes/remote';
import { recallFolder, rememberFolder } from '../session/folder-record';
import type { Session, SessionDifference } from '../session/session';

/*
 * What files looked like when they arrived on the receiving side: one that looks otherwise later was changed there.
 */

const isText = (value: unknown): value is string => typeof value === 'string';

/** What the receiving side's files looked like when they arrived, by name: size, time, and here which place they came from. */
export const recall = (context: Context, what: string, folder: string) => recallFolder(context, what, folder, isText);

/** One place of one remote: the same name may mean another machine tomorrow. */
const placeOf = (remote: Remote): string => `${remote.name}-${sha256(remoteAddress(remote)).slice(0, 8)}`;

export const pushedTo = (remote: Remote): string => `pushed-${placeOf(remote)}`;
/** What is on its way to a store (guards/sending.ts). */
export const sendingTo = (remote: Remote): string => `sending-${placeOf(remote)}`;

/**
 * Which files of a folder were the same on both sides once: pulled from this place, or pushed to it. A record of an earlier version has
 * no place: what it has may be from here.
 */
export function syncedWith(context: Context, remote: Remote, folder: string): (name: RelativeName) => boolean {
  const [pulled, pushed] = [recall(context, 'pulled', folder), recall(context, pushedTo(remote), folder)];
  return (name) => {
    const [stamp, , place] = pulled.get(shownName(name))?.split(' ') ?? [];
    return pushed.has(shownName(name)) || (stamp !== undefined && (place === undefined || place === placeOf(remote)));
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
  for (const folder of new Set(changes.map((change) => change.folder)))
    keep(context, 'pulled', folder, changes, (name) => {
      const stamp = stampHere(context, folder, name);
      return stamp && `${stamp} ${placeOf(remote)}`;
    });
}

/** Keeps what the files that have arrived there look like; behind that, for a store, what they looked like here when they were sent. */
export async function rememberPushed(session: Session, { folders }: SessionDifference): Promise<void> {
  const { context, remote } = session;
  const transport = await session.transport();
  const sent = folders.filter(({ changes }) => changes.length > 0);
  await Promise.all(
    sent.map(async ({ folder, changes }) => {
      const states = new Map(Object.entries(await transport.states(folder, 'there')));
      const base = changes[0]?.folder ?? folder.name;
      const sending = recall(context, sendingTo(remote), base);
      keep(context, pushedTo(remote), base, changes, (name) => {
        const [now, sent] = [stampIn(states.get(shownName(name))), sending.get(shownName(name))];
        return now && sent ? `${now} ${sent}` : now;
      });
    }),
  );
}

function keep(
  context: Context,
  what: string,
  folder: string,
  changes: readonly FileChange[],
  stamp: (name: RelativeName) => string | undefined,
): void {
  const record = recall(context, what, folder);
  for (const { name, kind, action } of changes.filter((change) => change.folder === folder)) {
    const now = kind === 'folder' || action === 'deleted' ? undefined : stamp(name);
    if (now) record.set(shownName(name), now);
    else record.delete(shownName(name));
  }
  rememberFolder(context, what, folder, record);
}
