import { allOnPath } from '../../environments/python/interpreter/which';
import type { Host } from '../../platform';

/** Who hands out the machines of a cluster. */
export interface Scheduler {
  name: 'Slurm' | 'PBS' | 'LSF' | 'Grid Engine';
  /** This runs in one of its jobs, and not on a machine for logging in. */
  inJob: boolean;
  /** It says itself that the job was given a GPU. */
  gaveGpu: boolean;
}

/** By the variables that each sets in a job, and the programs that a machine for logging in has. */
export function schedulerOf(host: Host): Scheduler | undefined {
  const { env } = host;
  const there = (command: string) => allOnPath(host, command).length > 0;
  if (env.SLURM_JOB_ID || env.SLURM_JOBID || env.SLURM_CLUSTER_NAME || there('srun'))
    return {
      name: 'Slurm',
      inJob: Boolean(env.SLURM_JOB_ID || env.SLURM_JOBID),
      gaveGpu: Boolean(env.SLURM_JOB_GPUS || env.SLURM_STEP_GPUS || env.SLURM_GPUS_ON_NODE),
    };
  if (env.PBS_JOBID) return { name: 'PBS', inJob: true, gaveGpu: Boolean(env.PBS_GPUFILE) };
  if (env.LSB_JOBID) return { name: 'LSF', inJob: true, gaveGpu: false };
  if (env.SGE_ROOT && env.JOB_ID) return { name: 'Grid Engine', inJob: true, gaveGpu: Boolean(env.SGE_HGR_gpu) };
  return undefined;
}
