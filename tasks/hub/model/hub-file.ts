import { createHash } from 'node:crypto';

/** One file of a repository at a commit. */
export interface HubFile {
  path: string;
  /** Bytes; `undefined` where only hf's metadata knows the file. */
  size: number | undefined;
  /** SHA-256 of the bytes, for LFS files. */
  sha256?: string;
  /** Git blob SHA-1 (`blob <length>\0` + bytes) of the others. */
  sha1?: string;
}

/** The hash that a file must have, and the name of its kind. */
export const hashOf = (file: HubFile): { algorithm: 'sha256' | 'sha1'; hex: string } =>
  file.sha256 ? { algorithm: 'sha256', hex: file.sha256 } : { algorithm: 'sha1', hex: file.sha1 ?? '' };

/** The hash of bytes by one of the two kinds; `sha1` is git's, of a blob. */
export function hashOfContent(content: Buffer, algorithm: 'sha256' | 'sha1'): string {
  if (algorithm === 'sha256') return createHash('sha256').update(content).digest('hex');
  return createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
}
