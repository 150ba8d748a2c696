import { UserError } from '../../common/errors';
import { bytes, shellWord } from '../../common/format';
import type { Context } from '../../engine/context';
import { shown } from '../../engine/paths';

const leastHeadroom = 50_000_000;

/** Bytes that should be free beside those that are still to come: 0 where nothing is. */
export const headroomOf = (remaining: number, percent: number): number =>
  remaining > 0 ? Math.max(leastHeadroom, Math.ceil((remaining * percent) / 100)) : 0;

/**
 * The remaining bytes and the headroom against the filesystem that the folder is on, or will be on. Where nothing
 * remains the folder is written to all the same: that files were checked is kept in it for hf.
 * @throws UserError E_MODEL_SPACE, E_NOT_WRITABLE
 */
export async function refuseWithoutSpace(context: Context, folder: string, remaining: number): Promise<void> {
  const { availableBytes, measured } = await context.host.disk.freeSpace(folder);
  const at = shown(context.root, measured);
  if (!context.host.files.isWritable(measured))
    throw new UserError({
      code: 'E_NOT_WRITABLE',
      found: `\`${at}\` cannot be written`,
      needed: 'a folder that this user may write',
      fix: `\`sudo chown -R "$USER" ${shellWord(at)}\`, or \`--set paths.models_dir=FOLDER\`, with \`--source=${shellWord(at)}\` where the model is there`,
    });
  const headroom = headroomOf(remaining, context.settings.setup.download.headroom_percent);
  if (remaining === 0 || availableBytes >= remaining + headroom) return;
  throw new UserError({
    code: 'E_MODEL_SPACE',
    found: `${bytes(availableBytes)} free in \`${at}\`, ${bytes(remaining)} to fetch and ${bytes(headroom)} headroom needed`,
    needed: `${bytes(remaining + headroom)} free`,
    fix: `free ${bytes(remaining + headroom - availableBytes)}, or \`--set paths.models_dir=FOLDER\` on a larger disk`,
  });
}
