import { readModelFiles } from '../../checkpoints/folder/model-files';
import { UserError } from '../../common/errors';
import type { Context } from '../../engine/context';
import { versionsIn } from '../../environments/prefix/site-packages';
import { environmentThatLoads } from '../../environments/profile/environment-command';
import { knownEnvironments } from '../../environments/training/locate';
import { localEnvironment, targetOf } from '../../environments/venv/definition';
import { isFixable, type Needs, needsOf, unmetKinds, unmetNeeds, type Versions } from '../../knowledge/models';
import { commitText, maxTextBytes } from '../manifest/commit-text';
import type { LocalSource } from '../manifest/local-source';
import type { Manifest } from '../manifest/manifest';
import type { Model } from '../model/models';
import { downloadAgain } from './download-again';

/**
 * Whether the libraries of the environment can load a model, told by its configuration and its tokenizer before its weights are
 * fetched. The Hub is asked for those only where there is an environment to compare with.
 * @returns a phrase for the finding: `new enough`, or `unknown` where there is no environment, nothing is known of the model or its
 * tokenizer could not be looked at
 * @param source another folder of this machine that the model comes from: its copies are read, and the Hub is not asked
 * @throws UserError E_MODEL_VERSIONS
 */
export async function compatibilityOf(
  context: Context,
  model: Model,
  { commit, files: wanted }: Manifest,
  source?: LocalSource,
): Promise<string> {
  if (context.option('any-versions') !== undefined) return 'unknown';
  const installed = librariesHere(context);
  if (!installed) return 'unknown';
  const found = await readModelFiles(
    (name) => wanted.some(({ path }) => path === name),
    (name) => {
      const file = wanted.find(({ path }) => path === name);
      return file && file.size < maxTextBytes ? commitText(context, model, commit, file, source) : undefined;
    },
  );
  const needs = needsOf({ repo: model.repo, ...found });
  if (!needs) return 'unknown';
  const unmet = unmetNeeds(needs, installed);
  if (unmet.length === 0) return needs.isKnown && needs.sawTokenizer ? 'new enough' : 'unknown';
  throw new UserError({
    code: 'E_MODEL_VERSIONS',
    found: `the environment cannot load \`${model.repo}\`: ${unmet.join('; ')} for ${unmetKinds(needs, installed).join(', ')}`,
    needed: [needs.transformers && `transformers ${needs.transformers}`, needs.tokenizers && `tokenizers ${needs.tokenizers}`]
      .filter(Boolean)
      .join(', '),
    fix: isFixable(needs, installed)
      ? `\`${downloadAgain(context, model, 'any-versions')}\`, then \`npx just model:verify --model=${model.asked} --fix-config\` writes what the environment reads`
      : `${await cureByEnvironment(context, model.name, needs)}\n\`${downloadAgain(context, model, 'any-versions')}\` fetches the model all the same`,
  });
}

/** How the environment whose libraries were looked at comes to load a model. */
export async function cureByEnvironment(context: Context, model: string | undefined, needs: Needs): Promise<string> {
  const local = localEnvironment(context);
  const isLocal =
    libraryPlaces(context).find((prefix) => versionsIn(context.host, prefix).has('transformers')) === targetOf(context, local);
  return isLocal ? `raise them in \`${local.requirements}\`, then \`npx just ${local.task}\`` : environmentThatLoads(context, model, needs);
}

/**
 * The libraries of the first environment with transformers; `undefined` where none has it. For a training machine what the data
 * work has says nothing.
 */
export function librariesHere(context: Context): Versions | undefined {
  for (const prefix of libraryPlaces(context)) {
    const versions = versionsIn(context.host, prefix);
    if (versions.has('transformers')) return versions;
  }
  return undefined;
}

function libraryPlaces(context: Context): string[] {
  const { own, other, activated } = knownEnvironments(context);
  return [...own, ...(context.environment === 'local' ? other : []), ...activated];
}
