import * as path from 'node:path';
import { sha256 } from '../common/hash';
import type { Context } from '../engine/context';
import { changedInputs, type Inputs } from '../engine/state';
import { configuredAt, type Model } from '../hub/model/models';
import { readModelRecord } from '../hub/store/model-record';
import { recordedTree } from '../hub/store/recorded-tree';

/** Where a model came from on the Hub. */
export interface BaseSource {
  repo: string;
  commit: string;
}

/**
 * By our record of its download, else by what `hf download` left beside it, as `model:verify` reads it: that has the commit, and the
 * repository is the one that the model is asked for by. `undefined` where neither tells.
 * @param model that the folder is asked for as; absent where only the folder is known
 */
export function sourceOf(
  context: Context,
  folder: string,
  model: Model | undefined = configuredAt(context, folder),
): BaseSource | undefined {
  const record = readModelRecord(context.host, folder);
  if (record) return { repo: record.repo, commit: record.commit };
  // A model that has only a folder for its source has its own name there.
  if (!model?.repo.includes('/')) return undefined;
  const commit = recordedTree(context, folder, model)?.commit;
  return commit && { repo: model.repo, commit };
}

/** A model as one text: the same for the same model. */
export const modelText = (context: Context, folder: string, source: BaseSource | undefined): string =>
  source ? `${source.repo}@${source.commit}` : modelFingerprint(context, folder);

/** A model that nothing tells the source of: its configuration, and its files by name and size. */
function modelFingerprint({ host }: Context, folder: string): string {
  const names = host.files.filesUnder(folder).filter((name) => !name.split('/').some((part) => part.startsWith('.')));
  const sizes = names.sort().map((name) => [name, host.files.stat(path.join(folder, name))?.size]);
  return sha256(JSON.stringify([host.files.readText(path.join(folder, 'config.json')), sizes]));
}

/**
 * What differs from the inputs that were recorded. A model that is known by its source now, and was by its files then, is the same
 * one where its files still are.
 * @param input under which the inputs have the model
 */
export function changedSince(context: Context, recorded: Inputs, now: Inputs, input: string, folder: string): string[] {
  const isSame = recorded[input] !== now[input] && recorded[input] === modelFingerprint(context, folder);
  return changedInputs(isSame ? { ...recorded, [input]: now[input] ?? '' } : recorded, now);
}
