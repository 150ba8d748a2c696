import type { Fault } from '../common/errors';
import { oneLine } from '../untrusted/text';

/** What Slurm says of a job that it refused or ended, in the words of srun(1) and slurmctld, with its cure. */
interface KnownWords {
  words: RegExp;
  fault(said: string): Omit<Fault, 'tail'>;
}

/** How to change a setting of the job. */
export const correct = (name: string): string => `correct \`remotes.NAME.slurm.${name}\` in configs/setup.local.yaml`;

/** How to see what each partition has: name, longest time, cores and memory of a node, GPUs. */
export const partitionsCommand = "`sinfo -o '%P %l %c %m %G'` there lists what each partition has";

/** Slurm's texts are those of slurm/src/common/slurm_errno.c (22.05, 23.11) and of slurmstepd at the end of a step. The first that fits counts. */
export const knownWords: readonly KnownWords[] = [
  {
    words: /just-lora-not-shared/,
    fault: () => ({
      code: 'E_SLURM_SHARED',
      found: "the compute node does not have the project's folder, or not the Node that was brought to the home folder",
      needed: '`remotes.NAME.path` and the home folder on filesystems that login and compute nodes share',
      fix: 'set `remotes.NAME.path` in configs/setup.local.yaml to a folder that all nodes have: `srun df -h` there shows what a node has',
    }),
  },
  {
    words: /DUE TO TIME LIMIT|TIMEOUT/,
    fault: () => ({
      code: 'E_SLURM_TIME',
      found: 'the time limit of the job was over before the task was done',
      needed: 'a time limit that the task fits in',
      fix: `${correct('time')}: a longer time\n\`npx just train --on=NAME\` goes on from its last checkpoint`,
    }),
  },
  {
    words: /NODE_?\s?FAIL|DUE TO NODE FAILURE|Node failure on (\S+)/i,
    fault: (said) => ({
      code: 'E_SLURM_NODE',
      found: `${/Node failure on (\S+)/i.exec(said)?.[1] ?? 'the node of the job'} failed while the task was at work`,
      needed: 'a node that stays up',
      fix: 'run the same command again: Slurm gives it another node\nto the administrator: the node, and the time',
    }),
  },
  {
    words: /oom[-_ ]?kill|Out Of Memory|exceeded memory limit/i,
    fault: () => ({
      code: 'E_SLURM_MEMORY',
      found: 'the job took more main memory than it was given, and was ended',
      needed: 'a job with enough main memory',
      fix: 'add `--mem=32G` to `remotes.NAME.slurm.extra` in configs/setup.local.yaml',
    }),
  },
  {
    words: /DUE TO PREEMPTION|PREEMPTED/i,
    fault: () => ({
      code: 'E_SLURM_ENDED',
      found: 'the job had to make room for one of higher priority',
      fix: 'run the same command again',
    }),
  },
  {
    words: /CANCELLED|Job has been cancelled|allocation \d+ has been revoked/,
    fault: () => ({
      code: 'E_SLURM_ENDED',
      found: 'the job was cancelled, and not from here: by `scancel`, by an administrator, or by a rule of the site',
      needed: 'a job that runs to its end',
      fix: 'run the same command again; `sacct --jobs=NUMBER --format=State%40,Comment` there may say who',
    }),
  },
  {
    words: /invalid partition|Invalid partition name|No partition specified|partition (?:configuration )?not available/i,
    fault: (said) => ({
      code: 'E_SLURM_PARTITION',
      found: partitionText(said),
      needed: 'a partition of this cluster that is open',
      fix: `${correct('partition')}: \`sinfo -s\` there lists them`,
    }),
  },
  {
    words: /Invalid account|not permitted to use this partition|Access\/permission denied/i,
    fault: (said) => ({
      code: 'E_SLURM_ACCOUNT',
      found: `Slurm refuses the account: ${reasonOf(said)}`,
      needed: 'an account of yours that may use this partition',
      fix: `${correct('account')}: \`sacctmgr show associations user=$USER\` there lists yours`,
    }),
  },
  {
    words: /exceeds remaining budget/i,
    fault: (said) => ({
      code: 'E_SLURM_QOS',
      found: `the job costs more than is left: ${reasonOf(said)}`,
      needed: 'an account with time left for it',
      fix: `${correct('time')}: a shorter time, or \`account\`: \`sshare -U\` there shows what yours have used`,
    }),
  },
  {
    words: /Invalid qos|QOS policy|job submit limit|AssocMaxSubmitJobLimit|QOSMaxSubmitJob|QOS usage threshold/i,
    fault: (said) => ({
      code: 'E_SLURM_QOS',
      found: `Slurm refuses the job by its rules: ${reasonOf(said)}`,
      needed: 'a quality of service (QOS) that is yours, and fewer jobs than it allows',
      fix: '`squeue --me` there shows your jobs\nor set another one: `--qos=NAME` in `remotes.NAME.slurm.extra`',
    }),
  },
  {
    words: /time limit is invalid/i,
    fault: (said) => ({
      code: 'E_SLURM_RESOURCES',
      found: `the partition allows no job of this time: ${reasonOf(said)}`,
      needed: 'a time that the partition has',
      fix: `${correct('time')}: \`sinfo -o '%P %l'\` there lists the longest of each partition`,
    }),
  },
  {
    words:
      /Required node not available|configuration is not available|can not be satisfied|generic resource|GRES|Invalid feature|More processors|more tasks than|node count|Memory required by task|Unable to (?:satisfy cpu bind|layout tasks)/i,
    fault: (said) => ({
      code: 'E_SLURM_RESOURCES',
      found: `no node of the partition can run this job: ${reasonOf(said)}`,
      needed: 'resources and a time that the partition has',
      fix: `${correct('gres')}, or what \`extra\` asks for (\`--mem\`, \`--cpus-per-task\`, \`--constraint\`, \`--nodelist\`): ${partitionsCommand}`,
    }),
  },
  {
    words: /Unable to contact slurm controller|configuration source|Socket timed out|Connection refused|Zero Bytes|Munge|authentication/i,
    fault: (said) => ({
      code: 'E_SLURM_DOWN',
      found: `Slurm does not answer on the login node: ${reasonOf(said)}`,
      needed: 'a controller that answers `sinfo`',
      fix: 'try again in some minutes\nif it stays so: tell the administrator',
    }),
  },
  {
    words:
      /\boption\b|Invalid (?:--|numeric|node name|license|wckey|MPI type|time-min|node list)|mutually exclusive|reservation|not in this partition|dependency|Failed to parse|Immediate execution|specification/i,
    fault: (said) => ({
      code: 'E_SLURM_OPTION',
      found: `Slurm does not take an option of the job: ${reasonOf(said)}`,
      needed: 'options that srun(1) on the login node knows, with values that this cluster has',
      fix: `${correct('extra')}: \`srun --help\` there lists the options`,
    }),
  },
];

function partitionText(said: string): string {
  if (/No partition specified/i.test(said)) return 'the cluster has no default partition, and `remotes.NAME.slurm.partition` names none';
  if (/not available/i.test(said)) return `the partition takes no such job now: ${reasonOf(said)}`;
  return `there is no partition ${/invalid partition specified: (\S+)/i.exec(said)?.[1] ?? 'of that name'}`;
}

/** What Slurm said last about it, without who says it. */
function reasonOf(said: string): string {
  const lines = said.trim().split('\n');
  const ofOptions = lines.filter((line) => /\boption\b|can not be satisfied/.test(line));
  const text = (ofOptions[0] ?? lines.at(-1) ?? '').replace(/^(?:\S+: )?(?:srun|sbatch|slurmstepd\S*): (?:(?:error|fatal): )?/, '');
  return oneLine(text, 200);
}
