import { auditOption, auditSteps } from './audit';
import { defineTask, type LoraTask } from './cli/task';

// Every start of just reads this file: what a step needs is loaded when it is looked at.

/** Builds the environment of the data work, and keeps it what its lock says. */
export function venvTask(): LoraTask {
  return defineTask({
    name: 'env:local',
    description: 'Build the Python environment for the data work',
    details:
      'Finds Python, makes the lock again where requirements-local.txt changed, installs it with uv (fetched where it is not there) or pip, and repairs or rebuilds what is there. An environment that just-lora did not make is never touched.',
    example: 'npx just env:local --plan',
    items: () => {
      const { environmentStep, localEnvironment }: typeof import('./environments/venv/index') = require('./environments/venv/index');
      return [environmentStep({ name: 'env:local', title: 'Build the Python environment', define: localEnvironment })];
    },
    summary(context, { outcome }, width) {
      const { installedSummary, localEnvironment }: typeof import('./environments/venv/index') = require('./environments/venv/index');
      return outcome === 'changed' ? installedSummary(context, localEnvironment(context), width) : '';
    },
  });
}

/** Makes requirements-local.lock from requirements-local.txt, without touching the environment. */
export function venvLockTask(): LoraTask {
  return defineTask({
    name: 'env:local:lock',
    description: 'Make requirements-local.lock from requirements-local.txt',
    details: 'Versions from the previous lock are kept if they still fit. `--force` makes the lock again even if nothing has changed.',
    example: 'npx just env:local:lock --upgrade',
    options: [{ name: 'upgrade', description: 'take the newest version of everything that is not pinned' }, auditOption],
    readOnly: (has) => has('audit'),
    items: (context) => {
      const { lockStep, localEnvironment }: typeof import('./environments/venv/index') = require('./environments/venv/index');
      return [lockStep('env:local:lock', localEnvironment), ...auditSteps(context, 'audit', localEnvironment)];
    },
  });
}
