import * as path from 'node:path';
import { modelFilesIn } from '../../checkpoints/folder/model-files';
import { some } from '../../common/format';
import type { Context } from '../../engine/context';
import { projectPaths } from '../../engine/paths';
import type { Resource } from '../../engine/resources';
import { isFixable, type Needs, needsOf, unmetKinds, unmetNeeds, type Versions } from '../../knowledge/models';
import type { ProfileName } from './profile-files';
import { profileVersions } from './profile-versions';

/** Which versions the training environment has, and why these. */
export interface ProfileChoice {
  profile: ProfileName;
  /** The setting forces it. */
  forced: boolean;
  /** Models of the settings that do not load under the profile as asked, each with what it needs. */
  needing: readonly string[];
  /** Models that do not load under the chosen profile, each with what it needs: not empty where the setting forces one that does not do. */
  unmet: readonly string[];
  versions: Versions;
}

/**
 * as-asked where every model of the settings loads under it, else compat. A model that is here is asked itself
 * (config.json, tokenizer.json); one that is not yet, by what is known of its repository; an unknown one takes compat.
 */
export const chooseProfile = (context: Context): Promise<ProfileChoice> => context.resources.get(context, choice);

/** Several steps of a run ask; the files that decide are read once. */
const choice: Resource<Promise<ProfileChoice>> = { make: choose };

async function choose(context: Context): Promise<ProfileChoice> {
  const setting = context.settings.setup.remote.profile;
  const models = modelsOf(context);
  const asAsked = profileVersions(context, 'as-asked');
  const needing = models.flatMap((model) =>
    model.needs?.isKnown ? unmetOf(model, asAsked) : [`${model.name} (nothing is known of \`${model.repo}\`)`],
  );
  const profile = setting === 'auto' ? (needing.length === 0 ? 'as-asked' : 'compat') : setting;
  const base = { profile, forced: setting !== 'auto', needing };
  if (profile === 'as-asked') return { ...base, unmet: needing, versions: asAsked };
  const versions = profileVersions(context, profile);
  return { ...base, unmet: models.flatMap((model) => unmetOf(model, versions)), versions };
}

/** The choice as one line: `compat: llama-3.1-8b needs …; torch 2.1.2, …`. */
export function describeChoice({ profile, forced, needing, unmet, versions }: ProfileChoice): string {
  const shown = ['torch', 'transformers', 'tokenizers', 'peft', 'trl', 'accelerate', 'bitsandbytes', 'datasets']
    .flatMap((name) => (versions.has(name) ? [`${name} ${versions.get(name)}`] : []))
    .join(', ');
  const why = forced
    ? `${profile}, as \`remote.profile\` says`
    : profile === 'compat'
      ? `compat, since as-asked does not load ${some(needing, 2)}`
      : 'as-asked, which loads every model of the settings';
  const lacks = unmet.length > 0 ? `does not load ${some(unmet, 2)}` : '';
  return [why, shown, lacks].filter(Boolean).join('; ');
}

/** A model of the settings; `needs` is absent where nothing is known of it. */
interface KnownModel {
  name: string;
  repo: string;
  needs: Needs | undefined;
}

/** The models that are enabled, each looked at once. */
const modelsOf = (context: Context): KnownModel[] =>
  Object.entries(context.settings.setup.models).flatMap(([name, { repo = '', enabled }]) =>
    enabled ? [{ name, repo, needs: modelNeeds(context, name, repo) }] : [],
  );

function unmetOf({ name, needs }: KnownModel, versions: Versions): string[] {
  const unmet = needs ? unmetNeeds(needs, versions) : [];
  if (!needs || unmet.length === 0) return [];
  const cure = isFixable(needs, versions) ? `; \`npx just model:verify --model=${name} --fix-config\` writes what they read` : '';
  return [`${name} (${unmet.join(', ')} for ${unmetKinds(needs, versions).join(', ')}${cure})`];
}

/** What a model of the settings needs: from its files where they are here, and for the rest from what is known of its repository. */
function modelNeeds(context: Context, name: string, repo: string): Needs | undefined {
  const found = needsOf({ repo, ...modelFilesIn(context.host, path.join(projectPaths(context).models_dir, name)) });
  return found?.isKnown ? found : (needsOf({ repo }) ?? found);
}
