import * as path from 'node:path';
import { templates } from '../checks/files-step';
import { some } from '../common/format';
import { type Owned, removalStep } from './removal-step';

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
        if (isUnchanged({ file, source })) ran.host.files.remove(path.join(root, file));
      },
    }),
  );
  return {
    goes: owned,
    stays: [
      ...(changed.length > 0 ? [`${some(changed)}: changed since`] : []),
      ...(host.files.lstat(path.join(root, '.gitignore')) ? ['`.gitignore` keeps data and models out of git'] : []),
    ],
  };
});
