import { auditOption, auditSteps } from './audit';
import { defineTask, type LoraTask } from './cli/task';
import type { Context } from './engine/context';
import type { Step } from './engine/step';
import type { OptionDefinition } from './engine/task-definition';

/** For the tasks that choose the versions of the training environment. */
export const forOption: OptionDefinition = {
  name: 'for',
  value: 'card',
  description: 'only say which profile a machine with this card gets, for example `b200`',
};

/** The choice for the machine of `--for`, in the place of the steps for this one. */
export function stepsElsewhere(context: Context): readonly Step[] | undefined {
  const card = context.option('for');
  return card === undefined ? undefined : [profiles().profileElsewhereStep(card)];
}

/** Makes the training environment with conda, or without where there is none, and keeps it what its lock says. */
export function condaTask(): LoraTask {
  return defineTask({
    name: 'env:remote',
    description: 'Build the Python environment for training, with conda or without',
    details:
      'Chooses the profile that loads the models of configs/setup.yaml and runs on the card and its driver (`remote.profile`), and the engine: conda, mamba or micromamba where one is found, else a virtual environment from the same versions (`remote.engine`). Nothing that a person made is touched.',
    example: 'npx just env:remote --plan',
    onMachines: true,
    environment: 'remote',
    options: [forOption],
    readOnly: (has) => has('for'),
    items: (context) => stepsElsewhere(context) ?? [profiles().profileStep, steps().environmentOfRemote],
  });
}

/** Makes the lock of each profile from their environment files, without touching an environment. */
export function remoteLockTask(): LoraTask {
  return defineTask({
    name: 'env:remote:lock',
    description: 'Make the locks of the training environment from environment-remote*.yml',
    details: 'Versions from the previous locks are kept if they still fit. `--force` makes the locks again even if nothing has changed.',
    example: 'npx just env:remote:lock --upgrade',
    environment: 'remote',
    options: [{ name: 'upgrade', description: 'take the newest version of everything that is not pinned' }, auditOption],
    readOnly: (has) => has('audit'),
    items: (context) =>
      profileNames().flatMap((profile) => {
        const define = (one: Context) => definitions().environmentOfProfile(one, profile);
        return [locks().lockStep(`lock:${profile}`, define), ...auditSteps(context, `audit:${profile}`, define)];
      }),
  });
}

/** Loaded when a step is looked at: every start of just reads this file. */
const steps = () => require('./environments/training/training-step') as typeof import('./environments/training/training-step');
const profiles = () => require('./environments/training/profile-step') as typeof import('./environments/training/profile-step');
const locks = () => require('./environments/venv/lock-step') as typeof import('./environments/venv/lock-step');
const profileNames = () =>
  (require('./environments/profile/profile-files') as typeof import('./environments/profile/profile-files')).profileNames;
const definitions = () =>
  require('./environments/profile/environment-of-profile') as typeof import('./environments/profile/environment-of-profile');
