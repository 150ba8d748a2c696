/** What Slurm's programs need to find and to trust a cluster, and whom they book a job on: the settings of a remote say nothing of it. */
const kept = /^SLURM_(?:CONF|CLUSTERS|JWT|SACK_\w+|ACCOUNT|QOS|WCKEY)$/;
const ofSlurm = /^(?:SLURM|SLURMD|SRUN|SALLOC|SBATCH|SINFO|SQUEUE|SCANCEL|SCONTROL)_/;

/**
 * The environment of srun, squeue and their like: without what a profile, or a job that this is started in, would change of their
 * options and their output (srun(1), "INPUT ENVIRONMENT VARIABLES"). `SLURM_EXPORT_ENV=NONE` takes all variables from the task,
 * `SLURM_LABELIO` puts a number before each line, `SLURM_JOB_ID` means a step of a job that is over.
 */
export function programsEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => kept.test(name) || !ofSlurm.test(name)));
}
