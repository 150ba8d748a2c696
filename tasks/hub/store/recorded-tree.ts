import * as path from 'node:path';
import { type KnownShards, pickleIndexName, shardsIn } from '../../checkpoints/folder/weights';
import { indexName } from '../../checkpoints/safetensors/index';
import type { Host } from '../../platform';
import { type Commit, isCommitHash } from '../../untrusted/hashes';
import { type HubFile, hashOf, hashOfContent } from '../model/hub-file';
import { chooseFiles, type FileChoice } from '../model/selection';
import { trees } from './layout';
import { metadataText } from './metadata';
import { type ModelRecord, readModelRecord } from './model-record';
import type { RecordKeeper } from './own';
import { readTree } from './tree';

/** What a folder should hold, known without the network. */
export interface RecordedTree {
  repo: string | undefined;
  /** What was asked for: a branch, a tag or a commit. */
  revision: string | undefined;
  commit: Commit;
  /** Every file of the commit, sorted by path. */
  all: HubFile[];
  /** The files that belong in the folder. */
  expected: HubFile[];
  /** What the indexes name. */
  shards: KnownShards;
  /** Another user may have written some of this: what it says is right is what that user says. */
  isForeign: boolean;
}

/**
 * What a folder should hold by its own records: ours first, then hf's tree and metadata, so that a folder
 * that only hf has filled can be judged too. `undefined` where nothing was recorded.
 */
export function recordedTree(here: RecordKeeper, folder: string, choice: FileChoice): RecordedTree | undefined {
  const { host } = here;
  const record = readModelRecord(host, folder);
  const metadata = metadataText(host, folder);
  const known = latest(metadata.map((each) => each.known));
  const commit = record?.commit ?? known?.commit ?? lonelyTree(host, folder);
  if (!commit) return undefined;
  const own = readTree(here, folder, commit);
  const tree = own ?? readTree(here, folder, commit, 'anyone');
  const ofCommit = metadata.filter((each) => each.known.commit === commit);
  const all = [...(tree ?? ofCommit.map(({ path, known }) => fromEtag(path, known.etag)))];
  all.sort((a, b) => (a.path < b.path ? -1 : 1));
  const named = record && new Set(record.files);
  const shards = recordedShards(host, folder, all, record);
  const expected = named ? all.filter(({ path }) => named.has(path)) : chooseFiles(all, choice, shards).files;
  const isForeign =
    (record ? record.isForeign : known?.isForeign === true) || (tree ? !own : ofCommit.some(({ known }) => known.isForeign));
  return { repo: record?.repo, revision: record?.revision, commit, all, expected, shards, isForeign };
}

const fromEtag = (path: string, etag: string): HubFile => ({
  path,
  size: undefined,
  ...(etag.length === 64 ? { sha256: etag } : { sha1: etag }),
});

const latest = <T extends { time: number }>(items: readonly T[]): T | undefined =>
  items.reduce<T | undefined>((best, item) => (!best || item.time > best.time ? item : best), undefined);

/** A tree without any metadata: a download that was ended before its first file. */
function lonelyTree({ shared }: Host, folder: string): Commit | undefined {
  const commits = shared
    .entriesOf(folder, trees)
    .filter(({ name }) => name.endsWith('.json'))
    .flatMap(({ name }) => {
      const commit = name.slice(0, -'.json'.length);
      return isCommitHash(commit) ? [commit] : [];
    });
  return commits.length === 1 ? commits[0] : undefined;
}

/**
 * The shards that the indexes of a folder name, each only where it is the one of the list still: who has saved into the folder
 * has left another one. Then what was wanted when it was filled counts.
 */
export function recordedShards(
  host: Host,
  folder: string,
  list: readonly HubFile[],
  record: Pick<ModelRecord, 'files'> | undefined,
): KnownShards {
  const found = shardsIn(host, folder);
  const before = (pattern: RegExp) => record?.files.filter((file) => pattern.test(file));
  return {
    safetensors: isListed(host, folder, list, indexName) ? found.safetensors : before(/\.safetensors$/),
    pickle: isListed(host, folder, list, pickleIndexName) ? found.pickle : before(/\.bin$/),
  };
}

function isListed(host: Host, folder: string, list: readonly HubFile[], name: string): boolean {
  const file = list.find(({ path: one }) => one === name);
  const size = host.files.stat(path.join(folder, name))?.size;
  if (!file || size === undefined) return false;
  const content = host.files.readPart(path.join(folder, name), 0, size);
  return hashOfContent(content, hashOf(file).algorithm) === hashOf(file).hex;
}
