import { bytes } from '../common/format';
import type { Context } from '../engine/context';
import { absolute, shown } from '../engine/paths';
import { temporaryFolderOf } from '../platform/disk';
import { noexecMount } from '../platform/mounts';
import type { Volume } from './volumes';

/** Without so many inodes nothing at all is begun. */
export const fewestFiles = 1000;
/** Files that an environment and its data have; one that trains has some 90,000. */
const filesWanted = 100_000;
/** Bytes of the largest package of the training environment, unpacked. */
const temporaryWanted = 2_000_000_000;

/** What keeps a machine from the work though there are bytes enough: inodes, a small folder for temporary files, `noexec`. */
export async function besideBytes(context: Context, volumes: readonly Volume[]): Promise<string[]> {
  const { host, root, settings } = context;
  const temporary = await host.disk.freeSpace(temporaryFolderOf(host));
  const environments = [settings.setup.environments.local.path, settings.setup.remote.path].map((folder) => absolute(context, folder));
  const mounts = new Set(environments.flatMap((folder) => noexecMount(host, folder) ?? []));
  return [
    ...volumes.flatMap(({ measured, availableFiles }) =>
      availableFiles !== undefined && availableFiles < filesWanted
        ? [`${availableFiles} inodes free in \`${shown(root, measured)}\`, an environment and its data want ${filesWanted} (\`df -i\`)`]
        : [],
    ),
    ...(temporary.availableBytes < temporaryWanted
      ? [`${bytes(temporary.availableBytes)} free for temporary files in \`${temporary.measured}\`: \`export TMPDIR=/a/folder/with/room\``]
      : []),
    ...[...mounts].map(
      (mount) => `\`${mount}\` is mounted with \`noexec\`: no environment starts there (\`environments.local.path\`, \`remote.path\`)`,
    ),
  ];
}
