import type { Fault } from '../common/errors';
import { lastLines, oneLine } from '../untrusted/text';
import type { QueuedJob } from './queue';

/** What Slurm says of a job that it refused or ended, in the words of srun(1) and slurmctld, with its cure. */
interface KnownWords {
  words: RegExp;
  fault(said: string): Omit<Fault, 'tail'>;
}

const settings = (name: string) => `correct \`remotes.NAME.slurm.${name}\` in configs/setup.local.yaml`;

/** Slurm's texts are those of slurm/src/common/slurm_errno.c (22.05, 23.11) and of slurmstepd at the end of a step. The first that fits counts. */
const known: readonly KnownWords[] = [
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
      fix: `${settings('time')}: a longer time\n\`npx just train --on=NAME\` goes on from its last checkpoint`,
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
    words: /CANCELLED/,
    fault: () => ({
      code: 'E_SLURM_ENDED',
      found: 'the job was cancelled, and not from here: by `scancel`, by an administrator, or by a rule of the site',
      needed: 'a job that runs to its end',
      fix: 'run the same command again; `sacct --jobs=NUMBER --format=State%40,Comment` there may say who',
    }),
  },
  {
    words: /invalid partition|Invalid partition name/i,
    fault: (said) => ({
      code: 'E_SLURM_PARTITION',
      found: `there is no partition ${/invalid partition specified: (\S+)/i.exec(said)?.[1] ?? 'of that name'}`,
      needed: 'a partition of this cluster',
      fix: `${settings('partition')}: \`sinfo -s\` there lists them`,
    }),
  },
  {
    words: /Invalid account|not permitted to use this partition|Access\/permission denied/i,
    fault: (said) => ({
      code: 'E_SLURM_ACCOUNT',
      found: `Slurm refuses the account: ${reasonOf(said)}`,
      needed: 'an account of yours that may use this partition',
      fix: `${settings('account')}: \`sacctmgr show associations user=$USER\` there lists yours`,
    }),
  },
  {
    words: /Invalid qos|QOS policy|job submit limit|AssocMaxSubmitJobLimit|QOSMaxSubmitJob/i,
    fault: (said) => ({
      code: 'E_SLURM_QOS',
      found: `Slurm refuses the job by its rules: ${reasonOf(said)}`,
      needed: 'a quality of service (QOS) that is yours, and fewer jobs than it allows',
      fix: '`squeue --me` there shows your jobs\nor set another one: `--qos=NAME` in `remotes.NAME.slurm.extra`',
    }),
  },
  {
    words: /configuration is not available|Invalid generic resource|gres|Invalid feature|More processors|time limit is invalid|node count/i,
    fault: (said) => ({
      code: 'E_SLURM_RESOURCES',
      found: `no node of the partition can ever run this job: ${reasonOf(said)}`,
      needed: 'resources and a time that the partition has',
      fix: `${settings('gres')}, or \`time\`: \`sinfo -o '%P %l %G'\` there lists what each partition has`,
    }),
  },
  {
    words: /Unable to contact slurm controller|Socket timed out|Connection refused|Zero Bytes|Munge|authentication/i,
    fault: (said) => ({
      code: 'E_SLURM_DOWN',
      found: `Slurm does not answer on the login node: ${reasonOf(said)}`,
      needed: 'a controller that answers `sinfo`',
      fix: 'try again in some minutes\nif it stays so: tell the administrator',
    }),
  },
];

/** Why there is no job, or none any more. @param said what srun wrote */
export function jobFault(said: string, exitCode: number | null): Fault {
  const found = known.find(({ words }) => words.test(said));
  const fault = found?.fault(said) ?? {
    code: 'E_SLURM_ENDED',
    found: `the job ended without a word of the task (srun: exit code ${exitCode ?? 'unknown'})`,
    needed: 'a job that runs to its end',
    fix: 'run the same command again; the last lines of srun stand above',
  };
  return { ...fault, ...(said.trim() === '' ? {} : { tail: lastLines(said) }) };
}

/** What Slurm ended, where a task says only that it was told to: over its time, without its node, without memory, for another job, by somebody. */
export function endedBySlurm(said: string): Fault | undefined {
  const fault = jobFault(said, null);
  return /DUE TO|CANCELLED|Node failure|oom|Out Of Memory/i.test(said) && /_(?:TIME|NODE|MEMORY|ENDED)$/.test(fault.code)
    ? fault
    : undefined;
}

/** What srun says of a job that ended so, where it had no time to say it: `JobState` of scontrol(1). */
const saidOf: Readonly<Record<string, string>> = {
  NODE_FAIL: 'DUE TO Node failure',
  TIMEOUT: 'DUE TO TIME LIMIT',
  OUT_OF_MEMORY: 'Out Of Memory',
  PREEMPTED: 'DUE TO PREEMPTION',
  CANCELLED: 'CANCELLED',
};

/** Whether the controller knows by now how a job ended, by what `scontrol show job` says of it. */
export const hasEndedState = (shown: string): boolean =>
  !/^(?:|PENDING|CONFIGURING|RUNNING|SUSPENDED|STOPPED|COMPLETING|SIGNALING)$/.test(stateOf(shown));

const stateOf = (shown: string): string => /\bJobState=(\w+)/.exec(shown)?.[1] ?? '';

/** {@link endedBySlurm} by what the controller knows of the job, `scontrol show job`. */
export function endedByState(shown: string, said: string): Fault | undefined {
  const like = saidOf[stateOf(shown)];
  return like === undefined ? undefined : endedBySlurm(`${said}\nsrun: ${like}\n`);
}

/** Reasons for which a job waits until somebody changes it: squeue(1), "JOB REASON CODES". */
const hopeless: readonly (readonly [reason: RegExp, likeText: string])[] = [
  [/^(?:AccountNotAllowed|InvalidAccount)$|account.*(?:can't use|not permitted|not allowed)/i, 'Invalid account'],
  [/^(?:InvalidQOS|QOSNotAllowed)$|qos.*(?:can't use|not permitted|not allowed)/i, 'Invalid qos'],
  [/^(?:PartitionTimeLimit|PartitionNodeLimit|PartitionConfig|BadConstraints)$/, 'configuration is not available'],
];

/** A job that is in the queue and can never run: what is wrong with it. `undefined` where there is hope. */
export function hopelessFault({ id, reason }: QueuedJob): Fault | undefined {
  const like = hopeless.find(([pattern]) => pattern.test(reason))?.[1];
  return like === undefined ? undefined : jobFault(`${like}: job ${id} would wait for ever (${reason})`, null);
}

/** srun is not there: not a login node, or one whose Slurm comes by a module. */
export const noSrun: Fault = {
  code: 'E_SLURM_MISSING',
  found: 'there is no `srun` here, on PATH and in a login shell',
  needed: 'the login node of a cluster with Slurm',
  fix: 'name the login node as `remotes.NAME.host`, or load the module of Slurm in `~/.bash_profile` there\nwithout a cluster: remove `remotes.NAME.slurm` in configs/setup.local.yaml',
};

/** The last sentence of Slurm about it, without who says it. */
function reasonOf(said: string): string {
  const lines = said.split('\n').filter((line) => /error|refus|invalid|denied|timed/i.test(line));
  return oneLine((lines.at(-1) ?? said).replace(/^(?:srun|sbatch): (?:error: )?/, ''), 200);
}
