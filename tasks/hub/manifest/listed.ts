import type { KnownShards } from '../../checkpoints/folder/weights';
import { UserError } from '../../common/errors';
import { besideEachOther, modelFileFault } from '../../untrusted/names';
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
  /** Names that are left out and that no folder could hold, or not beside the wanted ones: no record has them. */
  unfit: ReadonlySet<string>;
}

/**
 * What of a list belongs in a model's folder. Whoever made the list, the Hub, another folder or a record: only what
 * passes here becomes a path. A wanted name that leads elsewhere is an attack or a mistake, and never a model; one that is left out
 * is told, and nothing more.
 * @param files the whole list
 * @param shards what the indexes name, where they are known
 * @throws UserError E_MODEL_NAME
 */
export function listed(files: readonly HubFile[], model: FileChoice & { repo: string }, shards: KnownShards = {}): ListedFiles {
  const { files: wanted, excluded, weights } = chooseFiles(files, model, shards);
  const take = besideEachOther();
  for (const { path: name } of wanted) {
    const fault = modelFileFault(name);
    if (fault) throw leadsOut(model.repo, name, fault);
    const other = take(name);
    if (other !== undefined) throw collide(model.repo, other, name);
  }
  const unfit = new Set(excluded.map(({ file }) => file.path).filter((name) => modelFileFault(name) || take(name) !== undefined));
  return {
    files: wanted.filter((file): file is SizedFile => file.size !== undefined),
    excluded: excluded.map(({ file, why }) => ({ file: { ...file, path: told(file.path) }, why })),
    weights,
    unfit,
  };
}

const told = (name: string): string => oneLine(name, 120);

const leadsOut = (repo: string, name: string, fault: string): UserError =>
  new UserError({
    code: 'E_MODEL_NAME',
    found: `\`${repo}\` lists \`${told(name)}\`, which ${oneLine(fault)}`,
    needed: 'names that stay inside of the folder, on every system',
    fix: `do not use this repository, and tell its owner; ${leaveOut(name)}`,
  });

const collide = (repo: string, one: string, other: string): UserError =>
  new UserError({
    code: 'E_MODEL_NAME',
    found: `\`${repo}\` lists \`${told(one)}\` and \`${told(other)}\`, which cannot lie beside each other on every disk`,
    needed: 'names that differ in more than case or Unicode form, and none that is a file and a folder',
    fix: `${leaveOut(other)}; and tell the owner of the repository`,
  });

const leaveOut = (name: string): string =>
  `where the model does not need \`${told(name)}\`, add it to \`download.exclude\` in configs/setup.yaml, or to \`models.NAME.exclude\` where the model has its own`;
