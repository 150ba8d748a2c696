import * as path from 'node:path';
import { shardsIn } from '../../checkpoints/folder/weights';
import { Interrupted, UserError } from '../../common/errors';
import type { Context } from '../../engine/context';
import type { Host } from '../../platform';
import { type Commit, isCommitHash } from '../../untrusted/hashes';
import type { Revision, TreeRow } from '../api/answers';
import { offlineBy } from '../api/endpoint';
import { hubOf } from '../api/hub';
import type { HubFile } from '../model/hub-file';
import type { Model } from '../model/models';
import { looksWhole } from '../model/selection';
import { type ModelRecord, readModelRecord } from '../store/model-record';
import { recordedShards, recordedTree } from '../store/recorded-tree';
import { filesInTree, readTree } from '../store/tree';
import { shardsOnHub } from './hub-index';
import { type ListedFiles, listed } from './listed';

/** What a folder is to hold: the commit, its whole tree, and what of it is wanted. */
export interface Manifest extends ListedFiles {
  commit: Commit;
  license: string | undefined;
  /** Where the list came from. */
  from: 'record' | 'source' | 'hub';
  /** The rows of the listing, where the Hub was asked. */
  treeRows: readonly TreeRow[] | undefined;
  /** The sizes are those that the files of a source have, which may be cut: a list only once each hash is right. */
  isBySource?: boolean;
  /** Another user may have written what names the commit, or without the network the list. */
  isForeign: boolean;
}

/** The commit that this folder is held to: a pinned one, or the one that was resolved when it was first filled. */
export function recordedCommit(context: Context, model: Model): Commit | undefined {
  if (isCommitHash(model.revision)) return model.revision;
  if (context.option('update') !== undefined) return undefined;
  const record = readModelRecord(context.host, model.folder);
  return record && record.repo === model.repo && record.revision === model.revision ? record.commit : undefined;
}

/** Whether the commit that a folder begins with, or is held to, is one that another user may have named. */
function isNamedByOther(context: Context, model: Model): boolean {
  if (isCommitHash(model.revision) || context.option('update') !== undefined) return false;
  const record = readModelRecord(context.host, model.folder);
  if (record) return record.isForeign && recordedCommit(context, model) === record.commit;
  return recordedTree(context, model.folder, model)?.isForeign === true;
}

/** Said where it is so, after the commit. */
export const foreignWords = ({ isForeign }: Manifest): string => (isForeign ? ', by a record that others can write' : '');

/** What the folder's own records say it should hold; `undefined` where they do not say. No network. */
export function manifestFromRecord(context: Context, model: Model): Manifest | undefined {
  const { host } = context;
  const { folder } = model;
  const held = recordedCommit(context, model);
  // Without the network the folder's own lists are all there is, those of hf too.
  const own = offlineBy(host) ? recordedTree(context, folder, model) : undefined;
  const commit = held ?? own?.commit;
  if (!isCommitHash(commit)) return undefined;
  // hf 0.36 keeps no list: what it knows of each file stands for one where no shard is missing.
  const known = own?.commit === commit && looksWhole(own.all, shardsIn(host, folder)) ? withSizes(host, folder, own.all) : undefined;
  const ours = readTree(context, folder, commit);
  // A list of another user counts where nobody else can be asked: online the Hub is.
  const files = ours ?? (offlineBy(host) ? readTree(context, folder, commit, 'anyone') : undefined) ?? known;
  if (!files) return undefined;
  const isForeign = isNamedByOther(context, model) || (!ours && own?.isForeign === true);
  const record = readModelRecord(host, folder);
  const shards = recordedShards(host, folder, files, record?.commit === commit ? record : undefined);
  return { commit, license: undefined, from: 'record', treeRows: undefined, isForeign, ...listed(files, model, shards) };
}

/** Sizes that only the files themselves tell; their hashes say whether they are right. */
export const withSizes = (host: Host, folder: string, files: readonly HubFile[]): HubFile[] =>
  files.map((file) => ({ ...file, size: file.size ?? host.files.stat(path.join(folder, file.path))?.size }));

/** What a folder is to hold, from the Hub, with all that has to be asked before the first byte: revision, list, access. @throws UserError */
export async function manifestFromHub(context: Context, model: Model): Promise<Manifest> {
  const hub = hubOf(context);
  const held = recordedCommit(context, model);
  const { commit, license } = held ? await hub.revision({ ...model, revision: held }) : await firstRevision(context, model);
  const rows = await hub.tree(model, commit);
  const files = filesInTree(rows);
  const { files: byName } = listed(files, model);
  const first = byName.find(({ path }) => path === 'config.json') ?? [...byName].sort((a, b) => a.size - b.size)[0];
  if (!first)
    throw new UserError({
      code: 'E_MODEL_EMPTY',
      found: `\`${model.repo}\` at ${commit.slice(0, 12)} has no file that is wanted (${files.length} are left out)`,
      needed: 'at least one file',
      fix: 'correct `download.include` and `download.exclude` in configs/setup.yaml; `--plan` shows why each file is left out',
    });
  await hub.probe(model, commit, first.path);
  const found = listed(files, model, await shardsOnHub(context, model, commit, byName));
  const treeRows = rows.filter(({ path }) => !found.unfit.has(path));
  return { commit, license, from: 'hub', treeRows, isForeign: isNamedByOther(context, model), ...found };
}

/** The commit that a folder without a record of ours begins with: the one that hf filled it with, where the repository has it. */
async function firstRevision(context: Context, model: Model): Promise<Revision> {
  const hub = hubOf(context);
  const { host } = context;
  const byHf =
    readModelRecord(host, model.folder) || context.option('update') !== undefined ? undefined : recordedTree(context, model.folder, model);
  if (!byHf) return hub.revision(model);
  try {
    return await hub.revision({ ...model, revision: byHf.commit });
  } catch (error) {
    // Filled from another repository, or the commit is gone.
    if (error instanceof UserError && error.fault.code === 'E_HUB_REVISION') return hub.revision(model);
    throw error;
  }
}

/** What a branch is now, where it is another commit than the folder's; silent where it cannot be asked. */
export async function movedTo(context: Context, model: Model, commit: string): Promise<string | undefined> {
  if (isCommitHash(model.revision) || offlineBy(context.host)) return undefined;
  const now = await hubOf(context)
    .glance(model)
    .catch((error: unknown) => {
      if (error instanceof Interrupted) throw error;
    });
  return now && now !== commit ? now : undefined;
}

export const recordOf = (model: Model, { commit, files: wanted }: Manifest): ModelRecord => ({
  repo: model.repo,
  revision: model.revision,
  commit,
  files: wanted.map(({ path }) => path),
});
