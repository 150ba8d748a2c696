import type { Host } from '../../platform';
import type { Commit } from '../../untrusted/hashes';
import type { TreeRow } from '../api/answers';
import type { HubFile } from '../model/hub-file';
import { treeFile } from './layout';

type StoredTree = {
  format_version: number;
  files: Record<string, { size: number; blob_id: string; lfs_sha256?: string; lfs_size?: number }>;
};

/** The tree of a commit as huggingface_hub 1.x keeps it; `undefined` where there is none that is readable. */
export const readTree = (host: Host, folder: string, commit: string): HubFile[] | undefined => readTreeFile(host, treeFile(folder, commit));

/** The same of a file, which may lie in the cache of Hugging Face's libraries too. */
export function readTreeFile(host: Host, file: string): HubFile[] | undefined {
  try {
    const { format_version, files } = JSON.parse(host.files.readText(file) ?? '') as StoredTree;
    if (format_version !== 1) return undefined;
    return Object.entries(files).map(([path, { size, blob_id, lfs_sha256, lfs_size }]) => ({
      path,
      size: lfs_size ?? size,
      ...(lfs_sha256 ? { sha256: lfs_sha256 } : { sha1: blob_id }),
    }));
  } catch {
    return undefined;
  }
}

/** Keeps the tree of a commit where hf looks for it. */
export function writeTree(host: Host, folder: string, commit: Commit, rows: readonly TreeRow[]): void {
  const files = Object.fromEntries(
    rows
      .filter(({ type }) => type === 'file')
      .map(({ path, size, oid, lfs }) => [path, { size, blob_id: oid, ...(lfs ? { lfs_sha256: lfs.oid, lfs_size: lfs.size } : {}) }]),
  );
  host.files.writeText(treeFile(folder, commit), JSON.stringify({ format_version: 1, files }));
}

/** The rows of a listing as files. */
export const filesOf = (rows: readonly TreeRow[]): HubFile[] =>
  rows
    .filter(({ type }) => type === 'file')
    .map(({ path, size, oid, lfs }) => ({ path, size: lfs?.size ?? size, ...(lfs ? { sha256: lfs.oid } : { sha1: oid }) }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
