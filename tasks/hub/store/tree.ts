import type { Host } from '../../platform';
import { type Commit, isByteCount, isSha1, isSha256 } from '../../untrusted/hashes';
import { fieldsOf, tryParse } from '../../untrusted/json';
import { collidingNames, modelFileFault } from '../../untrusted/names';
import type { TreeRow } from '../api/answers';
import type { HubFile } from '../model/hub-file';
import { treeName } from './layout';
import { type RecordKeeper, readOwnTexts, writeOwnText } from './own';

/** Characters of a tree: 200,000 files have some 40 million. */
const mostOfTree = 100_000_000;

/**
 * The tree of a commit as huggingface_hub 1.x keeps it (`_tree_cache.py`).
 * @param whose `ours`: only what this user or root wrote, since it says what is right
 * @returns `undefined` where there is none that is readable
 * @throws UserError E_UNSAFE_PATH
 */
export function readTree(here: RecordKeeper, folder: string, commit: string, whose: 'ours' | 'anyone' = 'ours'): HubFile[] | undefined {
  const name = treeName(commit);
  const texts = whose === 'ours' ? readOwnTexts(here, folder, name, mostOfTree) : [here.host.shared.read(folder, name, mostOfTree)?.text];
  for (const text of texts) {
    const tree = text === undefined ? undefined : parseTree(text);
    if (tree) return tree;
  }
  return undefined;
}

/** A tree by its file, which lies in the cache of Hugging Face's libraries. */
export function readTreeFile(host: Host, file: string): HubFile[] | undefined {
  const text = host.files.readText(file);
  return text === undefined ? undefined : parseTree(text);
}

/** The text of a tree; `undefined` where it is none, or names a file that no model's folder may hold. */
export function parseTree(text: string): HubFile[] | undefined {
  const { format_version, files } = fieldsOf(tryParse(text, mostOfTree)) ?? {};
  const rows = Object.entries(fieldsOf(files) ?? {});
  if (format_version !== 1 || !fieldsOf(files)) return undefined;
  const tree = rows.map(([path, row]) => fileOf(path, row));
  if (!tree.every((file) => file !== undefined) || collidingNames(rows.map(([path]) => path))) return undefined;
  return tree;
}

function fileOf(path: string, row: unknown): HubFile | undefined {
  const { size, blob_id, lfs_sha256, lfs_size } = fieldsOf(row) ?? {};
  if (modelFileFault(path) || !isByteCount(size)) return undefined;
  if (lfs_sha256 === undefined || lfs_sha256 === null)
    return isSha1(blob_id) || isSha256(blob_id) ? { path, size, sha1: blob_id } : undefined;
  const whole = lfs_size ?? size;
  return isSha256(lfs_sha256) && isByteCount(whole) ? { path, size: whole, sha256: lfs_sha256 } : undefined;
}

/** Keeps the tree of a commit where hf looks for it. */
export function writeTree(here: RecordKeeper, folder: string, commit: Commit, rows: readonly TreeRow[]): void {
  const files = Object.fromEntries(
    rows
      .filter(({ type }) => type === 'file')
      .map(({ path, size, oid, lfs }) => [path, { size, blob_id: oid, ...(lfs ? { lfs_sha256: lfs.oid, lfs_size: lfs.size } : {}) }]),
  );
  writeOwnText(here, folder, treeName(commit), JSON.stringify({ format_version: 1, files }));
}

/** The rows of a listing as files. */
export const filesInTree = (rows: readonly TreeRow[]): HubFile[] =>
  rows
    .filter(({ type }) => type === 'file')
    .map(({ path, size, oid, lfs }) => ({ path, size: lfs?.size ?? size, ...(lfs ? { sha256: lfs.oid } : { sha1: oid }) }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
