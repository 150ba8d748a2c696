import * as path from 'node:path';
import { templates } from '../checks/files-step';
import { some } from '../common/format';
import type { Context } from '../engine/context';
import type { RelativeName } from '../untrusted/names';
import { type Owned, removalStep } from './removal-step';

/** Folders that `mkdirs` makes for its own files. */
const folders = ['configs/schemas', 'configs', 'scripts'];

/** Files that `mkdirs` wrote and nobody has changed since, byte for byte. What leaves data and models out of git stays. */
export const filesStep = removalStep('files', 'Look for files of the project', async (context) => {
  const { host, root } = context;
  const there = templates(context).filter(({ file }) => host.files.lstat(path.join(root, file)));
  const isUnchanged = ({ file, source }: { file: string; source: string }) =>
    host.files.lstat(path.join(root, file))?.isFile() === true &&
    host.files.readBytes(path.join(root, file)).equals(host.files.readBytes(source));
  const changed = there.filter((each) => !isUnchanged(each)).map(({ file }) => `\`${file}\``);
  const owned = there.filter(isUnchanged).map(
    ({ file, source }): Owned => ({
      place: file,
      size: host.files.lstat(path.join(root, file))?.size ?? 0,
      is: 'as just-lora wrote it',
      remove(ran) {
        if (!isUnchanged({ file, source })) return;
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

/** A folder that held files of ours alone goes with the last of them; a link to one, or one that holds anything, stays. */
function removeEmptied(context: Context, folder: string): void {
  const { root, host } = context;
  const place = path.join(root, folder);
  if (!folders.includes(folder) || host.files.lstat(place)?.isDirectory() !== true || host.files.list(place).length > 0) return;
  host.tree.removeEmptyFolder(root, folder as RelativeName);
  removeEmptied(context, path.dirname(folder));
}
