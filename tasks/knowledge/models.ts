import { families, type ModelNeeds, repositories } from './known-models';
import { kindsOfFiles, type ModelFiles } from './model-kinds';
import { atLeast } from './satisfies';

/** Installed versions by normalized name. */
export type Versions = ReadonlyMap<string, string>;

export interface Needs extends ModelNeeds {
  /** What asks for it: `mistral, metaspace split`. */
  because: readonly string[];
  /** The kind of model is in the table: else only what its files ask for is known. */
  isKnown: boolean;
  /** tokenizer.json and tokenizer_config.json were looked at, or none is there: only then the versions can be enough. */
  sawTokenizer: boolean;
}

/**
 * The least transformers and tokenizers for a model: from its own files where they are here, and for those that are not from
 * what is known of its repository. `undefined` where nothing is known.
 * @param sawTokenizer the tokenizer's files were looked for, so that one that is absent is not there
 */
export function needsOf({
  repo = '',
  sawTokenizer = false,
  ...files
}: ModelFiles & { repo?: string; sawTokenizer?: boolean }): Needs | undefined {
  const byName = kindsOfRepository(repo);
  const own = files.config === undefined ? [] : kindsOfFiles(files);
  const sees = sawTokenizer || files.tokenizer !== undefined;
  const kinds = [...new Set([...own, ...(own.length === 0 ? byName : sees ? [] : byName.filter(isOfTokenizer))])];
  const found = families.filter(({ is }) => kinds.includes(is));
  if (found.length === 0) return undefined;
  const highest = (name: 'transformers' | 'tokenizers') =>
    found.map((fact) => fact[name]).reduce((most, next) => (next && (!most || atLeast(next, most)) ? next : most), undefined);
  const [transformers, tokenizers] = [highest('transformers'), highest('tokenizers')];
  return {
    because: found.map(({ is }) => is),
    isKnown: own.length === 0 || found.some(({ is }) => is === own[0]),
    sawTokenizer: sees,
    ...(transformers ? { transformers } : {}),
    ...(tokenizers ? { tokenizers } : {}),
  };
}

/** What of the files asks for more than these versions have: `rope_parameters, tokenizer class TokenizersBackend`. */
export const unmetKinds = ({ because }: Needs, versions: Versions): string[] =>
  families.filter((family) => because.includes(family.is) && unmetNeeds(family, versions).length > 0).map(({ is }) => is);

/** Whether old keys beside the new ones are all that these versions lack: `model:verify --fix-config` writes them. */
export const isFixable = (needs: Needs, versions: Versions): boolean => {
  const unmet = unmetKinds(needs, versions);
  return unmet.length > 0 && unmet.every((kind) => families.some(({ is, oldKeys }) => is === kind && oldKeys));
};

/** What of the needs these versions do not meet: `transformers 4.36.0, 4.43.0 or newer needed`. Empty where the model loads. */
export function unmetNeeds(needs: ModelNeeds, versions: Versions): string[] {
  return (['transformers', 'tokenizers'] as const).flatMap((name) => {
    const [least, there] = [needs[name], versions.get(name)];
    if (!least || (there && atLeast(there, least))) return [];
    return [there ? `${name} ${there}, ${least} or newer needed` : `no ${name}, ${least} or newer needed`];
  });
}

/** What a repository's name tells of its tokenizer, where only the configuration is here. */
const isOfTokenizer = (kind: string): boolean => families.some(({ is, tokenizers }) => is === kind && tokenizers !== undefined);

function kindsOfRepository(repo: string): readonly string[] {
  return repositories.find((known) => known.is && known.repo.test(repo.toLowerCase()))?.is ?? [];
}
