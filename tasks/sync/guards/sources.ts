import * as path from 'node:path';
import { UserError } from '../../common/errors';
import { moveAside } from '../../engine/aside';
import type { Context } from '../../engine/context';
import { projectPaths } from '../../engine/paths';
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

/** What is named to travel is a device, a socket or a pipe. @throws UserError E_SOURCE_UNREADABLE */
export function refuseSpecial({ host, root }: Context, folder: string): void {
  const entry = host.files.stat(path.join(root, folder));
  if (!entry || entry.isFile() || entry.isDirectory()) return;
  throw new UserError({
    code: 'E_SOURCE_UNREADABLE',
    found: `\`${folder}\` here is a device, a socket or a pipe, which does not travel`,
    needed: 'a file or a folder',
    fix: `\`${moveAside({ root, host }, path.join(root, folder))}\`, then make the file\nto send others: \`--only\``,
  });
}

export const refuseMissing = (context: Context, folder: string, direction: Direction, found: 'missing' | 'dangling'): UserError =>
  new UserError({
    code: 'E_SOURCE_MISSING',
    found: `\`${folder}\` ${direction === 'push' ? 'here' : 'there'} ${found === 'missing' ? 'does not exist' : 'is a link that leads nowhere'}`,
    needed: `something to ${direction}`,
    fix:
      direction === 'push'
        ? `${isMade(context, folder) ? '`npx just mkdirs` makes the folders' : `make it; where it may be missing: \`${folder}?\` in its place in \`sync.push\` or \`--only\``}\nto send others: \`--only\``
        : 'train first\nto see what is there: `npx just sync:status`',
  });

/** Whether `mkdirs` makes it. */
const isMade = (context: Context, folder: string): boolean =>
  [...Object.values(projectPaths(context)), path.join(context.root, 'scripts'), path.join(context.root, 'configs')].includes(
    path.join(context.root, folder),
  );
