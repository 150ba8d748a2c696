import { type KnownShards, pickleIndexName, pickleShardsOf, singleName } from '../../checkpoints/folder/weights';
import { IndexFault, indexName, parseIndex } from '../../checkpoints/safetensors/index';
import type { Context } from '../../engine/context';
import type { Commit } from '../../untrusted/hashes';
import { misfit } from '../api/answers';
import { hubOf } from '../api/hub';
import type { HubFile } from '../model/hub-file';
import type { Model } from '../model/models';
import { commitText } from './commit-text';

/** The shards that a repository's index names, where transformers reads it: names alone do not tell which of two sets it means. */
export async function shardsOnHub(context: Context, model: Model, commit: Commit, wanted: readonly HubFile[]): Promise<KnownShards> {
  const find = (name: string) => wanted.find(({ path }) => path === name);
  if (find(singleName)) return {};
  const [index, pickles] = [find(indexName), find(pickleIndexName)];
  if (index) {
    const text = await commitText(context, model, commit, index);
    return { safetensors: refuseWrongIndex(text, hubOf(context).requests.endpoint) };
  }
  return pickles ? { pickle: pickleShardsOf(await commitText(context, model, commit, pickles)) } : {};
}

/**
 * An index that the Hub serves names files inside of the folder, as `model:verify` wants it later.
 * @returns the shards that it names
 * @throws UserError E_HUB_ANSWER
 */
export function refuseWrongIndex(text: string, from: string): readonly string[] {
  try {
    return parseIndex(Buffer.from(text)).shards;
  } catch (error) {
    throw error instanceof IndexFault ? misfit(from, indexName, error.message, 'an index that names the shards beside it') : error;
  }
}
