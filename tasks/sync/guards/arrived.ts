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

/** What the receiving side's files looked like when they arrived, by name: its size and its time. */
export const recall = (context: Context, what: string, folder: string) => recallFolder(context, what, folder, isText);

/** Of one place of one remote: the same name may mean another machine tomorrow. */
export const pushedTo = (remote: Remote): string => `pushed-${remote.name}-${sha256(remoteAddress(remote)).slice(0, 8)}`;

export const stampHere = (context: Context, folder: string, name: RelativeName): string | undefined => {
  const entry = context.host.tree.look(path.join(context.root, folder), name);
  return entry && `${entry.size} ${entry.modified}`;
};

/** Of a state as a transport tells it, size and time alone: a copy to another inode is no work. */
export const stampIn = (state: string | undefined): string | undefined => state?.split(' ').slice(0, 2).join(' ');

/** Keeps what the files that have arrived here look like: one that looks otherwise later was changed here. */
export function rememberPulled(context: Context, changes: readonly FileChange[]): void {
  for (const folder of new Set(changes.map((change) => change.folder)))
    keep(context, 'pulled', folder, changes, (name) => stampHere(context, folder, name));
}

/** Keeps what the files that have arrived there look like. */
export async function rememberPushed(session: Session, { folders }: SessionDifference): Promise<void> {
  const { context, remote } = session;
  const transport = await session.transport();
  const sent = folders.filter(({ changes }) => changes.length > 0);
  await Promise.all(
    sent.map(async ({ folder, changes }) => {
      const states = new Map(Object.entries(await transport.states(folder, 'there')));
      keep(context, pushedTo(remote), changes[0]?.folder ?? folder.name, changes, (name) => stampIn(states.get(shownName(name))));
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
