import * as path from 'node:path';
import { UserError } from '../../common/errors';
import { bytes } from '../../common/format';
import { bytesToSend, type Compared } from '../compare/change';
import type { RemoteState } from '../remotes/remote-type';
import type { Session } from '../session/session';

/** There is room for what is to come, on the receiving side. @throws UserError E_REMOTE_FULL, E_DISK_FULL */
export async function guardRoom({ context, direction, remote }: Session, there: RemoteState, compared: readonly Compared[]): Promise<void> {
  if (direction === 'push') {
    const needed = compared.reduce((sum, { comparison }) => sum + bytesToSend(comparison.changes), 0);
    if (there.freeBytes !== undefined && needed > there.freeBytes)
      throw noRoom('E_REMOTE_FULL', `${remote.name}:${there.path}`, there.freeBytes, needed);
    return;
  }
  // Folders here may lie on disks of their own.
  const disks = new Map<number, { free: number; needed: number; at: string }>();
  for (const { folder, comparison } of compared) {
    const { device, availableBytes, measured } = await context.host.disk.freeSpace(path.join(context.root, folder.name));
    const disk = disks.get(device) ?? { free: availableBytes, needed: 0, at: measured };
    disks.set(device, { ...disk, needed: disk.needed + bytesToSend(comparison.changes) });
  }
  for (const { free, needed, at } of disks.values()) if (needed > free) throw noRoom('E_DISK_FULL', at, free, needed);
}

const noRoom = (code: string, where: string, free: number, needed: number): UserError =>
  new UserError({
    code,
    found: `${bytes(free)} free in \`${where}\`, ${bytes(needed)} to come`,
    needed: `${bytes(needed)} free`,
    fix: `free ${bytes(needed - free)} there\nor send less: \`--only\``,
  });
