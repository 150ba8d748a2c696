import type { Fault } from '../common/errors';
import { correct, partitionsCommand } from './known-words';
import type { QueuedJob } from './queue';

/** Reasons for which a job waits until somebody changes it, and what: squeue(1), "JOB REASON CODES". */
const reasons: readonly (Pick<Fault, 'code' | 'fix'> & { pattern: RegExp; found: string })[] = [
  {
    pattern: /^(?:AccountNotAllowed|InvalidAccount)$|account.*(?:can't use|not permitted|not allowed)/i,
    code: 'E_SLURM_ACCOUNT',
    found: 'the account may not use the partition',
    fix: `${correct('account')}: \`sacctmgr show associations user=$USER\` there lists yours`,
  },
  {
    pattern: /^(?:InvalidQOS|QOSNotAllowed)$|qos.*(?:can't use|not permitted|not allowed)/i,
    code: 'E_SLURM_QOS',
    found: 'the quality of service (QOS) may not use the partition',
    fix: 'set another one: `--qos=NAME` in `remotes.NAME.slurm.extra`',
  },
  // A limit of one job, whatever else runs; those without `PerJob` or `PerNode` are of all jobs together.
  {
    pattern: /^(?:QOS|Assoc)Max\w*(?:PerJob|PerNode)(?:Limit)?$|^QOSMin/,
    code: 'E_SLURM_QOS',
    found: 'your account or QOS allows no job that asks for this',
    fix: `${correct('time')}, or \`gres\` or \`extra\`: the limit is in the reason\nor set another QOS: \`--qos=NAME\` in \`remotes.NAME.slurm.extra\``,
  },
  {
    pattern: /^PartitionTimeLimit$/,
    code: 'E_SLURM_RESOURCES',
    found: 'the partition allows no job of this time',
    fix: `${correct('time')}: \`sinfo -o '%P %l'\` there lists the longest of each partition`,
  },
  {
    pattern: /^(?:Partition(?:NodeLimit|MinNodes|MaxNodes|Config)|BadConstraints)$/,
    code: 'E_SLURM_RESOURCES',
    found: 'no node of the partition can ever run this job',
    fix: `${correct('gres')} or \`extra\`: ${partitionsCommand}`,
  },
  {
    pattern: /^DependencyNeverSatisfied$/,
    code: 'E_SLURM_OPTION',
    found: 'the job that it depends on has ended otherwise',
    fix: `${correct('extra')}: \`--dependency\` names a job that can no longer end so`,
  },
  {
    pattern: /^ReservationDeleted$/,
    code: 'E_SLURM_OPTION',
    found: 'its reservation is over',
    fix: `${correct('extra')}: \`scontrol show reservation\` there lists those that there are`,
  },
];

/** A job that is in the queue and can never run: what is wrong with it. `undefined` where there is hope. */
export function hopelessFault({ id, reason }: QueuedJob): Fault | undefined {
  const known = reasons.find(({ pattern }) => pattern.test(reason));
  if (!known) return undefined;
  const { code, found, fix } = known;
  return { code, found: `${found}: job ${id} would wait for ever (${reason})`, needed: 'a job that can run', fix };
}
