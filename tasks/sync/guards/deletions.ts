import { UserError } from '../../common/errors';
import { plural, some } from '../../common/format';
import { type Compared, changedFiles, type FileChange, shownChange } from '../compare/change';
import { planned, syncCommand } from '../options';
import type { Remote } from '../remotes/remote';
import type { RemoteState } from '../remotes/remote-type';
import type { Session, SessionDifference } from '../session/session';
import type { Transport } from '../session/transport';
import { refuseEmpty } from './sources';

/** Nothing is deleted for a source that has no file. @throws UserError E_SOURCE_EMPTY */
export async function guardSource({ direction }: Session, transport: Transport, compared: readonly Compared[]): Promise<void> {
  if (direction === 'push') return;
  for (const { folder, comparison } of compared)
    if (deletionsOf(comparison.changes).length > 0 && (await transport.count(folder, 'there')) === 0)
      throw refuseEmpty(folder.name, direction);
}

/**
 * Deletions are bounded: the usual number, and half of the files that the receiving side has in the folder; by `--max-delete` where it
 * is given.
 * @param more what the command that deletes them needs besides
 * @returns what refuses more, where nobody has seen them: `--plan` and `--plan=FILE` have
 */
export async function refuseDeletions(session: Session, difference: SessionDifference, more: string): Promise<UserError | undefined> {
  const { context, direction, maxDelete } = session;
  const deletions = changedFiles(deletionsOf(difference.changes));
  if (deletions.length === 0 || context.option('plan') !== undefined) return undefined;
  const why = await tooMany(session, difference, deletions);
  if (!why) return undefined;
  const command = syncCommand(context, direction, undefined, { 'max-delete': undefined });
  return new UserError({
    code: 'E_TOO_MANY_DELETIONS',
    found: `${plural(deletions.length, 'file')} would be deleted, ${why}: ${some(deletions.map(shownChange))}`,
    needed: 'a deletion that is meant',
    fix: `${planned(command, direction)}\nunseen: \`${command} --max-delete=${Math.max(deletions.length, maxDelete ?? 0)}${more}\``,
  });
}

const deletionsOf = (changes: readonly FileChange[]): FileChange[] => changes.filter(({ action }) => action === 'deleted');

async function tooMany(session: Session, { folders }: SessionDifference, deletions: readonly FileChange[]): Promise<string | undefined> {
  const { context, direction, maxDelete } = session;
  if (maxDelete !== null) return deletions.length > maxDelete ? `more than --max-delete=${maxDelete}` : undefined;
  const usual = context.settings.setup.sync.max_delete;
  if (deletions.length > usual) return `more than ${usual}`;
  const transport = await session.transport();
  for (const { folder, changes } of folders) {
    const own = changedFiles(deletionsOf(changes)).length;
    const count = own > 0 ? await transport.count(folder, direction === 'push' ? 'there' : 'here') : 0;
    if (own > count / 2) return `more than half of the ${count} files in \`${folder.name}\``;
  }
  return undefined;
}

/** Where `--delete` is never meant, by its name alone. @throws UserError E_DELETE_PLACE, exit code 2 */
export function assertNotHome({ name, path }: Remote): void {
  if (!/^(~|\.)\/*$/.test(path)) return;
  throw new UserError(
    {
      code: 'E_DELETE_PLACE',
      found: `\`remotes.${name}.path\` is \`${path}\`: nothing is deleted in a home folder`,
      fix: `give the project a folder of its own as \`remotes.${name}.path\``,
    },
    2,
  );
}

/** Where `--delete` is never meant: the root or the home folder of the other side, by whatever name. @throws UserError E_DELETE_PLACE */
export function assertSafeDeleteTarget({ remote, path, real, home }: RemoteState): void {
  const plain = (folder: string) => folder.replace(/\/+$/, '') || '/';
  const taken = [path, real]
    .flatMap((folder) => (folder ? [plain(folder)] : []))
    .find((folder) => folder === '/' || (home && folder === plain(home)));
  if (!taken) return;
  throw new UserError({
    code: 'E_DELETE_PLACE',
    found: `\`remotes.${remote.name}.path\` is \`${taken}\`: nothing is deleted there`,
    needed: "the project's own folder, with `--delete`",
    fix: `give the project a folder of its own as \`remotes.${remote.name}.path\``,
  });
}
