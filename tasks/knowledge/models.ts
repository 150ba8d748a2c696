import { families, type ModelNeeds, repositories } from './known-models';
import { atLeast } from './satisfies';

/** Installed versions by normalized name. */
export type Versions = ReadonlyMap<string, string>;

interface ModelFiles {
  /** The parsed config.json. */
  config?: unknown;
  /** The text of tokenizer.json. */
  tokenizer?: string;
}

export interface Needs extends ModelNeeds {
  /** What asks for it: `mistral, metaspace split`. */
  because: readonly string[];
}

/**
 * The least transformers and tokenizers for a model: from its own files where they are here, else from
 * what is known of its repository. `undefined` where nothing is known.
 */
export function needsOf(model: ModelFiles & { repo?: string }): Needs | undefined {
  const kinds = model.config === undefined ? kindsOfRepository(model.repo ?? '') : kindsOfFiles(model);
  const found = families.filter(({ is }) => kinds.includes(is));
  if (found.length === 0 || (model.config !== undefined && !found.some(({ is }) => is === kinds[0]))) return undefined;
  const highest = (name: 'transformers' | 'tokenizers') =>
    found.map((fact) => fact[name]).reduce((most, next) => (next && (!most || atLeast(next, most)) ? next : most), undefined);
  const [transformers, tokenizers] = [highest('transformers'), highest('tokenizers')];
  return { because: found.map(({ is }) => is), ...(transformers ? { transformers } : {}), ...(tokenizers ? { tokenizers } : {}) };
}

/** What of the needs these versions do not meet: `transformers 4.36.0, 4.43.0 or newer needed`. Empty where the model loads. */
export function unmetNeeds(needs: ModelNeeds, versions: Versions): string[] {
  return (['transformers', 'tokenizers'] as const).flatMap((name) => {
    const [least, there] = [needs[name], versions.get(name)];
    if (!least || (there && atLeast(there, least))) return [];
    return [there ? `${name} ${there}, ${least} or newer needed` : `no ${name}, ${least} or newer needed`];
  });
}

function kindsOfRepository(repo: string): readonly string[] {
  return repositories.find((known) => known.is && known.repo.test(repo.toLowerCase()))?.is ?? [];
}

function kindsOfFiles({ config, tokenizer }: ModelFiles): string[] {
  const { model_type, rope_scaling } = (config ?? {}) as { model_type?: unknown; rope_scaling?: { rope_type?: unknown } | null };
  const kinds = [String(model_type)];
  if (rope_scaling?.rope_type === 'llama3') kinds.push('rope_type llama3');
  if (tokenizer && hasMetaspaceSplit(tokenizer)) kinds.push('metaspace split');
  if (tokenizer && /"merges"\s*:\s*\[\s*\[/.test(tokenizer)) kinds.push('merges as pairs');
  return kinds;
}

/** A Metaspace pre-tokenizer with `split`, which tokenizers 0.19 added. */
const hasMetaspaceSplit = (tokenizer: string): boolean =>
  /"pre_tokenizer"\s*:\s*\{[^}]*"type"\s*:\s*"Metaspace"[^}]*"split"\s*:/.test(tokenizer);
