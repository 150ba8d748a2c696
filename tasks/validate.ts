import { defineTask, type LoraTask } from './cli/task';
import type { Environment } from './common/environment';
import type { Context } from './engine/context';
import { verdict } from './engine/report';
import type { Step } from './engine/step';
import { noGpuOption } from './gpu';
import { mkdirsTask } from './mkdirs';
import { storageTask } from './storage';
import { venvTask } from './venv';

/** Loaded when they are looked at: every start of just reads this file. */
const checks = {
  configuration: () => (require('./checks/configuration-step') as typeof import('./checks/configuration-step')).configurationStep,
  gitignore: () => (require('./checks/gitignore-step') as typeof import('./checks/gitignore-step')).gitignoreStep,
  interpreter: () => (require('./checks/interpreter-step') as typeof import('./checks/interpreter-step')).interpreterStep,
  libraries: () => (require('./checks/libraries/libraries-step') as typeof import('./checks/libraries/libraries-step')).librariesStep,
  gpuFree: () => (require('./checks/gpu-free-step') as typeof import('./checks/gpu-free-step')).gpuFreeStep,
  pythonPaths: () => (require('./checks/python-paths-step') as typeof import('./checks/python-paths-step')).pythonPathsStep,
  profile: () => (require('./environments/training/profile-step') as typeof import('./environments/training/profile-step')).profileStep,
  training: () =>
    (require('./environments/training/training-step') as typeof import('./environments/training/training-step')).environmentOfRemote,
  imports: () => (require('./environments/proof/imports-step') as typeof import('./environments/proof/imports-step')).importsStep,
  gpu: () => (require('./gpu/gpu-steps') as typeof import('./gpu/gpu-steps')).gpuStep(),
  models: (context: Context) =>
    (require('./checkpoints/models/verify-step') as typeof import('./checkpoints/models/verify-step')).presentModelSteps(context),
  data(context: Context) {
    const { isThereData } = require('./data/rows/left-out') as typeof import('./data/rows/left-out');
    // What looks at rows is a third of all that a set-up would load.
    if (!isThereData(context)) return [];
    return (require('./data/data-step') as typeof import('./data/data-step')).dataSteps(context);
  },
  train: () => (require('./environments/proof/train-step') as typeof import('./environments/proof/train-step')).trainStep,
};

type Part = LoraTask | ((context: Context) => Step | Step[]);

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
    checks.data,
  ],
  remote: [
    checks.configuration,
    mkdirsTask(),
    checks.gitignore,
    storageTask(),
    checks.profile,
    checks.training,
    checks.imports,
    checks.gpu,
    checks.models,
  ],
};

/** Checks of a project's own, by the environment that they are about: they stand behind those of just-lora. */
export type OwnChecks = Partial<Readonly<Record<Environment, readonly Step[]>>>;

function partsFor(context: Context, environment: Environment): readonly Part[] {
  const trains = environment === 'remote' && context.option('train') !== undefined ? [checks.train] : [];
  return [...(context.option('nodes') === undefined ? parts[environment] : ofThisNode), ...trains];
}

/** What differs from node to node of a cluster: the rest lies on the disk that they share. */
const ofThisNode: readonly Part[] = [checks.imports, checks.gpu];

/** @throws UserError E_USAGE where there is no cluster whose nodes are meant */
function refuseNodesElsewhere(context: Context): void {
  const { onlyThisNode } = require('./slurm/needs-gpu') as typeof import('./slurm/needs-gpu');
  const { usageError } = require('./common/errors') as typeof import('./common/errors');
  if (context.option('nodes') !== onlyThisNode)
    throw usageError('`--nodes` is about the nodes of a cluster', 'add `--on=NAME`, where `remotes.NAME` has `slurm`');
}

/**
 * Looks at everything, in full, and changes nothing.
 * @param environment the one that it is about inside of a set-up, whatever the run says
 */
export function validateTask(environment?: Environment, own: OwnChecks = {}): LoraTask {
  return defineTask({
    name: 'validate',
    description: 'Run every check of the environment and report',
    details:
      'Every check is made and reported, none stops the others, and nothing is changed. Exit code 0: all is right; 1: something is wrong; 3: something is to do.',
    example: 'npx just validate --env=local',
    onMachines: true,
    options: [
      { name: 'train', description: 'with --env=remote: train five LoRA steps too, unless that was proven as it is now' },
      noGpuOption,
      { name: 'nodes', value: 'all|N|list', description: 'with --on a cluster: prove each of these nodes by itself, and compare them' },
    ],
    items(context) {
      if (context.option('nodes') !== undefined) refuseNodesElsewhere(context);
      const about = environment ?? context.environment;
      const items = partsFor(context, about).flatMap((part) => ('steps' in part ? part.steps(context) : part(context)));
      return [...items, ...(own[about] ?? [])];
    },
    readOnly: true,
    depth: 'full',
    allowInvalidSettings: true,
    renderResult: (_, ran, width) => {
      const { reportTable } = require('./engine/reporter/table') as typeof import('./engine/reporter/table');
      return reportTable(ran, verdict(ran), width);
    },
  });
}
