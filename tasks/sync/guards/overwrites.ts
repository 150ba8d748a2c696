import * as path from 'node:path';
import { UserError } from '../../common/errors';
import { some } from '../../common/format';
import { sha256 } from '../../common/hash';
import { shownName } from '../../common/shown-name';
import type { Context } from '../../engine/context';
import type { RelativeName } from '../../untrusted/names';
import { type FileChange, shownChange } from '../compare/change';
import type { Folder } from '../compare/folders';
import { remoteAddress } from '../remotes/address';
import type { Remote } from '../remotes/remote';
import { recallFolder, rememberFolder } from '../session/folder-record';
import type { Session, SessionDifference } from '../session/session';

/*
 * Work of the receiving side is replaced or deleted only where its person has seen it: files that are newer there, and
 * those that look otherwise than when they were last pulled or pushed.
 */

const isText = (value: unknown): value is string => typeof value === 'string';

/** What the receiving side's files looked like when they arrived, by name: its size and its time. */
const recall = (context: Context, what: string, folder: string) => recallFolder(context, what, folder, isText);

/** Of one place of one remote: the same name may mean another machine tomorrow. */
const pushedTo = (remote: Remote): string => `pushed-${remote.name}-${sha256(remoteAddress(remote)).slice(0, 8)}`;

const stampHere = (context: Context, folder: string, name: RelativeName): string | undefined => {
  const entry = context.host.tree.look(path.join(context.root, folder), name);
  return entry && `${entry.size} ${entry.modified}`;
};

/** Of a state as a transport tells it, size and time alone: a copy to another inode is no work. */
const stampIn = (state: string | undefined): string | undefined => state?.split(' ').slice(0, 2).join(' ');

/** Keeps what the files that have arrived here look like: one that looks otherwise later was changed here. */
export function rememberPulled(context: Context, changes: readonly FileChange[]): void {
  for (const folder of new Set(changes.map((change) => change.folder)))
    keep(context, 'pulled', folder, changes, (name) => stampHere(context, folder, name));
}

/** Keeps what the files that have arrived there look like. */
export async function rememberPushed(session: Session, { folders }: SessionDifference): Promise<void> {
  const { context, remote } = session;
  const transport = await session.transport();
  for (const { folder, changes } of folders) {
    const base = changes[0]?.folder;
    if (base === undefined) continue;
    const states = new Map(Object.entries(await transport.states(folder, 'there')));
    keep(context, pushedTo(remote), base, changes, (name) => stampIn(states.get(shownName(name))));
  }
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

/**
 * Marks what would be replaced or deleted though it is newer on the receiving side, or was changed there since it arrived.
 * @returns what refuses that, where there is some and nobody has seen it: `--plan`, `--plan=FILE` and `--force` have
 */
export async function markOverwrites(
  session: Session,
  { folders, changes, byChecksum }: SessionDifference,
): Promise<UserError | undefined> {
  // Of the same size and time: what differs then is no work of a person, and `--verify` is to mend it.
  if (byChecksum) return undefined;
  for (const { folder, changes: own } of folders) await markIn(session, folder, own);
  const { context, direction } = session;
  const marked = changes.filter((change) => change.newer !== undefined);
  if (marked.length === 0 || context.option('plan') !== undefined || context.forced(direction)) return undefined;
  return overwrites(session, marked);
}

async function markIn(session: Session, folder: Folder, changes: readonly FileChange[]): Promise<void> {
  const { context, direction, remote } = session;
  const at = direction === 'push' ? 'there' : 'here';
  const touched = changes.filter(({ action, kind }) => action !== 'added' && kind !== 'folder');
  const [first] = touched;
  if (!first) return;
  const transport = await session.transport();
  const changed = touched.filter(({ action, kind }) => action === 'changed' && kind === 'file');
  const newer = changed.length > 0 ? await transport.newer(folder, changed) : new Set<string>();
  const record = recall(context, direction === 'push' ? pushedTo(remote) : 'pulled', first.folder);
  // A list of the other side costs a command: asked for where something is known to hold it against.
  const isKnown = touched.some(({ name }) => record.has(shownName(name)));
  const states = direction === 'push' && isKnown ? new Map(Object.entries(await transport.states(folder, 'there'))) : undefined;
  for (const change of touched) {
    const before = record.get(shownName(change.name));
    const now = states ? stampIn(states.get(shownName(change.name))) : stampHere(context, change.folder, change.name);
    if (newer.has(change.name)) change.newer = `newer ${at}`;
    else if (before !== undefined && before !== now)
      change.newer = `changed ${at} since it was ${direction === 'push' ? 'pushed' : 'pulled'}`;
  }
}

function overwrites({ direction, remote }: Session, marked: readonly FileChange[]): UserError {
  const names = some(marked.map((change) => `${shownChange(change)} (${change.newer})`));
  const command = `npx just sync:${direction}`;
  const [where, other] = direction === 'push' ? [`on \`${remote.name}\``, 'here'] : ['here', 'there'];
  const folders = [...new Set(marked.map(({ folder }) => folder))].join(',');
  return new UserError({
    code: direction === 'push' ? 'E_REMOTE_CHANGES' : 'E_LOCAL_CHANGES',
    found: `${marked.length} of the files ${where} would be lost: ${names}`,
    needed: `your word that the ones ${other} replace them`,
    fix: `\`${command} --plan\`, and then the same with \`--plan=FILE\` as it ends with\nunseen: \`${command} --force\`\n${
      direction === 'push'
        ? `to keep those there: \`npx just sync:pull --only=${folders}\` fetches them`
        : 'to keep yours: move them away first'
    }`,
  });
}
