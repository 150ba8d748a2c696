import * as fs from 'node:fs';
import { codeOf, UserError } from '../../common/errors';
import type { RelativeName } from '../../untrusted/names';
import { beneath, byBytes } from './beneath';
import { type Listed, walk } from './walk';

/** A file, a link or a folder in a folder. */
export interface Entry {
  /** Relative to the folder, `/` between. */
  name: RelativeName;
  size: number;
  /** Nanoseconds since 1970. */
  modified: bigint;
  /** Nanoseconds since 1970 of the last change of contents or attributes. */
  changed: bigint;
  inode: bigint;
  isFile: boolean;
  /** Permissions: 0o644. */
  mode: number;
  /** Its owner may start it. */
  isExecutable: boolean;
  isLink: boolean;
  isFolder: boolean;
}

const { O_RDONLY, O_NOFOLLOW } = fs.constants;

const at = (folder: string, name: string): Buffer => Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name, 'latin1')]);

/** Names of all files and links under a folder, in no order; names in `skip` are left out at any depth. */
export function* names(folder: string, skip: readonly string[] = []): Generator<RelativeName> {
  for (const { name } of listed(folder, (each) => skip.includes(each.slice(each.lastIndexOf('/') + 1)))) yield name;
}

/** Names of all links under a folder, in no order. No file is looked at. */
export function* links(folder: string): Generator<RelativeName> {
  for (const { name, kind } of listed(folder)) if (kind === 'link') yield name;
}

/** What {@link names} names, each looked at. */
export function* entries(folder: string, skip: readonly string[] = []): Generator<Entry> {
  for (const name of names(folder, skip)) {
    const entry = entryAt(name, at(folder, name));
    if (entry) yield entry;
  }
}

/** Everything under a folder, folders too, each looked at. @param skips tells of a name whether it, and what is below it, is left out */
export function* everything(folder: string, skips: (name: RelativeName) => boolean): Generator<Entry> {
  for (const { name } of listed(folder, skips as (name: string) => boolean, true)) {
    const entry = entryAt(name, at(folder, name));
    if (entry) yield entry;
  }
}

/** One entry, links not followed; `undefined` where there is nothing. @throws UserError E_UNSAFE_PATH where a link is on the way */
export function look(folder: string, name: RelativeName): Entry | undefined {
  try {
    return beneath(folder, name, (place) => entryAt(name, place), byBytes);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * {@link look} at many names, each folder on their way opened once.
 * @returns those that are there; one behind a link, or behind what is no folder, is not
 */
export function lookAtAll(folder: string, all: Iterable<RelativeName>): Map<RelativeName, Entry> {
  const byFolder = new Map<string, RelativeName[]>();
  for (const name of all) {
    const above = name.slice(0, name.lastIndexOf('/') + 1);
    const own = byFolder.get(above);
    if (own) own.push(name);
    else byFolder.set(above, [name]);
  }
  const found = new Map<RelativeName, Entry>();
  for (const [above, names] of byFolder)
    try {
      beneath(
        folder,
        `${above}.`,
        (place) => {
          for (const name of names) {
            const entry = entryAt(name, Buffer.concat([place, Buffer.from(`/${name.slice(above.length)}`, 'latin1')]));
            if (entry) found.set(name, entry);
          }
        },
        byBytes,
      );
    } catch (error) {
      if (!(error instanceof UserError) && codeOf(error) !== 'ENOENT') throw error;
    }
  return found;
}

/** What a folder of this machine lists leads nowhere else. */
const listed = (folder: string, skips?: (name: string) => boolean, withFolders?: boolean) =>
  walk(folder, 'latin1', skips, withFolders) as Generator<Listed & { name: RelativeName }>;

function entryAt(name: RelativeName, place: Buffer): Entry | undefined {
  const stat = fs.lstatSync(place, { bigint: true, throwIfNoEntry: false });
  if (!stat) return undefined;
  return {
    name,
    size: Number(stat.size),
    modified: stat.mtimeNs,
    changed: stat.ctimeNs,
    inode: stat.ino,
    isFile: stat.isFile(),
    mode: Number(stat.mode & 0o777n),
    isExecutable: (stat.mode & 0o100n) !== 0n,
    isLink: stat.isSymbolicLink(),
    isFolder: stat.isDirectory(),
  };
}

/** Where a link says that it leads, bytes. @throws UserError E_UNSAFE_PATH; what the file system says, where it is no link */
export const linkTarget = (folder: string, name: RelativeName): string =>
  beneath(folder, name, (place) => fs.readlinkSync(place, byBytes), byBytes);

/** Is there a file, not a link that leads nowhere? For names that {@link names} gave. */
export function leadsToFile(folder: string, name: RelativeName): boolean {
  try {
    return fs.statSync(at(folder, name)).isFile();
  } catch (error) {
    // Of links in a circle too.
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG'].includes(codeOf(error))) return false;
    throw error;
  }
}

/** Looks at the way to a folder, which need not be there. @throws UserError E_UNSAFE_PATH where it or one above is a link or a file */
export function refuseLinks(folder: string, name: RelativeName): void {
  try {
    beneath(folder, `${name}/.`, () => undefined, byBytes);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

/**
 * The bytes of a file, no link, or some of them.
 * @param range offset of the first byte, and of the last
 * @throws UserError E_UNSAFE_PATH where a link is on the way
 */
export function read(folder: string, name: RelativeName, range: { start?: number; end?: number } = {}): fs.ReadStream {
  const fd = beneath(folder, name, (place) => fs.openSync(place, O_RDONLY | O_NOFOLLOW), byBytes);
  return fs.createReadStream('', { fd, highWaterMark: 1 << 20, ...range });
}

/** The bytes of a small file, no link. @throws UserError E_UNSAFE_PATH where a link is on the way */
export const readWhole = (folder: string, name: RelativeName): Buffer =>
  beneath(folder, name, (place) => fs.readFileSync(place, { flag: (O_RDONLY | O_NOFOLLOW) as unknown as string }), byBytes);
