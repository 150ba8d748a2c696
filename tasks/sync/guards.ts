import { UserError } from '../core/errors';
import { plural, some } from '../core/text';
import { type Change, filesOf, shownChange } from './change';
import type { Direction } from './folders';

/** Is a folder empty as far as anything could travel? Folders, links that lead nowhere and our own excludes do not count. */
export function refuseEmpty(folder: string, direction: Direction): UserError {
  return new UserError({
    code: 'E_SOURCE_EMPTY',
    found: `\`${folder}\` ${direction === 'push' ? 'here' : 'there'} holds no file`,
    needed: 'a source with files: with `--delete` an empty one would delete everything',
    fix: `run the command without \`--delete\`, or look why \`${folder}\` is empty`,
  });
}

export const refuseMissing = (folder: string, direction: Direction, found: 'missing' | 'dangling'): UserError =>
  new UserError({
    code: 'E_SOURCE_MISSING',
    found: `\`${folder}\` ${direction === 'push' ? 'here' : 'there'} ${found === 'missing' ? 'does not exist' : 'is a link that leads nowhere'}`,
    needed: `something to ${direction}`,
    fix:
      direction === 'push'
        ? '`npx just mkdirs` makes the folders; `--only` names others'
        : `train first, or name what is there: \`npx just sync:status\``,
  });

export interface DeleteLimit {
  /** `--max-delete`, which covers any share of the files. */
  allowed: number | undefined;
  /** `sync.max_delete`. */
  usual: number;
}

/**
 * Deletions are bounded: the usual number, and half of the files that the receiving side has in the folder.
 * @param counts files on the receiving side, by folder
 */
export function refuseDeletions(
  changes: readonly Change[],
  counts: ReadonlyMap<string, number>,
  { allowed, usual }: DeleteLimit,
): UserError | undefined {
  const deletions = filesOf(changes).filter(({ action }) => action === 'deleted');
  if (deletions.length === 0 || (allowed !== undefined && deletions.length <= allowed)) return undefined;
  const half = [...counts].find(([folder, count]) => deletions.filter((change) => change.folder === folder).length > count / 2);
  const why =
    allowed !== undefined
      ? `more than --max-delete=${allowed}`
      : deletions.length > usual
        ? `more than ${usual}`
        : half
          ? `more than half of the ${half[1]} files in \`${half[0]}\``
          : undefined;
  if (!why) return undefined;
  return new UserError({
    code: 'E_TOO_MANY_DELETIONS',
    found: `${plural(deletions.length, 'file')} would be deleted, ${why}: ${some(deletions.map(shownChange))}`,
    needed: 'a deletion that is meant',
    fix: `if it is: \`--delete --max-delete=${deletions.length}\`; \`--plan\` lists every file`,
  });
}

/** Where `--delete` is never meant: the root or the home folder of the other side, by whatever name. */
export function refusePlace(remote: string, path: string, real: string, home: string): UserError | undefined {
  const plain = (folder: string) => folder.replace(/\/+$/, '') || '/';
  const taken = [path, real]
    .filter(Boolean)
    .map(plain)
    .find((folder) => folder === '/' || (home !== '' && folder === plain(home)));
  if (!taken) return undefined;
  return new UserError({
    code: 'E_DELETE_PLACE',
    found: `\`remotes.${remote}.path\` is \`${taken}\`: nothing is deleted there`,
    needed: "the project's own folder, with `--delete`",
    fix: `give the project a folder of its own as \`remotes.${remote}.path\``,
  });
}
