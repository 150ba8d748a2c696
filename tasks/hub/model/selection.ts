import { indexName, shardsOf } from '../../checkpoints/safetensors/index';
import type { HubFile } from './hub-file';

/** What of a repository is wanted: patterns of `setup.download` or of the model. */
export interface FileChoice {
  include: readonly string[];
  exclude: readonly string[];
}

export interface ChosenFiles {
  files: HubFile[];
  excluded: { file: HubFile; why: string }[];
}

const weights = /\.(safetensors|bin|pth|pt|ckpt|h5|msgpack|onnx|gguf|ggml|tflite|mlmodel)$/;

/**
 * Which files belong to the model that transformers loads: with an index its shards, else the safetensors
 * files, and the root's other files. With `include` exactly what it names. `exclude` always has the last word.
 * @param indexText the index's content, where it is known
 */
export function chooseFiles(files: readonly HubFile[], { include, exclude }: FileChoice, indexText?: string): ChosenFiles {
  const names = shardsOf(indexText);
  const shards = names && new Set(names);
  const hasSafetensors = files.some(({ path }) => !path.includes('/') && path.endsWith('.safetensors') && !matching(path, exclude));
  const hasIndex = files.some(({ path }) => path === indexName);
  const whyNot = (path: string): string | undefined => {
    const excluded = matching(path, exclude);
    if (excluded) return `excluded by \`${excluded}\``;
    if (include.length > 0) return matching(path, include) ? undefined : 'not among download.include';
    if (shards?.has(path)) return undefined;
    if (path.includes('/') && (hasIndex || weights.test(path))) return 'in a folder of its own: transformers does not read it';
    if (!weights.test(path)) return undefined;
    if (hasIndex && path.endsWith('.safetensors')) {
      if (shards) return `no shard of \`${indexName}\``;
      // The index has not been read: the names of shards say enough.
      return /^model-\d+-of-\d+\.safetensors$/.test(path) ? undefined : `no shard of \`${indexName}\``;
    }
    return path.endsWith('.safetensors') || !hasSafetensors ? undefined : 'the same weights in another format';
  };
  const result: ChosenFiles = { files: [], excluded: [] };
  for (const file of files) {
    const why = whyNot(file.path);
    if (why === undefined) result.files.push(file);
    else result.excluded.push({ file, why });
  }
  return result;
}

/** Whether files could be all of a model, as far as names tell: its configuration, and weights of which no shard is missing. */
export function looksWhole(files: readonly HubFile[], indexText: string | undefined): boolean {
  const names = new Set(files.map(({ path }) => path));
  const shards = shardsOf(indexText);
  const needsIndex = files.some(({ path }) => /-\d+-of-\d+\.\w+$/.test(path));
  const hasWeights = shards ? shards.every((name) => names.has(name)) : !needsIndex && files.some(({ path }) => weights.test(path));
  return names.has('config.json') && hasWeights;
}

/** The first pattern that a path matches, as fnmatch does it: `*` and `?` match `/` too. */
function matching(path: string, patterns: readonly string[]): string | undefined {
  return patterns.find((pattern) => expression(pattern).test(path));
}

function expression(pattern: string): RegExp {
  const whole = pattern.endsWith('/') ? `${pattern}*` : pattern;
  const body = whole
    .replace(/[.+^${}()|\\[\]]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${body}$`, 's');
}
