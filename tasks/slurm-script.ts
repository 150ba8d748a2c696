import { defineTask, type LoraTask } from './cli/task';

/** Writes the script of a training job for a cluster with Slurm. */
export function slurmScriptTask(): LoraTask {
  return defineTask({
    name: 'slurm:script',
    description: 'Write configs/train.sbatch, a job of Slurm that trains the adapter',
    details:
      'Partition, account, resources and time come from `remotes.NAME.slurm`. The job needs no network, writes a checkpoint before its time is over, and waits for its turn again until the adapter is whole. A script that somebody changed is not overwritten. docs/CLUSTERS.md has the whole way.',
    example: 'npx just slurm:script --plan',
    options: [{ name: 'remote', value: 'name', description: 'the cluster', default: 'the only remote that has `slurm`' }],
    items(context) {
      const { scriptStep, slurmOf } = require('./slurm/script-step') as typeof import('./slurm/script-step');
      // Wrong usage is told before anything is looked at.
      slurmOf(context);
      return [scriptStep as import('./engine/step').Step];
    },
    nextStep: () => '`sbatch configs/train.sbatch` in the folder of the project there, once `npx just sync:push` has brought it',
  });
}
