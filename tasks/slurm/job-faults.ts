import type { Fault } from '../common/errors';
import { lastLines } from '../untrusted/text';
import { knownWords } from './known-words';

/** A line by which a program of Slurm says what went wrong. A task may say anything on the same stream, and `-v` says much. */
const slurmLine =
  /^(?:\d+: |[\w.-]+: )?(?:srun|slurmstepd[\w.-]*): (?:(?:error|fatal): |Job |Force |Node failure|(?:\w+ )?option )|^just-lora-not-shared$/;

const ofSlurm = (said: string): string =>
  said
    .split('\n')
    .filter((line) => slurmLine.test(line))
    .join('\n');

/** Why there is no job, or none any more. @param said what srun wrote */
export function jobFault(said: string, exitCode: number | null): Fault {
  const words = ofSlurm(said);
  const fault = knownWords.find((known) => known.words.test(words))?.fault(words) ?? {
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
  return /DUE TO|CANCELLED|Node failure|oom|Out Of Memory/i.test(ofSlurm(said)) && /_(?:TIME|NODE|MEMORY|ENDED)$/.test(fault.code)
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
  return like === undefined ? undefined : endedBySlurm(`${said}\nsrun: error: ${like}\n`);
}

/** srun is not there: not a login node, or one whose Slurm comes by a module. */
export const noSrun: Fault = {
  code: 'E_SLURM_MISSING',
  found: 'there is no `srun` here, on PATH and in a login shell',
  needed: 'the login node of a cluster with Slurm',
  fix: 'name the login node as `remotes.NAME.host`, or load the module of Slurm in `~/.bash_profile` there\nwithout a cluster: remove `remotes.NAME.slurm` in configs/setup.local.yaml',
};
