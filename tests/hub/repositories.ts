import { createHash } from 'node:crypto';
import * as fs from 'node:fs';

/** The bytes of one file: in memory, or in a file of the disk that is too large for it. */
export interface Blob {
  size: number;
  sha256: string;
  /** Git blob SHA-1. */
  sha1: string;
  lfs: boolean;
  read(start: number, end: number): Buffer;
}

/** A repository of the loopback Hub: each revision names a commit, each commit has files. */
export interface Repository {
  id: string;
  gated: boolean;
  private: boolean;
  /** Branches and tags → commit. */
  revisions: Map<string, string>;
  commits: Map<string, Map<string, Blob>>;
  /** Old names that lead here by a redirect. */
  formerly: string[];
}

export type Content = string | Buffer | { file: string; sha256: string };

/** Files of ten bytes and more with these endings are LFS files, as with the Hub's default .gitattributes. */
const lfsEndings = /\.(safetensors|bin|pth|gguf|model)$/;

export function blobOf(path: string, content: Content): Blob {
  if (typeof content === 'object' && 'file' in content) {
    const { size } = fs.statSync(content.file);
    const handle = fs.openSync(content.file, 'r');
    return {
      size,
      sha256: content.sha256,
      sha1: createHash('sha1').update(`pointer of ${content.sha256}`).digest('hex'),
      lfs: true,
      read(start, end) {
        const buffer = Buffer.allocUnsafe(end - start);
        fs.readSync(handle, buffer, 0, end - start, start);
        return buffer;
      },
    };
  }
  const bytes = Buffer.from(content as Buffer);
  return {
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    sha1: createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex'),
    lfs: lfsEndings.test(path),
    read: (start, end) => bytes.subarray(start, end),
  };
}

/** The name of a commit: 40 hex digits that depend on all that it holds. */
export function commitOf(files: ReadonlyMap<string, Blob>): string {
  const hash = createHash('sha1');
  for (const [path, { sha1, sha256 }] of files) hash.update(`${path} ${sha1} ${sha256}\n`);
  return hash.digest('hex');
}

export function makeRepository(id: string, files: Readonly<Record<string, Content>>, more: Partial<Repository> = {}): Repository {
  const repository: Repository = { id, gated: false, private: false, revisions: new Map(), commits: new Map(), formerly: [], ...more };
  commit(repository, files);
  return repository;
}

/** Adds a commit and moves a branch to it. @returns its name */
export function commit(repository: Repository, files: Readonly<Record<string, Content>>, branch = 'main'): string {
  const blobs = new Map(Object.entries(files).map(([path, content]) => [path, blobOf(path, content)]));
  const name = commitOf(blobs);
  repository.commits.set(name, blobs);
  repository.revisions.set(branch, name);
  return name;
}
