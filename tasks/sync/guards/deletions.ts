import { UserError } from '../../common/errors';
import { plural, some } from '../../common/format';
import { type Compared, changedFiles, type FileChange, shownChange } from '../compare/change';
import type { Remote } from '../remotes/remote';
import type { RemoteState } from '../remotes/remote-type';
import type { Session } from '../session/session';
import type { Transport } from '../session/transport';
import { refuseEmpty } from './sources';

interface DeleteLimit {
  /** `--max-delete`, which covers any share of the files; null where it is not given. */
  allowed: number | null;
  /** `sync.max_delete`. */
  usual: number;
}

/** Only what is meant is deleted. @throws UserError E_TOO_MANY_DELETIONS, E_SOURCE_EMPTY */
export async function guardDeletions(
  { context, maxDelete, direction }: Session,
  transport: Transport,
  compared: readonly Compared[],
): Promise<void> {
  const counts = new Map<string, number>();
  for (const { folder, comparison } of compared) {
    if (!comparison.changes.some(({ action }) => action === 'deleted')) continue;
    if (direction === 'pull' && (await transport.count(folder, 'there')) === 0) throw refuseEmpty(folder.name, direction);
    counts.set(folder.name, await transport.count(folder, direction === 'push' ? 'there' : 'here'));
  }
  const changes = compared.flatMap(({ comparison }) => comparison.changes);
  const refused = refuseDeletions(changes, counts, { allowed: maxDelete, usual: context.settings.setup.sync.max_delete });
  if (refused) throw refused;
}

/**
 * Deletions are bounded: the usual number, and half of the files that the receiving side has in the folder.
 * @param counts files on the receiving side, by folder
 */
function refuseDeletions(changes: readonly FileChange[], counts: ReadonlyMap<string, number>, limit: DeleteLimit): UserError | undefined {
  const deletions = changedFiles(changes).filter(({ action }) => action === 'deleted');
  const why = tooMany(deletions, counts, limit);
  if (!why) return undefined;
  return new UserError({
    code: 'E_TOO_MANY_DELETIONS',
    found: `${plural(deletions.length, 'file')} would be deleted, ${why}: ${some(deletions.map(shownChange))}`,
    needed: 'a deletion that is meant',
    fix: `\`--delete --max-delete=${deletions.length}\`, if it is meant\nto see every file: \`--delete --plan\``,
  });
}

function tooMany(
  deletions: readonly FileChange[],
  counts: ReadonlyMap<string, number>,
  { allowed, usual }: DeleteLimit,
): string | undefined {
  if (allowed !== null) return deletions.length > allowed ? `more than --max-delete=${allowed}` : undefined;
  if (deletions.length > usual) return `more than ${usual}`;
  const half = [...counts].find(([folder, count]) => deletions.filter((change) => change.folder === folder).length > count / 2);
  return half ? `more than half of the ${half[1]} files in \`${half[0]}\`` : undefined;
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
