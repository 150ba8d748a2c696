import * as path from 'node:path';
import { UserError } from '../../../common/errors';
import type { Context } from '../../../engine/context';
import { absolute, projectPaths } from '../../../engine/paths';
import { modelsOf } from '../../../hub/model/models';
import { readModelRecord } from '../../../hub/store/model-record';
import type { Host } from '../../../platform';
import { type Fields, fieldsOf } from '../../../untrusted/json';
import { tryParsePython } from '../../../untrusted/python-json';
import { findWeights, shardsIn } from '../../folder/weights';
import type { Tensor } from '../../safetensors/header';
import { readHeader } from '../../safetensors/read';
import { readBaseName, sameModel } from './base-name';

/** The base model of an adapter as it is on this machine. */
export interface BaseModel {
  folder: string;
  tensors: ReadonlyMap<string, Tensor>;
  architecture: string | undefined;
  /** config.json. */
  config: Fields;
}

/**
 * The base model that a word means: a configured one by repository, name or folder, a folder below models_dir, or a folder anywhere.
 * `undefined` where none of it is on this machine.
 */
export function findBase(context: Context, word: string | undefined): BaseModel | undefined {
  if (word === undefined) return undefined;
  const { host } = context;
  const folder = foldersFor(context, word).find((candidate) => host.files.stat(path.join(candidate, 'config.json')));
  return folder === undefined ? undefined : readBase(context, folder);
}

/** The configured model that a word means. */
export function configuredAs(context: Context, word: string): string | undefined {
  const { last } = readBaseName(word);
  const configured = Object.entries(context.settings.setup.models);
  const byName = configured.find(([key]) => key === word || key === last);
  return (byName ?? configured.find(([, { repo }]) => repo !== undefined && sameModel(word, repo) === 'same'))?.[0];
}

/** What `model:download --model=` takes for a word that an adapter has for its base; `undefined` for a folder that says nothing. */
export const downloadName = (context: Context, word: string): string | undefined =>
  configuredAs(context, word) ?? readBaseName(word).repository;

/** Whether an adapter's word for its base means the model that was asked for: by their names, else by the folder that both lead to. */
export function isSameModel(context: Context, own: string, asked: string): 'same' | 'other' | 'unknown' {
  const folders = [own, asked].map((word) => findBase(context, word)?.folder);
  if (folders[0] !== undefined && folders[0] === folders[1]) return 'same';
  const names = namesFor(context, asked);
  const mine = configuredAs(context, own);
  if (mine !== undefined && names.includes(mine)) return 'same';
  const recorded = recordedRepo(context, own);
  const judged = names.flatMap((name) => [own, ...(recorded === undefined ? [] : [recorded])].map((word) => sameModel(word, name)));
  if (judged.includes('same')) return 'same';
  const yours = configuredAs(context, asked);
  // A folder whose name says nothing may hold either.
  return judged.includes('other') || (mine !== undefined && yours !== undefined && mine !== yours) ? 'other' : 'unknown';
}

/** All that a model of this machine is called. */
function namesFor(context: Context, asked: string): string[] {
  const key = configuredAs(context, asked);
  const repo = key === undefined ? undefined : context.settings.setup.models[key]?.repo;
  return [asked, key, repo, recordedRepo(context, asked)].filter((name): name is string => typeof name === 'string' && name !== '');
}

/** The repository from which the folder that a word leads to was downloaded. */
function recordedRepo(context: Context, word: string): string | undefined {
  const folder = findBase(context, word)?.folder;
  return folder === undefined ? undefined : readModelRecord(context.host, folder)?.repo || undefined;
}

/** What a model is called for PEFT and the Hub, which do not know the short names of the settings: its repository, else its folder. */
export function nameToWrite(context: Context, asked: string): string {
  const key = configuredAs(context, asked);
  const repo = key === undefined ? undefined : context.settings.setup.models[key]?.repo;
  return repo ?? recordedRepo(context, asked) ?? readBaseName(asked).repository ?? findBase(context, asked)?.folder ?? asked;
}

function foldersFor(context: Context, word: string): string[] {
  const { models_dir } = projectPaths(context);
  const key = configuredAs(context, word);
  const recorded = context.host.files
    .list(models_dir)
    .map((name) => path.join(models_dir, name))
    .filter((folder) => {
      const repo = readModelRecord(context.host, folder)?.repo;
      return repo !== undefined && sameModel(word, repo) === 'same';
    });
  const { last } = readBaseName(word);
  return [absolute(context, word), ...(key === undefined ? [] : modelFolder(context, key)), ...recorded, path.join(models_dir, last)];
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
  for (const name of weightsOf(host, folder)) {
    try {
      const file = path.join(folder, name);
      for (const [tensor, info] of readHeader(host, file, host.files.stat(file)?.size ?? 0).tensors) tensors.set(tensor, info);
    } catch {
      // The model's own look tells what is wrong with it.
    }
  }
  const config = fieldsOf(tryParsePython(host.files.readText(path.join(folder, 'config.json')))) ?? {};
  const [architecture] = Array.isArray(config.architectures) ? (config.architectures as unknown[]) : [];
  return { folder, tensors, architecture: typeof architecture === 'string' ? architecture : undefined, config };
}

/** The files that transformers loads, of those that are there: what lies beside them is another model's. */
function weightsOf(host: Host, folder: string): readonly string[] {
  const files = host.files.list(folder);
  const { loaded } = findWeights(files, shardsIn(host, folder), { pickles: false });
  return loaded.filter((name) => files.includes(name));
}
