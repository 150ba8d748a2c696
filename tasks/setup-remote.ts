import { defineTask, type LoraTask } from './cli/task';
import { forOption, stepsElsewhere } from './conda';
import type { Context } from './engine/context';
import type { RunResult } from './engine/run';
import type { Step } from './engine/step';
import { noGpuOption } from './gpu';
import { mkdirsTask } from './mkdirs';
import { storageTask } from './storage';

/** From an empty checkout to an environment that has run training steps on this machine. */
export function setupRemoteTask(): LoraTask {
  const [mkdirs, storage] = [mkdirsTask(), storageTask()];
  return defineTask({
    name: 'setup:remote',
    description: 'Set up training on this GPU machine, from nothing to proven',
    details:
      'Makes the folders, checks free space, GPU and driver, makes the training environment (conda or not), imports every library, proves the GPU and trains five LoRA steps on a tiny model. What is done already is left alone.',
    example: 'npx just setup:remote --plan',
    onMachines: true,
    environment: 'remote',
    options: [noGpuOption, { name: 'models', description: 'download the enabled models too' }, forOption],
    readOnly: (has) => has('for'),
    items: (context) => {
      const elsewhere = stepsElsewhere(context);
      if (elsewhere) return elsewhere;
      const { environmentOfRemote } = remote();
      const { profileStep } = require('./environments/training/profile-step') as typeof import('./environments/training/profile-step');
      const { gpuDriverStep, gpuStep } = require('./gpu/gpu-steps') as typeof import('./gpu/gpu-steps');
      const { importsStep } = require('./environments/proof/imports-step') as typeof import('./environments/proof/imports-step');
      const { trainStep } = require('./environments/proof/train-step') as typeof import('./environments/proof/train-step');
      return [
        ...mkdirs.steps(context),
        ...storage.steps(context),
        // Before gigabytes are fetched for a machine that cannot use them.
        gpuDriverStep(),
        profileStep,
        environmentOfRemote,
        importsStep,
        gpuStep(),
        ...modelSteps(context),
        trainStep,
      ];
    },
    summary,
  });
}

/** Models are fetched where that was asked for; those that are here are looked at. */
function modelSteps(context: Context): readonly Step[] {
  if (context.option('models') !== undefined)
    return (require('./hub/download/download-step') as typeof import('./hub/download/download-step')).downloadSteps(context);
  return (require('./checkpoints/models/verify-step') as typeof import('./checkpoints/models/verify-step')).presentModelSteps(context);
}

const remote = () => require('./environments/training/training-step') as typeof import('./environments/training/training-step');

function summary(context: Context, ran: RunResult, width?: number): Promise<string> {
  return (require('./environments/training/summary') as typeof import('./environments/training/summary')).remoteSummary(
    context,
    ran,
    width,
  );
}
