import type { Host } from '../../platform';
import type { HubFile } from '../model/hub-file';
import { type Choice, choose } from '../model/selection';
import { downloadFolder, treesFolder } from './layout';
import { type Metadata, readMetadata } from './metadata';
import { readRecord } from './model-record';
import { readTree } from './tree';

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
