import * as path from 'node:path';
import { UserError } from '../../common/errors';
import type { Host } from '../../platform';
import { type FileFingerprint, fileFingerprint } from '../../platform/hashing';
import { hashOf } from '../model/hub-file';
import { journalName, type PartialFile, type Seal } from '../partials/partial';
import type { SizedFile } from '../transfer/file-download';
import { writeBlockHashes } from './block-hashes';
import { downloads, hfCache, ownCache, replaced, wrong } from './layout';
import { isTrusted, readMetadata, writeMetadata } from './metadata';
import type { RecordKeeper } from './own';
import { isFetched, isPersonsFile } from './persons-file';
import { removeStamp, writeStamp } from './stamps';

/** Up to this size a file that is not whole is moved aside too: a person may have been at it. */
export const mostKept = 100_000_000;

/**
 * Gives a proven partial its name, and says so to hf and to our next look.
 * @throws UserError E_MODEL_REPLACED where another file has taken its place since it was hashed; E_UNSAFE_PATH
 */
export function installFile(
  here: RecordKeeper,
  folder: string,
  commit: string,
  file: SizedFile,
  { name, seal }: Pick<PartialFile, 'name' | 'seal'>,
  marks: readonly string[],
): void {
  const { host } = here;
  removeStamp(here, folder, file.path);
  backUpUserFile(here, folder, file);
  host.shared.move(folder, name, file.path);
  host.shared.remove(folder, journalName(name));
  const there = host.shared.exactLstat(folder, file.path);
  if (!there || !isSealed(host, there, seal)) {
    host.shared.remove(folder, file.path);
    throw wasReplaced(file);
  }
  writeVerified(here, folder, commit, file, fileFingerprint(there), marks);
}

type Exact = NonNullable<ReturnType<Host['shared']['exactLstat']>>;

/** A rename changes nothing of a file but the time of its name. */
const isSealed = ({ shared }: Host, there: Exact, seal: Seal): boolean =>
  shared.isSameFile(there, seal) &&
  there.isFile() &&
  there.nlink === 1n &&
  there.uid === seal.uid &&
  there.mode === seal.mode &&
  there.size === seal.size &&
  there.mtimeNs === seal.mtimeNs;

const wasReplaced = ({ path: name }: SizedFile): UserError =>
  new UserError({
    code: 'E_MODEL_REPLACED',
    found: `another file took the place of \`${name}\` while that was fetched and checked`,
    needed: 'a folder that nobody else changes meanwhile',
    fix: 'find out who writes into the folder, then run the same command again; or set `paths.models_dir` to a folder of your own',
  });

/** Remembers a file whose hash is right: hf's metadata, then our stamp. `stamp` is the file as it was hashed. */
export function writeVerified(
  here: RecordKeeper,
  folder: string,
  commit: string,
  file: SizedFile,
  stamp: FileFingerprint,
  marks: readonly string[] = [],
): void {
  const { host } = here;
  const { hex } = hashOf(file);
  const known = readMetadata(host, folder, file.path);
  const isSaid = known?.commit === commit && known.etag === hex && isTrusted(host, path.join(folder, file.path), known);
  const writtenMs = Number(BigInt(stamp.mtime) / 1_000_000n);
  if (!isSaid) writeMetadata(host, folder, file.path, { commit, etag: hex, time: Math.max(host.now().getTime(), writtenMs + 1) / 1000 });
  writeStamp(here, folder, file.path, stamp, hex);
  writeBlockHashes(here, folder, file, marks);
}

/** Keeps wrong bytes where they can be looked at. @returns where, absolute */
export function quarantine({ shared }: Host, folder: string, file: SizedFile, partial: string, actual: string): string {
  const aside = `${wrong}/${file.path}.${actual.slice(0, 12)}`;
  shared.move(folder, partial, aside);
  shared.remove(folder, journalName(partial));
  return path.join(folder, aside);
}

/** What a person changed or put there is kept; what hf or we fetched, and only a disk or a network spoiled, is not. */
export function backUpUserFile(here: RecordKeeper, folder: string, file: SizedFile, how: 'move' | 'copy' = 'move'): void {
  const { host } = here;
  const { shared } = host;
  const stat = shared.lstat(folder, file.path);
  if (!stat) return;
  const isLarge = stat.size > mostKept;
  if (stat.isFile() && (isFetched(host, folder, file.path, stat) || (isLarge && !isPersonsFile(here, folder, file)))) return;
  const aside = `${replaced}/${file.path}.${host.now().toISOString().replace(/[:.]/g, '-')}`;
  if (how === 'move') shared.move(folder, file.path, aside);
  else shared.copy(folder, file.path, aside);
}

/** The cache of a folder is nobody's to commit. @throws UserError E_UNSAFE_PATH */
export function makeCache({ shared }: Host, folder: string): void {
  shared.makeFolderIn(folder, downloads);
  for (const at of [hfCache, ownCache])
    if (!shared.lstat(folder, `${at}/.gitignore`)) shared.permitted(() => shared.write(folder, `${at}/.gitignore`, '*', true));
}
