import { some } from '../../common/format';
import type { Context } from '../../engine/context';
import type { Resource } from '../../engine/resources';
import { requirementsOf } from '../../gpu/driver/requirements';
import { decide, type ProfileChoice } from './decide';
import { type MachineOfChoice, thisMachine } from './machine-of-choice';
import { type ModelOfChoice, modelsOfChoice } from './models-of-choice';
import { profileVersions } from './profile-versions';

/**
 * The profile for the models of the settings, and for the cards and the driver of this machine. A model that is here is asked
 * itself (config.json, tokenizer.json); one that is not yet, by what is known of its repository; an unknown one takes compat.
 */
export const chooseProfile = (context: Context): Promise<ProfileChoice> => context.resources.get(context, choice);

/** Several steps of a run ask; the files that decide are read once, and the driver is asked once. */
const choice: Resource<Promise<ProfileChoice>> = { make: async (context) => chooseProfileFor(context, await thisMachine(context)) };

/** The profile for another machine: what would be chosen there. */
export const chooseProfileFor = (
  context: Context,
  machine: MachineOfChoice,
  models: readonly ModelOfChoice[] = modelsOfChoice(context),
): ProfileChoice =>
  decide({
    setting: context.settings.setup.remote.profile,
    models,
    machine,
    requirements: requirementsOf(context.settings.training),
    versionsOf: (profile) => profileVersions(context, profile, { platform: 'linux', arch: machine.arch }),
  });

/** The choice as one line: `compat, since as-asked does not load llama-3.1-8b (…); torch 2.1.2, …`. */
export function describeChoice({ why, unmet, versions, better }: ProfileChoice): string {
  const shown = ['torch', 'transformers', 'tokenizers', 'peft', 'trl', 'accelerate', 'bitsandbytes', 'datasets']
    .flatMap((name) => (versions.has(name) ? [`${name} ${versions.get(name)}`] : []))
    .join(', ');
  const lacks = unmet.length > 0 ? `does not load ${some(unmet, 2)}` : '';
  const instead = unmet.length > 0 && better?.obstacle ? `${better.profile} would: ${better.obstacle.text}` : '';
  return [why, shown, lacks, instead].filter(Boolean).join('; ');
}
