import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Context } from '../../tasks/engine/context';
import { Resources } from '../../tasks/engine/resources';
import { thisHost } from '../../tasks/platform';
import { loadSettings } from '../../tasks/settings/read/load';
import { programsWithout } from './programs';
import { repository, temporaryFolder } from './project';

const folder = path.join(repository, 'tests/fixtures/nvidia-smi');

export const transcripts = (): string[] =>
  fs
    .readdirSync(folder)
    .filter((name) => name.endsWith('.txt'))
    .map((name) => name.slice(0, -4))
    .sort();

/** A machine as a transcript describes it: its kernel's files, and programs that print what they printed there. */
export interface FakeMachine {
  /** The root of its file system. */
  root: string;
  /** Variables that put its programs first. */
  env: Record<string, string>;
}

let folderOfOthers: string | undefined;
/** Programs of this machine, without those of a cluster: a transcript says itself where it is one. */
function others(): string {
  folderOfOthers ??= programsWithout(/^(?:srun|nvidia-smi|dmesg)$/, { node: process.execPath });
  return folderOfOthers;
}

/** Lines `@ path text` are files of the machine, `$ command` begins what a program printed. */
export function machineOfTranscript(name: string): FakeMachine {
  const file = path.join(folder, `${name}.txt`);
  const lines = fs.readFileSync(file, 'utf8').split('\n');
  const root = temporaryFolder('just-lora machine');
  for (const line of lines) {
    const [, where, text = ''] = /^@ (\S+) ?(.*)$/.exec(line) ?? [];
    if (!where) continue;
    fs.mkdirSync(path.dirname(path.join(root, where)), { recursive: true });
    fs.writeFileSync(path.join(root, where), `${text}\n`);
  }
  const bin = path.join(root, 'fixture-bin');
  fs.mkdirSync(bin);
  // The kernel log of the machine that runs the test is none of the transcript's.
  const programs = new Set(['dmesg', ...lines.flatMap((line) => /^\$ (\S+)/.exec(line)?.[1] ?? [])]);
  for (const program of programs) fs.symlinkSync(path.join(folder, 'replay'), path.join(bin, program));
  return { root, env: { PATH: `${bin}${path.delimiter}${others()}`, TRANSCRIPT: file } };
}

export interface ContextOptions {
  env?: Record<string, string | undefined>;
  sets?: readonly string[];
  options?: Record<string, string>;
  /** The root of the machine, where it is another than this one. */
  root?: string;
  /** Its processor, by Node's name. */
  arch?: NodeJS.Architecture;
}

/** What a step is given, for a project with the settings of the repository. Variables are this process's: commands inherit them. */
export function contextFor(project: string, { env = {}, sets = [], options = {}, root = '/', arch = 'x64' }: ContextOptions = {}): Context {
  const leftBefore = [
    ...['CUDA_VISIBLE_DEVICES', 'CUDA_DEVICE_ORDER', 'CUDA_HOME', 'KUBERNETES_SERVICE_HOST'],
    ...['SLURM_JOB_ID', 'SLURM_JOB_GPUS', 'SLURM_CLUSTER_NAME', 'PBS_JOBID'],
  ];
  for (const name of leftBefore) delete process.env[name];
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  const host = thisHost();
  return {
    root: project,
    host: { ...host, arch, home: project, systemRoot: root },
    environment: 'remote',
    ...loadSettings(host, project, 'remote', sets),
    option: (name) => options[name],
    optionValues: (name) => (options[name] === undefined ? [] : [options[name]]),
    optionNames: () => Object.keys(options),
    task: 'gpu',
    resources: new Resources(),
    locked: false,
    forced: () => false,
  };
}
