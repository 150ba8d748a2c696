import * as path from 'node:path';
import { templates } from '../checks/files-step';
import { authorOf } from '../common/authored-text';
import { some } from '../common/format';
import type { Context } from '../engine/context';
import type { RelativeName } from '../untrusted/names';
import { type Owned, removalStep } from './removal-step';

/** Folders that `mkdirs` makes for its own files. */
const folders = ['configs/schemas', 'configs', 'scripts'];

/** A file that we wrote. */
interface Written {
  file: string;
  /** Whether it is as we wrote it. */
  isOurs: () => boolean;
}

/** Files that `mkdirs`, `export` and `slurm:script` wrote and nobody has changed since, byte for byte. What leaves data and models out of git stays. */
export const filesStep = removalStep('files', 'Look for files of the project', async (context) => {
  const { host, root } = context;
  const written = [...copied(context), ...authored(context)];
  const changed = written.filter(({ isOurs }) => !isOurs()).map(({ file }) => `\`${file}\``);
  const owned = written
    .filter(({ isOurs }) => isOurs())
    .map(
      ({ file, isOurs }): Owned => ({
        place: file,
        size: host.files.lstat(path.join(root, file))?.size ?? 0,
        is: 'as just-lora wrote it',
        remove(ran) {
          if (!isOurs()) return;
          ran.host.files.remove(path.join(root, file));
          removeEmptied(ran, path.dirname(file));
        },
      }),
    );
  return {
    goes: owned,
    stays: [
      ...(changed.length > 0 ? [`${some(changed)}, which changed since it was written`] : []),
      ...(host.files.lstat(path.join(root, '.gitignore'))
        ? ['`.gitignore`, which keeps data and models out of git: take our lines out by hand where you want them gone']
        : []),
    ],
  };
});

/** Copies of what the package brings. */
function copied(context: Context): Written[] {
  const { files } = context.host;
  return templates(context).flatMap(({ file, source }) => {
    const at = path.join(context.root, file);
    if (!files.lstat(at)) return [];
    return [{ file, isOurs: () => files.lstat(at)?.isFile() === true && files.readBytes(at).equals(files.readBytes(source)) }];
  });
}

/** What was made from the settings: its head says so. */
function authored({ root, host: { files } }: Context): Written[] {
  return files.list(path.join(root, 'configs')).flatMap((name) => {
    const at = path.join(root, 'configs', name);
    const author = () => (files.lstat(at)?.isFile() ? authorOf(files.readText(at) ?? '') : 'foreign');
    return author() === 'foreign' ? [] : [{ file: path.join('configs', name), isOurs: () => author() === 'ours' }];
  });
}

/** A folder that held files of ours alone goes with the last of them; a link to one, or one that holds anything, stays. */
function removeEmptied(context: Context, folder: string): void {
  const { root, host } = context;
  const place = path.join(root, folder);
  if (!folders.includes(folder) || host.files.lstat(place)?.isDirectory() !== true || host.files.list(place).length > 0) return;
  host.tree.removeEmptyFolder(root, folder as RelativeName);
  removeEmptied(context, path.dirname(folder));
}
