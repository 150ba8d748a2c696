import type { Fault } from '../common/errors';
import type { SlurmSettings } from '../settings/schema/slurm';

/** Options of srun(1) that sbatch(1) does not have (22.05): in a script they end with "unrecognized option". */
const srunOnly =
  /^--(?:accel-bind|bcast|bcast-exclude|compress|cpu-bind|disable-status|epilog|exact|het-group|immediate|jobid|kill-on-bad-exit|label|mpi|msg-timeout|multi-prog|no-allocate|overlap|preserve-env|prolog|pty|quit-on-interrupt|relative|resv-ports|send-libs|slurmd-debug|task-epilog|task-prolog|threads|unbuffered)(?:=|$)/;

/** What `sbatch` would refuse of the settings. */
export function srunOnlyFault(name: string, { extra }: SlurmSettings): (Fault & { needed: string }) | undefined {
  const options = extra.filter((option) => srunOnly.test(option)).map((option) => `\`${option}\``);
  if (options.length === 0) return undefined;
  return {
    code: 'E_SLURM_OPTION',
    found: `\`remotes.${name}.slurm.extra\` has ${options.join(', ')}: options of srun, which \`sbatch\` refuses`,
    needed: 'options that sbatch and srun have both',
    fix: `remove ${options.join(', ')} from \`remotes.${name}.slurm.extra\` in configs/setup.local.yaml`,
  };
}
