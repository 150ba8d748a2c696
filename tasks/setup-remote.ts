import type { Context } from './core/context';
import type { Ran } from './core/run';
import type { Step } from './core/step';
import { defineTask, type LoraTask } from './core/task';
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
      'Makes the folders, looks at free space, GPU and driver, makes the training environment (conda or not), imports every library, proves the GPU and trains five LoRA steps on a tiny model. What is done already is left alone.',
    example: 'npx just setup:remote --plan',
    environment: 'remote',
    options: [noGpuOption, { name: 'models', description: 'download the enabled models too' }],
    items: (context) => {
      const { environmentOfRemote, profileStep } = remote();
      const { gpuDriverStep, gpuStep } = require('./gpu/steps') as typeof import('./gpu/steps');
      const { importsStep } = require('./train/imports-step') as typeof import('./train/imports-step');
      const { trainStep } = require('./train/train-step') as typeof import('./train/train-step');
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
    return (require('./hub/download-step') as typeof import('./hub/download-step')).downloadSteps(context);
  return (require('./verify/step') as typeof import('./verify/step')).presentModelSteps(context);
}

const remote = () => require('./remote/step') as typeof import('./remote/step');

function summary(context: Context, ran: Ran): string {
  return (require('./remote/summary') as typeof import('./remote/summary')).remoteSummary(context, ran);
}
