import * as path from 'node:path';
import { UserError } from '../../../common/errors';
import type { Context } from '../../../engine/context';
import { bootId } from '../../../platform/boot-id';
import type { Remote } from '../../../sync/remotes/remote';
import type { MachineLook } from './machine-answer';

/**
 * A machine that is this one: each run would bring the project into itself. It is told by its boot, and folders by device and inode,
 * whatever links lead to them.
 * @throws UserError E_REMOTE_PATH where the folder there is this project's, lies in it, or holds it
 */
export function refuseOwnFolder({ host, root }: Context, { name }: Remote, { boot, above, at, path: there }: MachineLook): void {
  if (boot === '' || boot !== bootId(host)) return;
  const here = foldersFrom(host.files.realPath(root) ?? root).map((folder) => {
    const stat = host.files.exactStat(folder);
    return stat ? `${stat.dev}:${stat.ino}` : '';
  });
  const [own, its] = [here[0], at === 'folder' ? above[0] : undefined];
  const where =
    own && own === its ? 'is the folder of' : own && above.includes(own) ? 'lies in' : its && here.includes(its) ? 'holds' : undefined;
  if (!where) return;
  throw new UserError({
    code: 'E_REMOTE_PATH',
    found: `\`${name}\` is this machine, and \`${there}\` ${where} this project`,
    needed: 'a folder apart from this project: a run there has a copy of it',
    fix: `set another \`remotes.${name}.path\`\nor leave out \`--on\`: the run is on this machine either way`,
  });
}

/** A folder and those above it. */
function foldersFrom(folder: string): string[] {
  const above = path.dirname(folder);
  return above === folder ? [folder] : [folder, ...foldersFrom(above)];
}
