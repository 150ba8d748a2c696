import type { Stats } from 'node:fs';
import * as path from 'node:path';
import { originalOf } from '../../checkpoints/folder/old-keys';
import { isPointer, readHeader } from '../../checkpoints/safetensors/read';
import type { Host } from '../../platform';
import { isSha256 } from '../../untrusted/hashes';
import { tryParsePython } from '../../untrusted/python-json';
import { hashOfContent } from '../model/hub-file';
import type { SizedFile } from '../transfer/file-download';
import { readMetadata } from './metadata';
import type { RecordKeeper } from './own';
import { stampOn } from './stamps';

/** The beginning of a large file is worth going on from; its hash says in the end whether it was one. */
export const isResumable = (size: number, file: SizedFile): boolean => size < file.size && size >= 8_000_000;

/** Whether hf or we brought a file, and nobody has written it since. */
export function isFetched(host: Host, folder: string, name: string, stat: Pick<Stats, 'mtimeMs'>): boolean {
  const known = readMetadata(host, folder, name);
  // Stricter than hf, which overlooks a second: a person may be quick.
  return known !== undefined && !known.isForeign && stat.mtimeMs / 1000 <= known.time;
}

/**
 * Whether a file that is not the commit's is a person's: whole by itself, and no record says that it was downloaded. Where one
 * says so, or where it is cut or no such file at all, it is a download that was damaged.
 * @throws UserError E_UNSAFE_PATH
 */
export function isPersonsFile(here: RecordKeeper, folder: string, file: SizedFile): boolean {
  const { host } = here;
  const entry = host.shared.lstat(folder, file.path);
  if (!entry || isFetched(host, folder, file.path, entry) || stampOn(here, folder, file.path)) return false;
  return !isFixedDownload(host, folder, file.path) && isWhole(host, path.join(folder, file.path), file);
}

/** Whether a file is what `--fix-config` made of a downloaded one, which is kept beside it: of whatever commit, no person wrote it. */
function isFixedDownload(host: Host, folder: string, name: string): boolean {
  const [original, known] = [originalOf(host, folder, name), readMetadata(host, folder, name)];
  if (!original || !known) return false;
  return hashOfContent(original, isSha256(known.etag) ? 'sha256' : 'sha1') === known.etag;
}

/** Whether a file is whole by itself: as long as its header says, JSON that parses, else not empty and no beginning of a large one. */
function isWhole(host: Host, absolute: string, file: SizedFile): boolean {
  const stat = host.files.stat(absolute);
  if (!stat?.isFile() || stat.size === 0 || isPointer(host, absolute)) return false;
  if (file.path.endsWith('.json')) return tryParsePython(host.files.readText(absolute) ?? '') !== undefined;
  if (!file.path.endsWith('.safetensors')) return !isResumable(stat.size, file);
  try {
    readHeader(host, absolute, stat.size);
    return true;
  } catch {
    return false;
  }
}
