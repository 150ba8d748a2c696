import type { KnownShards } from '../../checkpoints/folder/weights';
import { UserError } from '../../common/errors';
import { collidingNames, modelFileFault } from '../../untrusted/names';
import { oneLine } from '../../untrusted/text';
import type { HubFile } from '../model/hub-file';
import { type ChosenFiles, chooseFiles, type FileChoice } from '../model/selection';
import type { SizedFile } from '../transfer/file-download';

/** The files of a model's folder: those that are wanted, and those that are left out. */
export interface ListedFiles {
  files: SizedFile[];
  excluded: ChosenFiles['excluded'];
  /** The weights that transformers finds in the wanted ones. */
  weights: ChosenFiles['weights'];
}

/**
 * What of a list belongs in a model's folder. Whoever made the list, the Hub, another folder or a record: only what
 * passes here becomes a path. A name that leads elsewhere is an attack or a mistake, and never a model.
 * @param files the whole list
 * @param shards what the indexes name, where they are known
 * @throws UserError E_MODEL_NAME
 */
export function listed(files: readonly HubFile[], model: FileChoice & { repo: string }, shards: KnownShards = {}): ListedFiles {
  const names = files.map(({ path }) => path);
  for (const name of names) {
    const fault = modelFileFault(name);
    if (fault) throw unfit(model.repo, [name], `which ${fault}`);
  }
  const pair = collidingNames(names);
  if (pair) throw unfit(model.repo, pair, 'which cannot lie beside each other');
  const { files: wanted, excluded, weights } = chooseFiles(files, model, shards);
  return { files: wanted.filter((file): file is SizedFile => file.size !== undefined), excluded, weights };
}

const unfit = (repo: string, names: readonly string[], why: string): UserError =>
  new UserError({
    code: 'E_MODEL_NAME',
    found: `\`${repo}\` lists ${names.map((name) => `\`${oneLine(name, 120)}\``).join(' and ')}, ${oneLine(why)}`,
    needed: 'names that stay inside of the folder, on every system',
    fix: 'do not use this repository; tell its owner',
  });
