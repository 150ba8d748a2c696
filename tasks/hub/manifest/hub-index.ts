import { type KnownShards, pickleIndexName, pickleShardsOf, singleName } from '../../checkpoints/folder/weights';
import { IndexFault, indexName, parseIndex } from '../../checkpoints/safetensors/index';
import type { Context } from '../../engine/context';
import type { Commit } from '../../untrusted/hashes';
import { misfit } from '../api/answers';
import { hubOf } from '../api/hub';
import type { HubFile } from '../model/hub-file';
import type { Model } from '../model/models';

/** The shards that a repository's index names, where transformers reads it: names alone do not tell which of two sets it means. */
export async function shardsOnHub(context: Context, model: Model, commit: Commit, wanted: readonly HubFile[]): Promise<KnownShards> {
  const has = (name: string) => wanted.some(({ path }) => path === name);
  const hub = hubOf(context);
  if (has(singleName)) return {};
  if (has(indexName)) {
    const text = await hub.text(model, commit, indexName);
    return { safetensors: refuseWrongIndex(text, hub.requests.endpoint) };
  }
  return has(pickleIndexName) ? { pickle: pickleShardsOf(await hub.text(model, commit, pickleIndexName)) } : {};
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
