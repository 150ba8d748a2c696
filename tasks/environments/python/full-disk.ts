import { UserError } from '../../common/errors';
import { bytes } from '../../common/format';
import type { Context } from '../../engine/context';
import { shown } from '../../engine/paths';
import { temporaryFolderOf } from '../../platform/disk';

/** Below these a filesystem counts as full: what an installer writes at once. */
const [fewestBytes, fewestFiles] = [20_000_000, 100];

/**
 * An installation that ended for want of room, with the filesystem that has none: the environment, the cache and temporary files may
 * lie on three, and room is bytes or inodes.
 * @param places folders that it wrote to, beside that for temporary files
 */
export async function withFullDisk(context: Context, error: UserError, places: readonly string[]): Promise<UserError> {
  if (error.fault.code !== 'E_DISK_FULL') return error;
  const { host, root } = context;
  const found = await Promise.all([...places, temporaryFolderOf(host)].map((place) => host.disk.freeSpace(place)));
  const noFiles = found.find(({ availableFiles }) => availableFiles !== undefined && availableFiles < fewestFiles);
  const full = noFiles ?? found.find(({ availableBytes }) => availableBytes < fewestBytes);
  if (!full) return error;
  const what = noFiles ? 'no inode is left for another file' : `${bytes(full.availableBytes)} are left`;
  const variable =
    full.measured === found.at(-1)?.measured ? '\nor have temporary files elsewhere: `export TMPDIR=/a/folder/with/room`' : '';
  return new UserError({
    ...error.fault,
    found: `${error.fault.found}: on the filesystem of \`${shown(root, full.measured)}\` ${what}`,
    fix: `${error.fault.fix}${variable}`,
  });
}
