import * as path from 'node:path';
import { modelFilesIn } from '../../checkpoints/folder/model-files';
import type { Context } from '../../engine/context';
import { projectPaths } from '../../engine/paths';
import { isFixable, type Needs, needsOf, unmetKinds, unmetNeeds, type Versions } from '../../knowledge/models';

/** A model of the settings; `needs` is absent where nothing is known of it. */
export interface ModelOfChoice {
  name: string;
  repo: string;
  needs: Needs | undefined;
}

/** The models that are enabled, and the one that a training names where its kind is known: each looked at once. */
export function modelsOfChoice(context: Context): ModelOfChoice[] {
  const enabled = enabledModels(context);
  const asked = context.task === 'train' ? context.option('model')?.split('@')[0] : undefined;
  if (asked === undefined || enabled.some(({ name, repo }) => name === asked || repo === asked)) return enabled;
  const models = Object.entries(context.settings.setup.models);
  const [name, repo = asked] = models.map(([key, settings]) => [key, settings.repo] as const).find((each) => each.includes(asked)) ?? [
    path.basename(asked),
  ];
  const needs = modelNeeds(context, name, repo);
  return needs?.isKnown ? [...enabled, { name, repo, needs }] : enabled;
}

/** The models that are enabled. */
export const enabledModels = (context: Context): ModelOfChoice[] =>
  Object.entries(context.settings.setup.models).flatMap(([name, { repo = '', enabled }]) =>
    enabled ? [{ name, repo, needs: modelNeeds(context, name, repo) }] : [],
  );

/** What keeps a model from loading with these versions, as one text for each; empty where it loads, or nothing is known of it. */
export function unmetOf({ name, needs }: ModelOfChoice, versions: Versions): string[] {
  const unmet = needs ? unmetNeeds(needs, versions) : [];
  if (!needs || unmet.length === 0) return [];
  const cure = isFixable(needs, versions) ? `; \`npx just model:verify --model=${name} --fix-config\` writes what they read` : '';
  return [`${name} (${unmet.join(', ')} for ${unmetKinds(needs, versions).join(', ')}${cure})`];
}

/** The same where a model of which nothing is known counts as one that does not load: for the oldest versions. */
export const notKnownToLoad = (model: ModelOfChoice, versions: Versions): string[] =>
  model.needs?.isKnown ? unmetOf(model, versions) : [`${model.name} (nothing is known of \`${model.repo}\`)`];

/** What a model of the settings needs: from its files where they are here, and for the rest from what is known of its repository. */
function modelNeeds(context: Context, name: string, repo: string): Needs | undefined {
  const found = needsOf({ repo, ...modelFilesIn(context.host, path.join(projectPaths(context).models_dir, name)) });
  return found?.isKnown ? found : (needsOf({ repo }) ?? found);
}
