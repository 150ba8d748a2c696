import { saysFull, UserError } from '../../common/errors';
import { bytes } from '../../common/format';
import type { Context } from '../../engine/context';
import { shown } from '../../engine/paths';
import { temporaryFolderOf } from '../../platform/disk';

/** What torch says where writing fails, whatever it was that failed. */
const saysUnwritten = /PytorchStreamWriter failed|unexpected pos \d+ vs \d+/;

/** Below it a filesystem counts as full. */
const fewestBytes = 20_000_000;

/** Libraries that did not work for want of room: they work in a folder for temporary files. @throws UserError E_DISK_FULL */
export async function holdRoom(context: Context, tried: readonly { error?: string; causes?: string }[]): Promise<void> {
  const said = tried.map(({ error = '', causes = '' }) => `${error}\n${causes}`).join('\n');
  const full = await noRoomLeft(context, said, 'trying the libraries', []);
  if (full) throw full;
}

/**
 * A program that ended for want of room, with the place that has least of it; `undefined` where that is not why.
 * @param said what the program said
 * @param what ended, in words
 * @param places folders that it wrote to, beside that for temporary files
 */
export async function noRoomLeft(context: Context, said: string, what: string, places: readonly string[]): Promise<UserError | undefined> {
  const isSaid = saysFull.test(said);
  if (!isSaid && !saysUnwritten.test(said)) return undefined;
  const { host, root } = context;
  const all = [...places, temporaryFolderOf(host)];
  const free = await Promise.all(all.map(async (place) => ({ place, ...(await host.disk.freeSpace(place)) })));
  const [least] = free.sort((one, other) => one.availableBytes - other.availableBytes);
  if (!least || (!isSaid && least.availableBytes >= fewestBytes)) return undefined;
  const isTemporary = least.place === temporaryFolderOf(host);
  return new UserError({
    code: 'E_DISK_FULL',
    found: `${what}: no space left on the device; \`${shown(root, least.place)}\` has ${bytes(least.availableBytes)} free`,
    needed: 'room for what it writes',
    fix: `\`npx just storage\` shows what needs room; free some and run the same command again${isTemporary ? '\nor have temporary files elsewhere: `export TMPDIR=/a/folder/with/room`' : ''}`,
  });
}
