import { createHash } from 'node:crypto';
import * as path from 'node:path';
import { originalOf } from '../../checkpoints/folder/old-keys';
import { bytes } from '../../common/format';
import type { Host } from '../../platform';
import { hashOf, hashOfContent } from '../model/hub-file';
import { readPartial } from '../partials/partial';
import type { SizedFile } from '../transfer/file-download';
import { metadataName } from './layout';
import { isTrusted, readMetadata } from './metadata';
import type { RecordKeeper } from './own';
import { isPersonsFile, isResumable } from './persons-file';
import { stampedHash } from './stamps';

/** How one file of a model is on this disk. */
export interface LocalFile {
  file: SizedFile;
  /** `ok` was hashed and has not been touched since; `unchecked` has the right size, and that is all we know. */
  state: 'ok' | 'unchecked' | 'wrong' | 'partial' | 'missing';
  /** Bytes of it that need not be fetched again. */
  thereBytes: number;
  why: string;
  /** hf's metadata says of it what is to be said: it needs no write to be right. */
  isSaid?: boolean;
}

/**
 * Looks at one file: its size, what was proven of it before, and what is there of an interrupted download.
 * @throws UserError E_UNSAFE_PATH where a folder on the way to it is a link
 */
export function lookAtFile(here: RecordKeeper, folder: string, commit: string, file: SizedFile, trustStamps = true): LocalFile {
  const { host } = here;
  const absolute = path.join(folder, file.path);
  const original = originalOf(host, folder, file.path);
  if (original && hashOfContent(original, hashOf(file).algorithm) === hashOf(file).hex)
    return { file, state: 'ok', thereBytes: file.size, why: 'there, with old keys beside the new ones; the original is kept' };
  const entry = host.shared.lstat(folder, file.path);
  const stat = entry?.isSymbolicLink() ? host.files.stat(absolute) : entry;
  if (stat?.isFile() && stat.size === file.size) {
    const hash = stampedHash(here, folder, file.path);
    const { hex } = hashOf(file);
    if (trustStamps && hash !== undefined && hash !== hex)
      return { file, state: 'wrong', thereBytes: 0, why: 'other bytes than the commit has' };
    const known = readMetadata(host, folder, file.path);
    const isMarked = known?.commit === commit && known.etag === hex && isTrusted(host, absolute, known);
    if (trustStamps && hash === hex && isMarked) return { file, state: 'ok', thereBytes: file.size, why: 'there, hash checked' };
    return { file, state: 'unchecked', thereBytes: file.size, why: 'there, to be checked', isSaid: isMarked };
  }
  const partial = Math.max(readPartial(host, folder, file)?.ranges.total ?? 0, incompleteOf(host, folder, file)?.size ?? 0);
  if (stat?.isFile()) {
    const why =
      stat.size < file.size ? `truncated: ${bytes(stat.size)} of ${bytes(file.size)}` : `${bytes(stat.size)}, expected ${bytes(file.size)}`;
    if (!isResumable(stat.size, file)) return { file, state: 'wrong', thereBytes: partial, why };
    return isPersonsFile(here, folder, file)
      ? { file, state: 'wrong', thereBytes: partial, why: `other bytes than the commit has, ${bytes(stat.size)}` }
      : { file, state: 'wrong', thereBytes: Math.max(partial, stat.size), why };
  }
  if (stat) return { file, state: 'wrong', thereBytes: 0, why: 'a folder has its name' };
  return partial > 0
    ? { file, state: 'partial', thereBytes: partial, why: `${bytes(partial)} there` }
    : { file, state: 'missing', thereBytes: 0, why: 'missing' };
}

/**
 * What hf has left of an interrupted download: `<hash of the name>.<etag>.incomplete` (0.36), with a random part
 * before the ending (1.x). Written from the start on, so its length is what is there. Only what this user alone can have
 * written, since it is gone on with.
 * @returns its name in the model's folder, and bytes
 */
export function incompleteOf({ shared }: Host, folder: string, file: SizedFile): { name: string; size: number } | undefined {
  const metadata = metadataName(file.path);
  const beside = path.posix.dirname(metadata);
  const short = createHash('sha1').update(path.basename(metadata)).digest('base64').replace(/\+/g, '-').replace(/\//g, '_');
  return shared
    .entriesOf(folder, beside)
    .filter(({ name }) => name.startsWith(`${short}.${hashOf(file).hex}.`) && name.endsWith('.incomplete'))
    .map(({ name }) => ({ name: `${beside}/${name}`, stat: shared.lstat(folder, `${beside}/${name}`) }))
    .flatMap(({ name, stat }) => (stat && shared.isOursAlone(stat) ? [{ name, size: stat.size }] : []))
    .filter(({ size }) => size > 0 && size <= file.size)
    .sort((a, b) => b.size - a.size)[0];
}
