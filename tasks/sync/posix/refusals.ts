import * as path from 'node:path';
import { isAtLeast } from '../../common/dotted';
import { UserError } from '../../common/errors';
import type { Context } from '../../engine/context';
import { rsyncSince } from '../../knowledge/tool-versions';
import type { LookAnswer } from '../answers/look-answer';
import type { RsyncVersion } from '../answers/rsync-output';
import type { Remote } from '../remotes/remote';
import type { Ssh } from './ssh/connection';

/* What a look found that makes a machine no remote to work with. */

/** What the shell there reads as more than a letter of a name. */
const readByShell = /[^\p{L}\p{M}\p{N}_./@%+=:,~-]/u;

/**
 * Old rsyncs hand names to the shell there as they are: it would split them, or run what is in them.
 * @param rsync the one that would send there over ssh
 */
export function refuseUnescaped({ name }: Remote, project: string, folders: readonly string[], rsync: RsyncVersion | undefined): void {
  if (!rsync || (rsync.flavour === 'gnu' && isAtLeast(rsync.version, rsyncSince.escapes))) return;
  const place = [project, ...folders.map((folder) => path.posix.join(project, folder))].find((each) => readByShell.test(each));
  if (place === undefined) return;
  const [character = ''] = readByShell.exec(place) ?? [];
  throw new UserError({
    code: 'E_RSYNC_OLD',
    found: `this machine's rsync (${rsync.text}) cannot send to \`${place}\`: it has ${character === ' ' ? 'a space' : `\`${character}\``}`,
    needed: `GNU rsync ${rsyncSince.escapes} or newer`,
    fix: `\`brew install rsync\` on a Mac; elsewhere the package of the distribution\nor another ${place === project ? `\`remotes.${name}.path\`` : 'name for the folder'}`,
  });
}

/** The project's folder there cannot be one. */
export function refuseNoFolder(
  { host }: Context,
  { name }: Remote,
  ssh: Ssh | undefined,
  { path: folder, nearest, isFolder }: LookAnswer,
): void {
  if (!isFolder)
    throw new UserError({
      code: 'E_REMOTE_PATH',
      found: `\`${nearest}\` on \`${name}\` is not a folder`,
      needed: `a folder at \`${folder}\``,
      fix: `set another \`remotes.${name}.path\``,
    });
  const above = path.dirname(folder);
  if (!ssh && !host.files.stat(above))
    throw new UserError({
      code: 'E_NOT_MOUNTED',
      found: `\`${above}\` is not there`,
      needed: 'the mounted volume',
      fix: `mount it\nor set another \`remotes.${name}.path\``,
    });
}

/** Something there that would be written cannot be. */
export function refuseClosed({ name }: Remote, { path: project, nearest, isWritable, items }: LookAnswer): void {
  const closed = isWritable ? [...items].find(([, { writable }]) => !writable)?.[0] : '.';
  if (closed === undefined) return;
  const folder = path.posix.join(project, closed);
  throw new UserError({
    code: 'E_REMOTE_READ_ONLY',
    found: `\`${folder}\` on \`${name}\` cannot be written${!folder.startsWith(nearest) ? ` (\`${nearest}\`)` : ''}`,
    needed: 'a folder that this login may write',
    fix: `give this login write access there\nor set another \`remotes.${name}.path\``,
  });
}
