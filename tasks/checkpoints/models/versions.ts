import { UserError } from '../../common/errors';
import type { Context } from '../../engine/context';
import { chooseProfile } from '../../environments/profile/choose';
import { cureByEnvironment, librariesHere } from '../../hub/download/compatibility';
import { isFixable, type Needs, needsOf, unmetKinds, unmetNeeds, type Versions } from '../../knowledge/models';
import { cannotTrainOn } from '../../knowledge/quantizers';
import { modelFilesIn } from '../folder/model-files';
import type { Subject } from './subject';

/**
 * Holds what a model's own files ask for against the libraries of the environment: what is too old may read them without a word,
 * and another way.
 * @throws UserError E_MODEL_VERSIONS
 */
export async function refuseOldLibraries(context: Context, subject: Subject, versions: Versions): Promise<void> {
  const needs = needsOf(modelFilesIn(context.host, subject.folder));
  const unmet = needs ? unmetNeeds(needs, versions) : [];
  if (needs && unmet.length > 0)
    throw oldLibraries(subject, unmet.join('; '), await cureOf(context, subject, needs, versions), unmetKinds(needs, versions));
}

/** @param kinds what of the model's files asks for more, where that is known */
export const oldLibraries = (subject: Subject, unmet: string, cure = newerProfile, kinds: readonly string[] = []): UserError =>
  new UserError({
    code: 'E_MODEL_VERSIONS',
    found: `the environment cannot load \`${subject.name}\`: ${unmet}${kinds.length > 0 ? ` for ${kinds.join(', ')}` : ''}`,
    needed: unmet,
    fix: cure,
  });

/** For what the table of needs does not know. */
const newerProfile = '`npx just env:remote --set remote.profile=auto` takes the profile that has newer ones, where one has';

const cureOf = async (context: Context, { asked, name }: Subject, needs: Needs, versions: Versions): Promise<string> =>
  isFixable(needs, versions)
    ? `\`npx just model:verify ${asked} --fix-config\` writes the keys that it reads beside the new ones, and keeps the originals`
    : cureByEnvironment(context, name, needs);

/**
 * What is to be said of the versions beside a folder that is right: nothing where the environment is new enough, a warning where
 * there is none yet and the profile that will be made is not.
 * @throws UserError E_MODEL_VERSIONS where the environment that is here cannot read it rightly
 */
export async function versionWarnings(context: Context, subject: Subject): Promise<string[]> {
  const files = modelFilesIn(context.host, subject.folder);
  const installed = librariesHere(context);
  const quantised =
    files.config === undefined ? undefined : cannotTrainOn(files.config, installed ?? (await chooseProfile(context)).versions);
  return [...(await needsWarnings(context, subject, needsOf(files), installed)), ...(quantised ? [quantised] : [])];
}

async function needsWarnings(
  context: Context,
  subject: Subject,
  needs: Needs | undefined,
  installed: Versions | undefined,
): Promise<string[]> {
  if (!needs) return [];
  if (installed) {
    await refuseOldLibraries(context, subject, installed);
    return [];
  }
  const { profile, versions } = await chooseProfile(context);
  const unmet = versions.has('transformers') ? unmetNeeds(needs, versions) : [];
  if (unmet.length === 0) return [];
  return [
    `the profile ${profile} does not read it rightly: ${unmet.join('; ')} for ${unmetKinds(needs, versions).join(', ')}; ${await cureOf(context, subject, needs, versions)}`,
  ];
}
