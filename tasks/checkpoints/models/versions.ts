import { UserError } from '../../common/errors';
import type { Context } from '../../engine/context';
import { chooseProfile } from '../../environments/profile/choose';
import { cureByEnvironment, librariesHere } from '../../hub/download/compatibility';
import { ropeConflict } from '../../knowledge/model-kinds';
import { isFixable, type Needs, needsOf, unmetKinds, unmetNeeds, type Versions } from '../../knowledge/models';
import { cannotTrainOn } from '../../knowledge/quantizers';
import { fieldsOf } from '../../untrusted/json';
import { modelFilesIn } from '../folder/model-files';
import type { Subject } from './subject';
import { templateWarning } from './templates';

/**
 * Holds what a model's own files ask for against the libraries of the environment: what is too old may read them without a word,
 * and another way.
 * @throws UserError E_MODEL_VERSIONS
 */
export async function refuseOldLibraries(context: Context, subject: Subject, versions: Versions): Promise<void> {
  const files = modelFilesIn(context.host, subject.folder);
  const needs = needsOf(files);
  const unmet = needs ? unmetNeeds(needs, versions) : [];
  if (!needs || unmet.length === 0) return;
  const kinds = unmetKinds(needs, versions);
  const [conflict] = kinds.includes(conflictKind) ? ropeConflicts(files.config) : [];
  const cure = await cureOf(context, subject, needs, versions);
  throw conflict === undefined
    ? oldLibraries(subject, unmet.join('; '), cure, kinds)
    : oldLibraries(subject, `${unmet.join('; ')}; ${conflict}`, `${oneRope}\nor ${cure}`, []);
}

const conflictKind = 'rope keys that disagree';

/** What helps where old and new keys disagree: which is right, only who made the model knows. */
export const oneRope = 'take out of `config.json` what is wrong of `rope_theta`, `rope_scaling` and `rope_parameters`';

/** Old and new keys of rope that disagree, of the model and of its text part. */
export const ropeConflicts = (config: unknown): string[] =>
  [config, fieldsOf(fieldsOf(config)?.text_config)].flatMap((part) => {
    const conflict = ropeConflict(part);
    return conflict ? [`\`config.json\` ${conflict.says}`] : [];
  });

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
  const conflicts = ropeConflicts(files.config).map((conflict) => `${conflict}; ${oneRope}`);
  const quantised =
    files.config === undefined ? undefined : cannotTrainOn(files.config, installed ?? (await chooseProfile(context)).versions);
  return [
    ...(await needsWarnings(context, subject, needsOf(files), installed)),
    ...conflicts,
    ...templateWarning(context.host, subject.folder),
    ...(quantised ? [quantised] : []),
  ];
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
  // Where rope keys disagree the newer version is not what helps; that is said beside it.
  if (unmet.length === 0 || unmetKinds(needs, versions).every((kind) => kind === conflictKind)) return [];
  return [
    `the profile ${profile} does not read it rightly: ${unmet.join('; ')} for ${unmetKinds(needs, versions).join(', ')}; ${await cureOf(context, subject, needs, versions)}`,
  ];
}
