import { execFileSync, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { cleanEnvironment, type Ended, repository, temporaryFolder } from '../support/project';
import { pythonWith } from '../support/python';
import { type Sshd, startSshd } from '../support/sshd';

/** A machine of the day: a checkout of its own, and a shell to type into. */
export interface Machine {
  project: string;
  /** Types a line. `killAfterSeconds` ends all of it without a word, as a power cut would. */
  type(line: string, killAfterSeconds?: number): Promise<Ended>;
}

/** What both machines have: the user's own package caches, which is what makes the second set-up cheap, and a home of their own. */
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

/** The laptop: this machine, with a home of its own. */
export function laptop(sshd: Sshd, there: string): Machine {
  const project = path.join(temporaryFolder('laptop'), 'project');
  clone(project);
  const env = cleanEnvironment(environment(temporaryFolder('jl')));
  fs.writeFileSync(
    path.join(project, 'configs', 'setup.local.yaml'),
    JSON.stringify({
      remotes: { gpu: { type: 'ssh', host: 'box', ssh_config: sshd.config, path: there } },
      default_remote: 'gpu',
      storage: { error_gb: 1, warn_gb: 1 },
    }),
  );
  return {
    project,
    type(line, seconds) {
      const [command = '', ...args] = limited(line, seconds);
      return ended(command, args, { cwd: project, env });
    },
  };
}

/** The "GPU machine" behind a real sshd: no GPU, and a small model in place of a large one. */
export async function gpuMachine(hub: string, model: string): Promise<Machine & { sshd: Sshd }> {
  const sshd = await startSshd({ name: 'gpu-machine' });
  const project = path.join(sshd.folder, 'work', 'project');
  clone(project);
  fs.writeFileSync(
    path.join(project, 'configs', 'setup.remote.yaml'),
    JSON.stringify({
      remote: { engine: 'venv', gpu: 'optional' },
      storage: { error_gb: 1, warn_gb: 1 },
      models: { 'llama-3.1-8b': { repo: 'meta-llama/Llama-3.1-8B-Instruct', enabled: false }, tiny: { repo: model } },
    }),
  );
  const variables = Object.entries({ ...environment(sshd.home), HF_ENDPOINT: hub }).map(([name, value]) => `${name}=${quoted(value)}`);
  return {
    sshd,
    project,
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

const quoted = (word: string): string => `'${word.replace(/'/g, "'\\''")}'`;
