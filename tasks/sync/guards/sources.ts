import { UserError } from '../../common/errors';
import type { Direction } from '../compare/folders';

/** A folder is empty as far as anything could travel: folders, links that lead nowhere and our own excludes do not count. */
export function refuseEmpty(folder: string, direction: Direction): UserError {
  return new UserError({
    code: 'E_SOURCE_EMPTY',
    found: `\`${folder}\` ${direction === 'push' ? 'here' : 'there'} holds no file`,
    needed: 'a source with files: with `--delete` an empty one would delete everything',
    fix: `run the command without \`--delete\`\nor look why \`${folder}\` is empty`,
  });
}

export const refuseMissing = (folder: string, direction: Direction, found: 'missing' | 'dangling'): UserError =>
  new UserError({
    code: 'E_SOURCE_MISSING',
    found: `\`${folder}\` ${direction === 'push' ? 'here' : 'there'} ${found === 'missing' ? 'does not exist' : 'is a link that leads nowhere'}`,
    needed: `something to ${direction}`,
    fix:
      direction === 'push'
        ? '`npx just mkdirs` makes the folders\nto send others: `--only`'
        : 'train first\nto see what is there: `npx just sync:status`',
  });
