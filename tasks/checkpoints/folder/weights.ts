import * as path from 'node:path';
import type { Host } from '../../platform';
import { fieldsOf } from '../../untrusted/json';
import { tryParsePython } from '../../untrusted/python-json';
import { indexName, shardsOf } from '../safetensors/index';
import { isSystemFile } from './not-models';

/** The name that transformers gives to the index of weights that are pickles. */
export const pickleIndexName = 'pytorch_model.bin.index.json';
export const singleName = 'model.safetensors';
const singlePickle = 'pytorch_model.bin';

/** What the names alone do not tell: the shards that each of the two indexes names, where its content is known. */
export interface KnownShards {
  safetensors?: readonly string[] | undefined;
  pickle?: readonly string[] | undefined;
}

/** What transformers finds of weights among the files of a folder or a repository. */
export interface FoundWeights {
  /** The files whose tensors it loads, in the order of its index; empty where it finds none. */
  loaded: readonly string[];
  /** Among what it loads and not among the files. */
  absent: readonly string[];
  /** The index that it reads. */
  index: string | undefined;
  /** Whether loading them is unpickling: it can run any program. */
  arePickles: boolean;
  /** Other weights and indexes, each with why it does not load them. */
  unused: ReadonlyMap<string, string>;
}

/**
 * What `from_pretrained` loads of a folder or a repository with these files; the one place that knows the order:
 * `model.safetensors`, the shards that its index names, `pytorch_model.bin`, the shards that that index names
 * (transformers 4.36 to 5.24, `_get_resolved_checkpoint_files`; tried with each).
 * @param files paths, those of folders below too
 * @param pickles whether pickles may be loaded
 */
export function findWeights(files: readonly string[], shards: KnownShards, { pickles }: { pickles: boolean }): FoundWeights {
  const names = new Set(files.filter((file) => !isSystemFile(file)));
  const found = locate(names, shards, pickles);
  const used = new Set(found.loaded);
  const unused = new Map<string, string>();
  for (const name of names) {
    const why = used.has(name) || name === found.index ? undefined : whyUnused(name, found);
    if (why !== undefined) unused.set(name, why);
  }
  return { ...found, absent: found.loaded.filter((name) => !names.has(name)), unused };
}

type Located = Omit<FoundWeights, 'unused' | 'absent'>;

function locate(names: ReadonlySet<string>, shards: KnownShards, pickles: boolean): Located {
  if (names.has(singleName)) return { loaded: [singleName], index: undefined, arePickles: false };
  if (names.has(indexName)) return { loaded: shards.safetensors ?? shardsByName(names), index: indexName, arePickles: false };
  if (pickles && names.has(singlePickle)) return { loaded: [singlePickle], index: undefined, arePickles: true };
  if (pickles && names.has(pickleIndexName))
    return { loaded: shards.pickle ?? pickleShardsByName(names), index: pickleIndexName, arePickles: true };
  return { loaded: [], index: undefined, arePickles: false };
}

/** Where the index is not known: the names of shards say enough, but for two sets of them. */
const shardsByName = (names: ReadonlySet<string>): string[] => [...names].filter((name) => /^model-\d+-of-\d+\.safetensors$/.test(name));
const pickleShardsByName = (names: ReadonlySet<string>): string[] =>
  [...names].filter((name) => /^pytorch_model-\d+-of-\d+\.bin$/.test(name));

/** Of shards without an index the whole set that the first of them names: `model-00001-of-00002` asks for two. */
export function setOfShards(files: readonly string[]): string[] {
  const found = files.map((name) => /^model-\d+-of-(\d+)\.safetensors$/.exec(name)).find((match) => match !== null);
  const count = Number(found?.[1] ?? 0);
  const of = found?.[1] ?? '';
  const number = (at: number) => String(at + 1).padStart(of.length, '0');
  return count > maxShards ? [] : Array.from({ length: count }, (_, at) => `model-${number(at)}-of-${of}.safetensors`);
}

/** More are no model's, but a name that was made up. */
const maxShards = 10_000;

/** The files that an index of pickles names; `undefined` where it is none. */
export function pickleShardsOf(text: string | undefined): string[] | undefined {
  const map = fieldsOf(fieldsOf(tryParsePython(text))?.weight_map);
  const shards = map && [...new Set(Object.values(map))].filter((shard): shard is string => typeof shard === 'string');
  return shards && shards.length > 0 ? shards : undefined;
}

/** The shards that the indexes of a folder name. */
export const shardsIn = ({ files }: Host, folder: string): KnownShards => ({
  safetensors: shardsOf(files.readText(path.join(folder, indexName))),
  pickle: pickleShardsOf(files.readText(path.join(folder, pickleIndexName))),
});

function whyUnused(name: string, { loaded, index, arePickles }: Located): string | undefined {
  if (isAdapterFile(name)) return 'an adapter: with PEFT installed transformers would load it with the model, or in its place';
  const format = weightFormatOf(name);
  const isIndex = name === indexName || name === pickleIndexName;
  if (format === undefined && !isIndex) return undefined;
  if (name.includes('/')) return 'in a folder of its own: transformers does not read it';
  if (loaded.length === 0) return `${format ?? 'an index'}: transformers does not load it here`;
  const first = index ?? loaded[0];
  if (isIndex) return `stale: transformers loads \`${first}\``;
  if (!arePickles && format === 'safetensors') return index ? `no shard of \`${index}\`` : `transformers loads \`${first}\``;
  return 'the same weights in another format';
}

/** Files of an adapter, which belong in a folder of its own. */
export const isAdapterFile = (name: string): boolean => /^adapter_(config\.json|model\.(safetensors|bin))$/.test(name);
export const adapterConfigName = 'adapter_config.json';

/** Pickles that transformers' Trainer writes beside a model, and that hold no weights of it. */
const notWeights = /^(training_args|optimizer|scheduler|rng_state(_\d+)?|scaler)\.(bin|pt|pth)$/;

const formats: readonly (readonly [RegExp, string])[] = [
  [/(^|\/)consolidated[^/]*\.(safetensors|pth|pt)$/, "the makers' own format (`consolidated`)"],
  [/\.safetensors$/, 'safetensors'],
  [/\.(gguf|ggml)$/i, 'GGUF'],
  [/(^|\/)(openvino_[^/]*\.(bin|xml)|[^/]*\.(onnx|onnx_data|tflite|mlmodel|mlpackage))$/, 'ONNX and other runtimes'],
  [/\.h5$/, 'TensorFlow'],
  [/\.msgpack$/, 'Flax'],
  [/\.(bin|pt|pth|ckpt|pkl|pickle)$/, 'PyTorch pickles'],
];

/** The format of a file of weights, as a person calls it; `undefined` for any other file. */
export const weightFormatOf = (file: string): string | undefined =>
  notWeights.test(file) ? undefined : formats.find(([pattern]) => pattern.test(file))?.[1];

/** The formats that are among the files, each with one of its files: what to say where transformers finds no weights. */
export function formatsAmong(files: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const file of files.filter((name) => !isSystemFile(name))) {
    const format = isAdapterFile(file) && file !== adapterConfigName ? 'an adapter' : weightFormatOf(file);
    if (format !== undefined && file !== adapterConfigName) found.set(format, [...(found.get(format) ?? []), file]);
  }
  return found;
}
