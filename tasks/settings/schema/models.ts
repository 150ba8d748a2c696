import * as v from 'valibot';

/** One base model under `models`. Everything may come from another layer, so that a machine can switch a model on or pin it alone. */
export const model = v.strictObject({
  repo: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^(?!-|\.+\/)[\w.-]+\/(?!-|\.+$)[\w.-]+$/, 'owner/name'),
      v.description('Repository on the Hub, owner/name'),
    ),
  ),
  revision: v.optional(
    v.pipe(
      v.string(),
      v.minLength(1),
      v.regex(/^(?!-)[^\s\0]+$/, 'text without blanks that does not begin with `-`'),
      v.description('Branch, tag, or a commit to pin'),
    ),
    'main',
  ),
  enabled: v.optional(v.pipe(v.boolean(), v.description('Is it included in runs without `--model`?')), true),
  source: v.optional(
    v.pipe(v.string(), v.minLength(1), v.description('A folder (path or file: address) that holds the model, instead of the Hub')),
  ),
  include: v.optional(v.pipe(v.array(v.string()), v.description('Patterns of the files of this model, instead of download.include'))),
  exclude: v.optional(v.pipe(v.array(v.string()), v.description('Patterns to leave out, instead of download.exclude'))),
});

export const defaultModels = {
  'llama-3.1-8b': { repo: 'meta-llama/Llama-3.1-8B-Instruct', revision: 'main', enabled: true },
  'mistral-7b': { repo: 'mistralai/Mistral-7B-Instruct-v0.3', revision: 'main', enabled: false },
};

export type ModelSettings = v.InferOutput<typeof model>;
