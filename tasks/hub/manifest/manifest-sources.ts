import * as path from 'node:path';
import { shardsIn } from '../../checkpoints/folder/weights';
import { UserError } from '../../common/errors';
import type { Context } from '../../engine/context';
import { type Commit, isCommitHash } from '../../untrusted/hashes';
import type { TreeRow } from '../api/answers';
import { offlineBy } from '../api/endpoint';
import { hubOf } from '../api/hub';
import type { HubFile } from '../model/hub-file';
import type { Model } from '../model/models';
import { looksWhole } from '../model/selection';
import { recordedTree } from '../store/recorded-tree';
import { filesInTree, readTree } from '../store/tree';
import { listed } from './listed';
import { cachedTree, type LocalSource, snapshotFiles } from './local-source';
import { type Manifest, withSizes } from './manifest';

/**
 * What a folder is to hold by another folder of this machine that knows its commit; `undefined` where it does not, or where nobody
 * has the list of its files. The commit's own list counts most: what a folder holds need not be all.
 * @throws UserError E_MODEL_SOURCE where it holds another commit than the pinned one
 */
export async function manifestFromSource(context: Context, model: Model, origin: LocalSource): Promise<Manifest | undefined> {
  const { host } = context;
  const own = recordedTree(context, origin.folder, model);
  const commit = own?.commit ?? path.basename(origin.folder);
  if (!isCommitHash(commit)) return undefined;
  if (isCommitHash(model.revision) && model.revision !== commit)
    throw new UserError({
      code: 'E_MODEL_SOURCE',
      found: `${origin.name} holds commit ${commit.slice(0, 12)}, and ${model.revision.slice(0, 12)} is pinned`,
      needed: `commit ${model.revision}`,
      fix: `\`npx just model:download --model=${model.asked}\` fetches it from the Hub`,
    });
  const shards = shardsIn(host, origin.folder);
  const known =
    readTree(context, origin.folder, commit) ?? cachedTree(host, origin.folder, commit) ?? (await listedByHub(context, model, commit));
  const whole = known ?? readTree(context, origin.folder, commit, 'anyone');
  const there = whole ?? own?.all ?? snapshotFiles(host, origin.folder);
  if (!there || (!whole && !looksWhole(there, shards))) return undefined;
  const files = withSizes(host, origin.folder, there);
  const found = listed(files, model, shards);
  return {
    commit,
    license: undefined,
    from: 'source',
    treeRows: rowsOf(files.filter((file) => !found.unfit.has(file.path))),
    isBySource: !whole,
    isForeign: !known && own?.isForeign === true,
    ...found,
  };
}

/** The list of a commit, where the Hub can be asked and gives it. */
async function listedByHub(context: Context, model: Model, commit: Commit): Promise<HubFile[] | undefined> {
  if (offlineBy(context.host)) return undefined;
  try {
    return filesInTree(await hubOf(context).tree(model, commit));
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** Files as rows of a listing, for our own record of them; an LFS file's pointer is known to nobody here. */
const rowsOf = (files: readonly HubFile[]): TreeRow[] =>
  files.map(({ path, size = 0, sha1, sha256 }) => ({
    type: 'file',
    path,
    size,
    oid: sha1 ?? '0'.repeat(40),
    ...(sha256 ? { lfs: { oid: sha256, size } } : {}),
  }));
