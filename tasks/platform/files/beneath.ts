import * as fs from 'node:fs';
import * as path from 'node:path';
import { codeOf, UserError } from '../../common/errors';
import { byteName, shownName } from '../../common/shown-name';

/**
 * Files below a folder, reached without following a link on the way: where somebody else can put links into the folder,
 * or has named the file, a plain path would lead anywhere.
 */

/** How a name is written: `latin1` for names of bytes, one character a byte. */
type Encoding = 'utf8' | 'latin1';

export interface Beneath {
  /** Make the folders that are missing on the way. */
  make?: boolean;
  encoding?: Encoding;
}

/** The {@link Beneath} of names of bytes. */
export const byBytes = { encoding: 'latin1' } as const;

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = fs.constants;

/**
 * Calls `work` with a path of the last part of `name` that no link on the way can turn elsewhere, also not one that is put
 * there meanwhile: on Linux each folder is opened below the one before (proc(5), `/proc/self/fd`). Elsewhere each is
 * looked at first. The folder itself may be a link that this user or root has made.
 * The last part itself is the caller's to judge: `lstat`, `rename` and `unlink` do not follow it, `open` needs O_NOFOLLOW.
 * @param name a relative path, already checked ({@link ../../untrusted/names})
 * @throws UserError E_UNSAFE_PATH where a part on the way is a link or no folder; what the file system says, ENOENT too
 */
export function beneath<T>(folder: string, name: string, work: (place: Buffer) => T, { make = false, encoding = 'utf8' }: Beneath = {}): T {
  const parts = name.split('/').map((part) => Buffer.from(part, encoding));
  const last = parts.pop() ?? Buffer.alloc(0);
  if (process.platform !== 'linux') {
    refuseOthersLink(folder, name, encoding, fs.statSync(folder));
    let at: Buffer = Buffer.from(folder);
    for (const part of parts) {
      at = join(at, part);
      const entry = fs.lstatSync(at, { throwIfNoEntry: false });
      if (!entry && make) fs.mkdirSync(at);
      else if (entry && !entry.isDirectory()) throw unsafePath(folder, name, encoding);
    }
    return work(join(at, last));
  }
  let handle = fs.openSync(folder, O_RDONLY | O_DIRECTORY);
  try {
    refuseOthersLink(folder, name, encoding, fs.fstatSync(handle));
    for (const part of parts) {
      const next = step(handle, part, make, () => unsafePath(folder, name, encoding));
      fs.closeSync(handle);
      handle = next;
    }
    return work(join(opened(handle), last));
  } catch (error) {
    throw named(error, path.join(folder, shownIn(name, encoding)));
  } finally {
    fs.closeSync(handle);
  }
}

/** An error of the file system names the file as a person knows it. */
function named(error: unknown, file: string): unknown {
  const { path: said, message } = error as NodeJS.ErrnoException;
  if (!said?.startsWith('/proc/self/fd/')) return error;
  return Object.assign(error as NodeJS.ErrnoException, { path: file, message: message.replace(said, file) });
}

/** Where others may write, the folder itself may be theirs, and by now a link. `opened` is what was opened by its name. */
function refuseOthersLink(folder: string, name: string, encoding: Encoding, opened: fs.Stats): void {
  const entry = fs.lstatSync(folder, { throwIfNoEntry: false });
  const isIt = entry?.ino === opened.ino && entry.dev === opened.dev;
  const isTrusted = entry?.isSymbolicLink() && [0, process.getuid?.() ?? entry.uid].includes(entry.uid);
  if (!isIt && !isTrusted) throw unsafePath(folder, name, encoding);
}

const join = (folder: Buffer, part: Buffer): Buffer => Buffer.concat([folder, Buffer.from('/'), part]);
const opened = (handle: number): Buffer => Buffer.from(`/proc/self/fd/${handle}`);

function step(handle: number, part: Buffer, make: boolean, refused: () => UserError): number {
  const place = join(opened(handle), part);
  const open = () => fs.openSync(place, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  try {
    return open();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ELOOP' || code === 'ENOTDIR') throw refused();
    if (code !== 'ENOENT' || !make) throw error;
    try {
      fs.mkdirSync(place);
    } catch (failure) {
      if (codeOf(failure) !== 'EEXIST') throw failure;
    }
    try {
      return open();
    } catch (failure) {
      throw ['ELOOP', 'ENOTDIR'].includes(codeOf(failure)) ? refused() : failure;
    }
  }
}

/** A name as a person reads it; a folder itself is asked for with `/.` behind it. */
const shownIn = (name: string, encoding: Encoding): string => shownName(encoding === 'latin1' ? name : byteName(name)).replace(/\/\.$/, '');

export function unsafePath(folder: string, name: string, encoding: Encoding = 'utf8'): UserError {
  return new UserError({
    code: 'E_UNSAFE_PATH',
    found: `the way to \`${shownIn(name, encoding)}\` in \`${folder}\` leads through a link or a file`,
    needed: 'folders all the way: what comes from outside is written nowhere else',
    fix: 'look at what is there, and remove it if you did not put it there',
  });
}
