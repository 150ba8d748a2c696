import * as path from 'node:path';
import { UserError } from '../../common/errors';
import type { Context } from '../../engine/context';
import { absolute, projectPaths } from '../../engine/paths';
import { modelsOf } from '../../hub/model/models';
import { readModelRecord } from '../../hub/store/model-record';
import { fieldsOf } from '../../untrusted/json';
import type { Tensor } from '../safetensors/header';
import { readHeader } from '../safetensors/read';

/** The base model of an adapter as it is on this machine. */
export interface BaseModel {
  folder: string;
  tensors: ReadonlyMap<string, Tensor>;
  architecture: string | undefined;
  /** The output layer shares the embedding's weights. */
  tied: boolean;
}

/**
 * The base model that a name means: a configured one by repository, name or folder, a folder below models_dir,
 * or a folder anywhere. `undefined` where none of it is on this machine.
 */
export function findBase(context: Context, named: string | undefined): BaseModel | undefined {
  const { host } = context;
  if (named === undefined) return undefined;
  const folder = foldersFor(context, named).find((candidate) => host.files.stat(path.join(candidate, 'config.json')));
  return folder === undefined ? undefined : readBase(context, folder);
}

/** What `model:download --model=` takes for a name that an adapter gives to its base. */
export function modelNamed(context: Context, named: string): string {
  const configured = Object.entries(context.settings.setup.models);
  const [name] =
    configured.find(([key, { repo }]) => key === named || sameRepository(repo, named) || key === path.posix.basename(named)) ?? [];
  return name ?? (/^[\w.-]+\/[\w.-]+$/.test(named) ? named : 'OWNER/NAME');
}

/** The Hub redirects the old name of Llama 3.1 to the new one: both are the same repository. */
const plain = (repo: string): string => repo.toLowerCase().replace('/meta-llama-', '/llama-');
export const sameRepository = (one: string | undefined, other: string): boolean => one !== undefined && plain(one) === plain(other);

function foldersFor(context: Context, named: string): string[] {
  const { models_dir } = projectPaths(context);
  const configured = modelNamed(context, named);
  const recorded = context.host.files
    .list(models_dir)
    .map((name) => path.join(models_dir, name))
    .filter((folder) => sameRepository(readModelRecord(context.host, folder)?.repo, named));
  const model = configured in context.settings.setup.models ? modelFolder(context, configured) : [];
  return [absolute(context, named), ...model, ...recorded, path.join(models_dir, path.posix.basename(named))];
}

function modelFolder(context: Context, name: string): string[] {
  try {
    return modelsOf(context, name).map(({ folder }) => folder);
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}

function readBase({ host }: Context, folder: string): BaseModel {
  const tensors = new Map<string, Tensor>();
  for (const name of host.files.list(folder).filter((file) => file.endsWith('.safetensors') && !file.startsWith('consolidated'))) {
    try {
      const file = path.join(folder, name);
      for (const [tensor, info] of readHeader(host, file, host.files.stat(file)?.size ?? 0).tensors) tensors.set(tensor, info);
    } catch {
      // The model's own look tells what is wrong with it.
    }
  }
  const config = fieldsOf(host.files.readJson(path.join(folder, 'config.json')));
  const [architecture] = Array.isArray(config?.architectures) ? (config.architectures as unknown[]) : [];
  return {
    folder,
    tensors,
    architecture: typeof architecture === 'string' ? architecture : undefined,
    tied: config?.tie_word_embeddings === true,
  };
}
