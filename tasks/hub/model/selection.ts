import { isSystemFile } from '../../checkpoints/folder/not-models';
import { type FoundWeights, findWeights, isAdapterFile, type KnownShards } from '../../checkpoints/folder/weights';
import type { HubFile } from './hub-file';

/** What of a repository is wanted: patterns of `setup.download` or of the model. */
export interface FileChoice {
  include: readonly string[];
  exclude: readonly string[];
}

export interface ChosenFiles {
  files: HubFile[];
  excluded: { file: HubFile; why: string }[];
  /** The weights that transformers finds in them. */
  weights: FoundWeights;
}

/** What of the other folders of a repository transformers reads: templates beside the one of a chat, since 4.52. */
const isTemplate = (path: string): boolean => /^additional_chat_templates\/[^/]+\.jinja$/.test(path);

/**
 * Which files belong to the model that transformers loads: the weights that it finds, and the root's other files.
 * With `include` exactly what it names. `exclude` always has the last word.
 * @param shards what the indexes name, where they are known
 */
export function chooseFiles(files: readonly HubFile[], choice: FileChoice, shards: KnownShards = {}): ChosenFiles {
  const { include, exclude } = choice;
  const weights = weightsWanted(files, choice, shards);
  const needed = new Set([...weights.loaded, ...(weights.index ? [weights.index] : [])]);
  const hasIndex = weights.index !== undefined;
  const whyNot = (path: string): string | undefined => {
    if (isSystemFile(path)) return 'of an operating system: no part of the model';
    const excluded = matching(path, exclude);
    if (excluded) return `excluded by \`${excluded}\``;
    if (include.length > 0) return matching(path, include) ? undefined : 'not among download.include';
    if (needed.has(path) || isTemplate(path)) return undefined;
    if (isAdapterFile(path)) return weights.unused.get(path) ?? 'an adapter';
    return (
      weights.unused.get(path) ?? (path.includes('/') && hasIndex ? 'in a folder of its own: transformers does not read it' : undefined)
    );
  };
  const result: ChosenFiles = { files: [], excluded: [], weights };
  for (const file of files) {
    const why = whyNot(file.path);
    if (why === undefined) result.files.push(file);
    else result.excluded.push({ file, why });
  }
  return result;
}

/** The weights that transformers finds in what is wanted of a repository; pickles only where the settings leave them in. */
function weightsWanted(files: readonly HubFile[], { include, exclude }: FileChoice, shards: KnownShards): FoundWeights {
  const names = files.map(({ path }) => path).filter((path) => !matching(path, exclude));
  const wanted = include.length > 0 ? names.filter((path) => matching(path, include)) : names;
  return findWeights(wanted, shards, { pickles: true });
}

/** Whether the settings leave pickles in: who takes them out must not be told to load one. */
export const takesPickles = ({ exclude }: FileChoice): boolean =>
  ['pytorch_model.bin', 'pytorch_model-00001-of-00002.bin'].every((name) => !matching(name, exclude));

/** Whether files could be all of a model, as far as names tell: its configuration, and weights of which no shard is missing. */
export function looksWhole(files: readonly HubFile[], shards: KnownShards): boolean {
  const names = files.map(({ path }) => path);
  const { loaded, absent, index } = findWeights(names, shards, { pickles: true });
  const lacksIndex = index === undefined && names.some((name) => /-\d+-of-\d+\.\w+$/.test(name)) && loaded.length === 0;
  return names.includes('config.json') && loaded.length > 0 && absent.length === 0 && !lacksIndex;
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
