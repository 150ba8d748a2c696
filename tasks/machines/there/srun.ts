import { type ChildProcessByStdio, spawn } from 'node:child_process';
import * as os from 'node:os';
import type { Readable } from 'node:stream';
import { standardOutput } from '../../platform/files';
import { programsEnvironment } from '../../slurm/programs-environment';
import { parseQueue, type QueuedJob, queueFormat } from '../../slurm/queue';

/** A task that runs on a compute node. It is the argument of this program, as JSON: nothing of it is secret. */
export interface JobOrder {
  /** Options of srun. */
  options: readonly string[];
  /** Unique: the job is known by it before it has a number. */
  name: string;
  /** The folder of the project. */
  folder: string;
  /** The task, as it would be started here: by the path of its program. */
  command: readonly string[];
}

/** On the node, before the task begins there: the project and Node have to be there too, and it says which job runs where. */
const begins = [
  'sh',
  '-c',
  'cd "$0" 2>/dev/null && [ -x "$1" ] || { echo just-lora-not-shared >&2; exit 81; }; printf "just-lora-job %s %s\\n" "$SLURM_JOB_ID" "$SLURMD_NODENAME"; exec "$@"',
];

/** What that says: job, node. */
export const jobLine = /^just-lora-job (\d+) (\S+)$/;

/** Starts a task in a job of its own, by srun, which ends with it. Its events come on stdout, each line in one piece. */
export function startInJob(srun: string, { options, name, folder, command }: JobOrder): ChildProcessByStdio<null, Readable, Readable> {
  const args = [`--job-name=${name}`, '--nodes=1', '--ntasks=1', '--input=none', ...options, ...begins, folder, ...command];
  // What the login node has a token for needs a network, which a compute node is not asked for.
  const { HF_TOKEN: _, ...env } = programsEnvironment(process.env);
  return spawn(srun, args, { env: { ...env, JUST_LORA_EVENTS: standardOutput }, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Jobs among those of this user: before one has a number it has a name. */
const named = (name: string): string[] => [`--user=${os.userInfo().username}`, `--name=${name}`];

/** Where the jobs of a name stand in the queue. */
export const queued = async (name: string): Promise<QueuedJob[]> =>
  parseQueue(await asked('squeue', ['--noheader', '--all', ...named(name), `--format=${queueFormat}`]));

/** Ends the jobs of a name; with `--signal=NAME` they are asked to. */
export const cancelJobs = (name: string, ...options: string[]): void => void asked('scancel', [...options, ...named(name)]);

/** What a program of Slurm, or a shell, prints; empty where it fails. */
export const asked = (program: string, args: readonly string[]): Promise<string> =>
  new Promise((resolve) => {
    const child = spawn(program, args, {
      env: programsEnvironment(process.env),
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 30_000,
    });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
    });
    child.once('error', () => resolve(''));
    child.once('close', () => resolve(text));
  });

/** Calls with each line of a stream. */
export function linesOf(stream: NodeJS.ReadableStream, tell: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) tell(part);
  });
  stream.on('end', () => rest && tell(rest));
}

/** srun of this session, or where a login shell has it: a module brings it on some sites. */
export async function srunHere(): Promise<string | undefined> {
  for (const shell of [['-c'], ['-lc']]) {
    const found = (await asked('bash', [...shell, 'command -v srun && echo "$PATH"'])).trim().split('\n');
    const [program, path] = found.slice(-2);
    if (!program?.startsWith('/') || !path) continue;
    process.env['PATH'] = path;
    return program;
  }
  return undefined;
}
