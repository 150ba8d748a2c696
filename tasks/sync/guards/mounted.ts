import * as path from 'node:path';
import { UserError } from '../../common/errors';
import { shellWord } from '../../common/format';
import { sha256 } from '../../common/hash';
import type { Context } from '../../engine/context';
import { makeStateFolder, statePath } from '../../engine/state';
import { isAtOrBelow, mountName, mountOver } from '../../platform/mounts';
import { fieldsOf } from '../../untrusted/json';
import { remoteAddress } from '../remotes/address';
import type { Remote } from '../remotes/remote';

/** A file of this name on a volume says that it is there, where a mount cannot tell: beside the project's folder or above it. */
const marker = '.just-lora-volume';

/** Where disks are mounted by custom: what lies below on no mount of its own is the folder that was left behind. */
const customary = ['/mnt', '/media', '/run/media', '/Volumes'];

/** Mount points that `/proc/self/mountinfo` lists (proc(5)): the fifth field, blanks as `\040`. */
const mountPoints = (text: string): string[] => text.split('\n').flatMap((line) => unescaped(line.split(' ')[4]));
/** Those that `/etc/fstab` wants (fstab(5)): the second field. */
const wantedMounts = (text: string): string[] =>
  text.split('\n').flatMap((line) => (/^\s*#/.test(line) ? [] : unescaped(line.trim().split(/\s+/)[1])));
const unescaped = (field: string | undefined): string[] => (field?.startsWith('/') ? [mountName(field)] : []);

/** The folder that the filesystem of a folder is mounted at. */
function mountOf({ files }: Context['host'], folder: string): string {
  const points = mountPoints(files.readText('/proc/self/mountinfo') ?? '');
  const on = mountOver(
    points.map((point) => ({ point })),
    folder,
  );
  if (on) return on.point;
  const device = files.stat(folder)?.dev;
  let at = folder;
  while (at !== '/' && files.stat(path.dirname(at))?.dev === device) at = path.dirname(at);
  return at;
}

/**
 * What speaks against a volume being there, by where its folder lies.
 * @param folder the project's folder on it, or the nearest one that is there, links resolved
 * @param mount where the filesystem of that is mounted
 * @param before where it was when it was last pushed to
 */
export function unmounted(folder: string, mount: string, fstab: string, before: string | undefined): string | undefined {
  if (before !== undefined && before !== '/' && before !== mount) return `nothing is mounted at \`${before}\`, where it was`;
  const wanted = wantedMounts(fstab).find((point) => point !== '/' && isAtOrBelow(folder, point) && !isAtOrBelow(mount, point));
  if (wanted) return `\`${wanted}\` is not mounted, as /etc/fstab has it`;
  const place = customary.find((each) => isAtOrBelow(folder, each));
  return place !== undefined && !isAtOrBelow(mount, place) ? `nothing is mounted below \`${place}\` there` : undefined;
}

interface Volume {
  mount: string;
  isMarked: boolean;
}

const recordOf = ({ root }: Context, remote: Remote): string =>
  statePath(root, 'sync', `volume-${remote.name}-${sha256(remoteAddress(remote)).slice(0, 8)}.json`);

function volumeAt({ host }: Context, folder: string): Volume {
  const above = folder.split('/').map((_, index, parts) => parts.slice(0, index + 1).join('/') || '/');
  return { mount: mountOf(host, folder), isMarked: above.some((each) => host.files.stat(path.join(each, marker)) !== undefined) };
}

/**
 * A volume that is not mounted is an ordinary folder: what is pushed there fills another disk, and is hidden by the mount later.
 * @param nearest the folder on it that is there, links resolved
 * @throws UserError E_NOT_MOUNTED
 */
export function refuseUnmounted(context: Context, remote: Remote, nearest: string): void {
  const { mount, isMarked } = volumeAt(context, nearest);
  if (isMarked) return;
  const before = fieldsOf(context.host.files.readJson(recordOf(context, remote)));
  const last = typeof before?.['mount'] === 'string' ? before['mount'] : undefined;
  const why =
    before?.['isMarked'] === true
      ? `it has no \`${marker}\`, as it had`
      : unmounted(nearest, mount, context.host.files.readText('/etc/fstab') ?? '', last);
  if (!why) return;
  throw new UserError({
    code: 'E_NOT_MOUNTED',
    found: `the volume of \`${remote.name}\` is not there: ${why}`,
    needed: `the mounted volume at \`${remote.path}\``,
    fix: `mount it, then run the same command again\nwhere this folder is meant: \`touch ${shellWord(path.join(nearest, marker))}\` says so`,
  });
}

/** Keeps how the volume is recognised, after a push to it. */
export function rememberVolume(context: Context, remote: Remote, folder: string): void {
  const { host, root } = context;
  const real = host.files.realPath(folder);
  if (real === undefined) return;
  makeStateFolder(host, root);
  host.files.writeText(recordOf(context, remote), JSON.stringify(volumeAt(context, real)));
}
