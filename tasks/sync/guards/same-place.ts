import * as path from 'node:path';
import { UserError } from '../../common/errors';
import type { Context } from '../../engine/context';
import { isAtOrBelow, mountName, mountOver } from '../../platform/mounts';
import type { LookAnswer } from '../answers/look-answer';
import type { OutsideLinks } from '../compare/outside-links';
import type { Remote } from '../remotes/remote';

/*
 * A remote may be a folder of this machine. One that lies in what travels gets a copy of itself with each push, and a folder that
 * travels into itself is called the same on both sides, though there is one copy of it alone.
 */

type Host = Context['host'];

/**
 * Where the remote's folder lies on this machine, links resolved; `undefined` where it is on another one. ssh may lead to this machine:
 * it has the same boot then, and a container of it another inode at the same path.
 */
export function placeHere(
  host: Host,
  isLocal: boolean,
  looked: Pick<LookAnswer, 'path' | 'nearest' | 'real' | 'boot' | 'inode'>,
): string | undefined {
  const { nearest, real, boot, inode } = looked;
  const own = isLocal ? '' : (host.files.readText('/proc/sys/kernel/random/boot_id')?.trim() ?? '');
  if (real === '' || (!isLocal && (own === '' || boot !== own || String(host.files.exactStat(real)?.ino) !== inode))) return undefined;
  return path.join(real, path.relative(nearest, looked.path));
}

/** @param at where the remote's folder lies here @throws UserError E_REMOTE_SETTINGS */
export function refuseSamePlace({ host, root }: Context, remote: Remote, at: string, folders: readonly string[]): void {
  const lies = lying(host);
  if (lies(at, root) && lies(root, at)) throw refusal(remote, at, "it is this project's own folder");
  const own = folders.map((name) => ({ name, here: path.join(root, name), there: path.join(at, name) }));
  for (const { name, here } of own) if (lies(at, here)) throw refusal(remote, at, `it lies in \`${name}\`, which travels`);
  for (const { name, here } of own)
    for (const { there } of own) {
      if (lies(here, there)) throw refusal(remote, at, `\`${name}\` of this project ${lies(there, here) ? 'is' : 'lies in'} \`${there}\``);
      if (lies(there, here)) throw refusal(remote, at, `\`${there}\` lies in \`${name}\` of this project`);
    }
}

/** The same for what links that lead out bring. @throws UserError E_REMOTE_SETTINGS */
export function refuseThroughLinks({ host }: Context, remote: Remote, at: string, folder: string, links: OutsideLinks): void {
  const lies = lying(host);
  for (const { kind, real } of links.values())
    if (kind === 'folder' && lies(at, real))
      throw refusal(remote, at, `it lies in \`${real}\`, which a link in \`${folder}\` brings along`);
}

/** Whether what may come to be at a path lies in a folder, or is it: by links, other spellings and second mounts too. */
function lying(host: Host): (inner: string, outer: string) => boolean {
  const mounts = (host.files.readText('/proc/self/mountinfo') ?? '').split('\n').flatMap((line) => {
    const [, , device = '', inside, point] = line.split(' ');
    return inside?.startsWith('/') && point ? [{ device, inside: mountName(inside), point: mountName(point) }] : [];
  });
  /** In its file system, which may be mounted more than once. */
  const inFileSystem = (real: string): string => {
    const on = mountOver(mounts, real);
    return on ? `${on.device}:${path.join(on.inside, path.relative(on.point, real))}` : real;
  };
  return (inner, outer) => {
    const folder = host.files.exactStat(outer);
    if (!folder?.isDirectory()) return false;
    const real = nearestReal(host, inner);
    const isOne = (each: string) => {
      const entry = host.files.exactStat(each);
      return entry?.dev === folder.dev && entry.ino === folder.ino;
    };
    return foldersUp(real).some(isOne) || isAtOrBelow(inFileSystem(real), inFileSystem(nearestReal(host, outer)));
  };
}

/** The nearest folder of a path that is there, links resolved. */
function nearestReal({ files }: Host, file: string): string {
  let at = file;
  for (let real = files.realPath(at); ; real = files.realPath(at)) {
    if (real !== undefined || path.dirname(at) === at) return real ?? at;
    at = path.dirname(at);
  }
}

const foldersUp = (folder: string): string[] => (path.dirname(folder) === folder ? [folder] : [folder, ...foldersUp(path.dirname(folder))]);

const refusal = (remote: Remote, at: string, why: string): UserError =>
  new UserError({
    code: 'E_REMOTE_SETTINGS',
    found: `\`remotes.${remote.name}.path\` is \`${at}\` on this machine: ${why}`,
    needed: 'a folder apart from those that travel',
    fix: `set another \`remotes.${remote.name}.path\` in ${remote.settingsFile}`,
  });
