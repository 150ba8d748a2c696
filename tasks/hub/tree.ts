import type { Host } from '../core/host';
import { downloadFolder, recordFile, treeFile, treesFolder } from './layout';
import { type Metadata, readMetadata } from './metadata';
import { type Choice, choose } from './selection';

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

/** What a folder should hold, known without the network. */
export interface RecordedTree {
  repo: string | undefined;
  /** What was asked for: a branch, a tag or a commit. */
  revision: string | undefined;
  commit: string;
  /** Every file of the commit, sorted by path. */
  all: HubFile[];
  /** The files that belong in the folder. */
  expected: HubFile[];
}

/** Our own record of a folder: what was asked for, and which files of the tree belong to it. */
export interface ModelRecord {
  repo: string;
  revision: string;
  commit: string;
  files: string[];
}

/** The hash that a file must have, and the name of its kind. */
export const hashOf = (file: HubFile): { algorithm: 'sha256' | 'sha1'; hex: string } =>
  file.sha256 ? { algorithm: 'sha256', hex: file.sha256 } : { algorithm: 'sha1', hex: file.sha1 ?? '' };

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

/** A row of the tree as the Hub's listing has it. */
export interface TreeRow {
  type: string;
  path: string;
  size: number;
  oid: string;
  lfs?: { oid: string; size: number };
}

/** Keeps the tree of a commit where hf looks for it. */
export function writeTree(host: Host, folder: string, commit: string, rows: readonly TreeRow[]): void {
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

export function readRecord(host: Host, folder: string): ModelRecord | undefined {
  try {
    const record = JSON.parse(host.files.readText(recordFile(folder)) ?? '') as ModelRecord;
    return typeof record.commit === 'string' && Array.isArray(record.files) ? record : undefined;
  } catch {
    return undefined;
  }
}

export const writeRecord = (host: Host, folder: string, record: ModelRecord): void =>
  host.files.writeText(recordFile(folder), `${JSON.stringify(record, null, 2)}\n`);

/**
 * What a folder should hold by its own records: ours first, then hf's tree and metadata, so that a folder
 * that only hf has filled can be judged too. `undefined` where nothing was recorded.
 */
export function recordedTree(host: Host, folder: string, choice: Choice): RecordedTree | undefined {
  const record = readRecord(host, folder);
  const metadata = metadataOf(host, folder);
  const commit = record?.commit ?? latest(metadata.map(({ known }) => known))?.commit ?? lonelyTree(host, folder);
  if (!commit) return undefined;
  const all =
    readTree(host, folder, commit) ??
    metadata.filter(({ known }) => known.commit === commit).map(({ path, known }) => fromEtag(path, known.etag));
  all.sort((a, b) => (a.path < b.path ? -1 : 1));
  const expected = record ? all.filter(({ path }) => record.files.includes(path)) : choose(all, choice, indexText(host, folder)).wanted;
  return { repo: record?.repo, revision: record?.revision, commit, all, expected };
}

type StoredTree = {
  format_version: number;
  files: Record<string, { size: number; blob_id: string; lfs_sha256?: string; lfs_size?: number }>;
};

const fromEtag = (path: string, etag: string): HubFile => ({
  path,
  size: undefined,
  ...(etag.length === 64 ? { sha256: etag } : { sha1: etag }),
});

const latest = <T extends { time: number }>(items: readonly T[]): T | undefined =>
  items.reduce<T | undefined>((best, item) => (!best || item.time > best.time ? item : best), undefined);

/** A tree without any metadata: a download that was ended before its first file. */
function lonelyTree(host: Host, folder: string): string | undefined {
  const names = host.files.list(treesFolder(folder)).filter((name) => /^[0-9a-f]{40}\.json$/.test(name));
  return names.length === 1 ? names[0]?.slice(0, 40) : undefined;
}

/** Every file that hf's metadata knows, whatever its commit. */
export function metadataOf(host: Host, folder: string): { path: string; known: Metadata }[] {
  const top = downloadFolder(folder);
  const walk = (below: string): string[] =>
    host.files
      .list(below ? `${top}/${below}` : top)
      .map((name) => (below ? `${below}/${name}` : name))
      .flatMap((name) => (host.files.lstat(`${top}/${name}`)?.isDirectory() ? walk(name) : [name]));
  return walk('')
    .filter((name) => name.endsWith('.metadata'))
    .map((name) => name.slice(0, -'.metadata'.length))
    .flatMap((path) => {
      const known = readMetadata(host, folder, path);
      return known ? [{ path, known }] : [];
    });
}

/** The index that is there, for the choice of shards. */
const indexText = (host: Host, folder: string): string | undefined => host.files.readText(`${folder}/model.safetensors.index.json`);
