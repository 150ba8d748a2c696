import { createHash } from 'node:crypto';
import * as path from 'node:path';
import { bytes } from '../../common/format';
import type { Host } from '../../platform';
import { hashOf } from '../model/hub-file';
import { readPartial } from '../partials/partial';
import type { SizedFile } from '../transfer/file-download';
import { metadataFile } from './layout';
import { isTrusted, readMetadata } from './metadata';
import { stampedHash } from './stamps';

/** How one file of a model is on this disk. */
export interface LocalFile {
  file: SizedFile;
  /** `ok` was hashed and has not been touched since; `unchecked` has the right size, and that is all we know. */
  state: 'ok' | 'unchecked' | 'wrong' | 'partial' | 'missing';
  /** Bytes of it that need not be fetched again. */
  thereBytes: number;
  why: string;
}

/** Looks at one file: its size, what was proven of it before, and what is there of an interrupted download. */
export function lookAt(host: Host, folder: string, commit: string, file: SizedFile, trustStamps = true): LocalFile {
  const absolute = path.join(folder, file.path);
  const stat = host.files.stat(absolute);
  if (stat?.isFile() && stat.size === file.size) {
    const hash = stampedHash(host, folder, file.path);
    const { hex } = hashOf(file);
    if (trustStamps && hash !== undefined && hash !== hex)
      return { file, state: 'wrong', thereBytes: 0, why: 'other bytes than the commit has' };
    const known = readMetadata(host, folder, file.path);
    const isMarked = known?.commit === commit && known.etag === hex && isTrusted(host, absolute, known);
    if (trustStamps && hash === hex && isMarked) return { file, state: 'ok', thereBytes: file.size, why: 'there, hash checked' };
    return { file, state: 'unchecked', thereBytes: file.size, why: 'there, to be checked' };
  }
  const partial = Math.max(readPartial(host, folder, file)?.ranges.total ?? 0, incompleteOf(host, folder, file)?.size ?? 0);
  if (stat?.isFile()) {
    const why =
      stat.size < file.size ? `truncated: ${bytes(stat.size)} of ${bytes(file.size)}` : `${bytes(stat.size)}, expected ${bytes(file.size)}`;
    return { file, state: 'wrong', thereBytes: Math.max(partial, isWorthKeeping(stat.size, file) ? stat.size : 0), why };
  }
  if (stat) return { file, state: 'wrong', thereBytes: 0, why: 'a folder has its name' };
  return partial > 0
    ? { file, state: 'partial', thereBytes: partial, why: `${bytes(partial)} there` }
    : { file, state: 'missing', thereBytes: 0, why: 'missing' };
}

/** The beginning of a large file is worth going on from; its hash says in the end whether it was one. */
export const isWorthKeeping = (size: number, file: SizedFile): boolean => size < file.size && size >= 8_000_000;

/**
 * What hf has left of an interrupted download: `<hash of the name>.<etag>.incomplete` (0.36), with a random part
 * before the ending (1.x). Written from the start on, so its length is what is there.
 */
export function incompleteOf(host: Host, folder: string, file: SizedFile): { path: string; size: number } | undefined {
  const metadata = metadataFile(folder, file.path);
  const beside = path.dirname(metadata);
  const short = createHash('sha1').update(path.basename(metadata)).digest('base64').replace(/\+/g, '-').replace(/\//g, '_');
  return host.files
    .list(beside)
    .filter((name) => name.startsWith(`${short}.${hashOf(file).hex}.`) && name.endsWith('.incomplete'))
    .map((name) => ({ path: path.join(beside, name), size: host.files.stat(path.join(beside, name))?.size ?? 0 }))
    .filter(({ size }) => size > 0 && size <= file.size)
    .sort((a, b) => b.size - a.size)[0];
}
