import type { Scheduler } from '../driver/scheduler';
import type { LayerFault } from '../layer';

const ask: Readonly<Record<Scheduler['name'], string>> = {
  Slurm: '`srun --gres=gpu:1 --pty bash`, or `#SBATCH --gres=gpu:1` in the script of the job',
  PBS: '`qsub -I -l select=1:ngpus=1`, or `#PBS -l select=1:ngpus=1` in the script of the job',
  LSF: '`bsub -gpu "num=1" -Is bash`, or `#BSUB -gpu "num=1"` in the script of the job',
  'Grid Engine': '`qrsh -l gpu=1`, or `#$ -l gpu=1` in the script of the job',
};

/** A job without a GPU, or a machine for logging in: no driver is at fault. */
export function noGpuGiven({ name, inJob }: Pick<Scheduler, 'name' | 'inJob'>, seen: string): LayerFault {
  return {
    code: 'E_GPU_NO_JOB',
    found: inJob ? `this job of ${name} was given no GPU (${seen})` : `this machine of a ${name} cluster has no GPU for you (${seen})`,
    needed: 'a job with a GPU',
    fix: ask[name],
  };
}
