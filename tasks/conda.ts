import { defineTask, type LoraTask } from './cli/task';

/** Makes the training environment with conda, or without where there is none, and keeps it what its lock says. */
export function condaTask(): LoraTask {
  return defineTask({
    name: 'env:remote',
    description: 'Build the Python environment for training, with conda or without',
    details:
      'Chooses the profile that loads the models of configs/setup.yaml (`remote.profile`), and the engine: conda, mamba or micromamba where one is found, else a virtual environment from the same versions (`remote.engine`). Nothing that a person made is touched.',
    example: 'npx just env:remote --plan',
    environment: 'remote',
    items: () => [steps().profileStep, steps().environmentOfRemote],
  });
}

/** Makes the lock of each profile from their environment files, without touching an environment. */
export function remoteLockTask(): LoraTask {
  return defineTask({
    name: 'env:remote:lock',
    description: 'Make the locks of the training environment from environment-remote*.yml',
    details: 'Versions of the locks before are kept where they still fit. `--force` makes them again though nothing changed.',
    example: 'npx just env:remote:lock --upgrade',
    environment: 'remote',
    options: [{ name: 'upgrade', description: 'take the newest version of everything that is not pinned' }],
    items: () =>
      profiles().map((profile) => locks().lockStep(`lock:${profile}`, (context) => definitions().environmentOfProfile(context, profile))),
  });
}

/** Loaded when a step is looked at: every start of just reads this file. */
const steps = () => require('./environments/training/training-step') as typeof import('./environments/training/training-step');
const locks = () => require('./environments/venv/lock-step') as typeof import('./environments/venv/lock-step');
const profiles = () =>
  (require('./environments/profile/profile-files') as typeof import('./environments/profile/profile-files')).profileNames;
const definitions = () => require('./environments/profile/profile') as typeof import('./environments/profile/profile');
