import type { Environment } from './core/context';
import { verdict } from './core/execute';
import type { Step } from './core/step';
import { defineTask, type LoraTask } from './core/task';
import { mkdirsTask } from './mkdirs';
import { storageTask } from './storage';
import { venvTask } from './venv';

/** Loaded when they are looked at: every start of just reads this file. */
const checks = {
  configuration: () => (require('./checks/configuration') as typeof import('./checks/configuration')).configurationStep,
  gitignore: () => (require('./checks/gitignore') as typeof import('./checks/gitignore')).gitignoreStep,
  interpreter: () => (require('./checks/interpreter') as typeof import('./checks/interpreter')).interpreterStep,
  libraries: () => (require('./checks/libraries') as typeof import('./checks/libraries')).librariesStep,
  gpuFree: () => (require('./checks/gpu-free') as typeof import('./checks/gpu-free')).gpuFreeStep,
  pythonPaths: () => (require('./checks/python-paths') as typeof import('./checks/python-paths')).pythonPathsStep,
};

type Part = LoraTask | (() => Step);

/** What is looked at in each environment, in this order: the steps of a task, or a check of its own. */
const parts: Readonly<Record<Environment, readonly Part[]>> = {
  local: [
    checks.configuration,
    mkdirsTask(),
    checks.gitignore,
    storageTask(),
    checks.interpreter,
    venvTask(),
    checks.libraries,
    checks.gpuFree,
    checks.pythonPaths,
  ],
  remote: [checks.configuration, mkdirsTask(), checks.gitignore, storageTask()],
};

/** Looks at everything, in full, and changes nothing. */
export function validateTask(): LoraTask {
  return defineTask({
    name: 'validate',
    description: 'Look at the whole environment, in full, and report',
    details:
      'Every check is made and reported, none stops the others, and nothing is changed. Exit code 0: all is right; 1: something is wrong; 3: something is to do.',
    example: 'npx just validate --env=local',
    items: (context) => parts[context.environment].flatMap((part) => ('steps' in part ? part.steps(context) : [part()])),
    looks: true,
    depth: 'full',
    tolerant: true,
    present: (_, ran) => {
      const { reportTable } = require('./core/report-table') as typeof import('./core/report-table');
      return reportTable(ran, verdict(ran));
    },
  });
}
