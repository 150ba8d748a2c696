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
