import { UserError } from '../../common/errors';
import type { Context } from '../../engine/context';
import { versionsIn } from '../../environments/prefix/site-packages';
import { knownEnvironments } from '../../environments/training/locate';
import { needsOf, unmetNeeds, type Versions } from '../../knowledge/models';
import { tryParse } from '../../untrusted/json';
import { hubOf } from '../api/hub';
import type { Manifest } from '../manifest/manifest';
import type { Model } from '../model/models';

/**
 * Whether the libraries of the environment can load a model, told by its config.json before its weights are fetched. The Hub is
 * asked for that file only where there is an environment to compare with.
 * @returns a phrase for the finding: `new enough`, or `unknown` where there is no environment or nothing is known of the model
 * @throws UserError E_MODEL_VERSIONS
 */
export async function compatibilityOf(context: Context, model: Model, { commit, files: wanted }: Manifest): Promise<string> {
  if (context.option('any-versions') !== undefined) return 'unknown';
  const installed = librariesHere(context);
  if (!installed) return 'unknown';
  const config = wanted.some(({ path }) => path === 'config.json') ? await hubOf(context).text(model, commit, 'config.json') : undefined;
  return refuseOldLibraries(model, tryParse(config), installed);
}

/** @param config the parsed config.json, `undefined` where there is none */
function refuseOldLibraries(model: Model, config: unknown, installed: Versions): string {
  const needs = needsOf({ repo: model.repo, ...(config === undefined ? {} : { config }) });
  if (!needs) return 'unknown';
  const unmet = unmetNeeds(needs, installed);
  if (unmet.length === 0) return 'new enough';
  throw new UserError({
    code: 'E_MODEL_VERSIONS',
    found: `the environment cannot load \`${model.repo}\`: ${unmet.join('; ')}`,
    needed: [needs.transformers && `transformers ${needs.transformers}`, needs.tokenizers && `tokenizers ${needs.tokenizers}`]
      .filter(Boolean)
      .join(', '),
    fix: 'raise them in the environment file, then `npx just setup:remote`; `--any-versions` fetches the model all the same',
  });
}

/**
 * The libraries of the first environment with transformers; `undefined` where none has it. For a training machine what the data
 * work has says nothing.
 */
function librariesHere(context: Context): Versions | undefined {
  const { own, other, activated } = knownEnvironments(context);
  const prefixes = [...own, ...(context.environment === 'local' ? other : []), ...activated];
  for (const prefix of prefixes) {
    const versions = versionsIn(context.host, prefix);
    if (versions.has('transformers')) return versions;
  }
  return undefined;
}
