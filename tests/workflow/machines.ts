import { execFileSync, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { diskThere, startMachine } from '../support/machines';
import { cleanEnvironment, type Ended, repository, temporaryFolder } from '../support/project';
import { startProxy } from '../support/proxy';
import { pythonWith } from '../support/python';
import { type Sshd, startSshd } from '../support/sshd';

/** A machine of the day: a checkout of its own, and a shell to type into. */
export interface Machine {
  project: string;
  /** Types a line. `killAfterSeconds` ends all of it without a word, as a power cut would. */
  type(line: string, killAfterSeconds?: number): Promise<Ended>;
}

/** What every machine has: the user's own package caches, which is what makes the second set-up cheap, and a home of its own. */
function environment(home: string): Record<string, string> {
  const cache = process.env.UV_CACHE_DIR ?? path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'), 'uv');
  // How this machine reaches the package index: its certificates and proxies.
  const network = Object.entries(process.env).filter(([name]) => /CERT|_CA_|PROXY$/i.test(name)) as [string, string][];
  return {
    ...Object.fromEntries(network),
    HOME: home,
    PYENV_ROOT: path.join(os.homedir(), '.pyenv'),
    UV_CACHE_DIR: cache,
    PATH: [path.dirname(pythonWith('uv')), path.dirname(process.execPath), process.env.PATH].join(path.delimiter),
    PIP_CONFIG_FILE: '/dev/null',
    NO_COLOR: '1',
  };
}

function clone(project: string): void {
  execFileSync('git', ['clone', '--quiet', `file://${repository}`, project], { stdio: 'pipe' });
}

function ended(command: string, args: readonly string[], options: { cwd: string; env: Record<string, string> }): Promise<Ended> {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('utf8');
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8');
  });
  return new Promise((resolve) => child.on('close', (exitCode, signal) => resolve({ exitCode, signal, stdout, stderr })));
}

const limited = (line: string, seconds: number | undefined): string[] =>
  seconds === undefined ? ['bash', '-c', line] : ['timeout', '-s', 'KILL', String(seconds), 'bash', '-c', line];

/** How the laptop reaches its GPU machine: an entry under `remotes:`. */
export type Remote = Readonly<Record<string, string>>;

/** The laptop: this machine, with a home of its own. */
export interface Laptop extends Machine {
  /** From now on `gpu` is this one. */
  rents(remote: Remote): void;
}

export function laptop(remote: Remote): Laptop {
  const project = path.join(temporaryFolder('laptop'), 'project');
  clone(project);
  const home = temporaryFolder('jl');
  // The Node that is brought to a machine is of the user's own cache too.
  const kept = path.join(os.homedir(), '.cache', 'just-lora', 'node');
  if (fs.existsSync(kept)) fs.cpSync(kept, path.join(home, '.cache', 'just-lora', 'node'), { recursive: true });
  const env = cleanEnvironment(environment(home));
  const rents = (gpu: Remote) =>
    fs.writeFileSync(
      path.join(project, 'configs', 'setup.local.yaml'),
      JSON.stringify({ remotes: { gpu }, default_remote: 'gpu', storage: { error_gb: 1, warn_gb: 1 } }),
    );
  rents(remote);
  return {
    project,
    rents,
    type(line, seconds) {
      const [command = '', ...args] = limited(line, seconds);
      return ended(command, args, { cwd: project, env });
    },
  };
}

/** No GPU, and a small model in place of a large one. */
const settingsThere = (model: string): string =>
  JSON.stringify({
    remote: { engine: 'venv', gpu: 'optional' },
    storage: { error_gb: 1, warn_gb: 1 },
    models: { 'llama-3.1-8b': { repo: 'meta-llama/Llama-3.1-8B-Instruct', enabled: false }, tiny: { repo: model } },
  });

/** The "GPU machine" behind a real sshd. */
export async function gpuMachine(hub: string, model: string): Promise<Machine & { sshd: Sshd; remote: Remote }> {
  const sshd = await startSshd({ name: 'gpu-machine' });
  const project = path.join(sshd.folder, 'work', 'project');
  clone(project);
  fs.writeFileSync(path.join(project, 'configs', 'setup.remote.yaml'), settingsThere(model));
  const variables = Object.entries({ ...environment(sshd.home), HF_ENDPOINT: hub }).map(([name, value]) => `${name}=${quoted(value)}`);
  return {
    sshd,
    project,
    remote: { type: 'ssh', host: 'box', ssh_config: sshd.config, path: project },
    type(line, seconds) {
      const command = limited(line, seconds).map(quoted).join(' ');
      return ended(
        'ssh',
        ['-F', sshd.config, '-oStrictHostKeyChecking=accept-new', 'box', `cd ${quoted(project)} && env ${variables.join(' ')} ${command}`],
        {
          cwd: sshd.folder,
          env: cleanEnvironment(),
        },
      );
    },
  };
}

/** A "GPU machine" that nobody has logged in to: a host of its own without Node, whose one way out is a proxy. */
export interface BareMachine {
  remote: Remote;
  /** Its project, as it lies here. */
  project: string;
  /** Its settings, for `configs/remotes/gpu.yaml` of the laptop. */
  settings: string;
  /** Runs a command in its project: what a person has the machine do besides. */
  run(command: string): string;
  close(): void;
}

export async function bareMachine(hub: string, model: string): Promise<BareMachine> {
  const proxy = await startProxy('0.0.0.0');
  // Its disk is this one's: the cache of packages and the project on one, so that packages are linked and not copied.
  const { HOME: _, PATH: __, PYENV_ROOT: pyenv = '', UV_CACHE_DIR = '', ...others } = environment('');
  const uv = path.dirname(pythonWith('uv'));
  const machine = await startMachine('gpu', {
    path: `${diskThere}${uv}`,
    // It is found at its own place alone: its library is.
    prepare: fs.existsSync(pyenv) ? `mkdir '${pyenv}' && mount --bind '${diskThere}${pyenv}' '${pyenv}'` : '',
    env: (gateway) => {
      const way = `http://${gateway}:${new URL(proxy.url).port}`;
      return {
        ...others,
        UV_CACHE_DIR: `${diskThere}${fs.realpathSync(UV_CACHE_DIR)}`,
        HF_ENDPOINT: hub,
        HTTPS_PROXY: way,
        HTTP_PROXY: way,
      };
    },
  });
  const project = path.join(machine.folder, 'project');
  const there = `${diskThere}${project}`;
  return {
    remote: { ...machine.entry, path: there },
    project,
    settings: settingsThere(model),
    run: (command) => machine.run(`cd '${there}' && ${command}`),
    close: proxy.close,
  };
}

const quoted = (word: string): string => `'${word.replace(/'/g, "'\\''")}'`;
