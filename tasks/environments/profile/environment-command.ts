import { commandOf } from '../../engine/command';
import type { Context } from '../../engine/context';
import { settingsFileOf } from '../../engine/settings-file';
import { type Needs, unmetNeeds, type Versions } from '../../knowledge/models';
import { chooseProfile, chooseProfileFor } from './choose';
import type { ProfileChoice } from './decide';
import { enabledModels } from './models-of-choice';
import { type ProfileName, profileFiles } from './profile-files';

/**
 * The command that makes the training environment which this run asks for. The profile is named where it is that of a model that the
 * run names and the settings do not enable: without it the command goes by the settings.
 */
export async function environmentCommand(context: Context): Promise<string> {
  const { profile, machine } = await chooseProfile(context);
  const usual = chooseProfileFor(context, machine, enabledModels(context)).profile;
  return usual === profile ? commandOf(context, 'env:remote') : withProfile(context, profile);
}

const withProfile = (context: Context, profile: ProfileName): string =>
  commandOf(context, 'env:remote', { set: [...context.optionValues('set'), `remote.profile=${profile}`] });

/** How the training environment comes to load a model: by the profile of the settings, by another, or by an edit. @param name as `--model` takes it */
export async function environmentThatLoads(context: Context, name: string | undefined, needs: Needs): Promise<string> {
  const loads = (versions: Versions) => versions.has('transformers') && unmetNeeds(needs, versions).length === 0;
  const choice = await chooseProfile(context);
  if (!choice.obstacle && loads(choice.versions))
    return `\`${await environmentCommand(context)}\` makes that of profile ${choice.profile}, which loads it`;
  const other = choice.running(loads);
  if (!other) return `raise them in \`${profileFiles[choice.profile].requirements}\`, then \`npx just setup:remote\``;
  return `\`${withProfile(context, other)}\` makes that of profile ${other}, which loads it; ${forEveryRun(context, name, choice, other)}`;
}

/** The same in the settings; by name where the model has one there that is off, since `profile: auto` goes by those that are on. */
function forEveryRun(context: Context, name: string | undefined, { forced }: ProfileChoice, profile: string): string {
  const isOff = name !== undefined && context.settings.setup.models[name]?.enabled === false;
  if (isOff && !forced)
    return `for every run: \`models: { ${name}: { enabled: true } }\` in ${settingsFileOf(context, `models.${name}.enabled`)}`;
  return `for every run: \`remote: { profile: ${profile} }\` in configs/setup.remote.yaml`;
}
