import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { ProfileName } from '../tasks/environments/profile/profile-files';
import { condaProject, noRealConda, realConda } from '../tests/support/conda';
import { temporaryFolder } from '../tests/support/project';
import { python310, pythonWith } from '../tests/support/python';
import { stockProject } from './start';
import type { Benchmark } from './support/benchmark';
import { type Command, medians, seconds } from './support/measure';
import type { Row } from './support/table';

const repository = path.resolve(__dirname, '..');
const just = path.join(repository, 'node_modules', 'just-task', 'bin', 'just.js');
const s = (value: number) => `${value.toFixed(2)} s`;

/** A clone with a training environment of its own, without conda; uv's cache is the user's, and pip's where PIP_CACHE_DIR says so. */
export function remotePlace(profile: ProfileName | 'auto') {
  // Without a space: triton 2.1 does not find its compiler where there is one.
  const folder = temporaryFolder('bench-remote');
  const project = path.join(folder, 'project');
  execFileSync('git', ['clone', '--quiet', '--depth=1', `file://${repository}`, project], { stdio: 'ignore' });
  fs.symlinkSync(path.join(repository, 'node_modules'), path.join(project, 'node_modules'));
  fs.writeFileSync(
    path.join(project, 'configs', 'setup.remote.yaml'),
    `remote: { engine: venv, profile: ${profile} }\nstorage: { error_gb: 1, warn_gb: 1 }\n`,
  );
  const { PIP_FIND_LINKS: _, CI: __, ...rest } = process.env as Record<string, string>;
  const env = {
    ...rest,
    PATH: `${path.dirname(pythonWith('uv'))}:${rest.PATH}`,
    PIP_CONFIG_FILE: '/dev/null',
    PIP_CACHE_DIR: rest.PIP_CACHE_DIR ?? path.join(folder, 'pip-cache'),
    TMPDIR: folder,
    npm_config_update_notifier: 'false',
  };
  const run = (command: string, ...args: string[]): Command => ({ command, args, cwd: project, env });
  return { folder, project, env, run, just: (...args: string[]) => run(process.execPath, just, ...args) };
}

export const benchmark: Benchmark = {
  title: 'setup:remote',
  about:
    'The training environment (profile compat, 5.6 GB, engine venv, without a GPU) again for nothing and from a warm cache, against `pip install -r` of the same lock, an empty task of just as its users have it, a walk over the files, and `conda env update` with a real conda 4.3.16 on a channel of ten packages on this disk, where it has next to nothing to read.',
  async run() {
    const rows: Row[] = [];
    const { folder, project, env, run, just: task } = remotePlace('compat');
    const environment = path.join(project, '.venv-remote');
    const lock = 'environment-remote.compat.lock';
    await seconds(task('setup:remote', '--no-gpu'));

    const stock = stockProject();
    const peer = path.join(folder, 'pip-venv');
    const python = python310() as string;
    const pip = (venv: string) =>
      run(path.join(venv, 'bin', 'python'), '-m', 'pip', 'install', '-q', '--no-deps', '--require-hashes', '-r', lock);
    const make = (venv: string) => seconds(run(python, '-m', 'venv', venv));
    await make(peer);
    await seconds(pip(peer));

    const [again = 0, empty = 0, alone = 0, nothing = 0, walk = 0] = await medians(5, [
      run('npx', 'just', 'setup:remote', '--no-gpu'),
      { command: 'npx', args: ['just', 'empty'], cwd: stock },
      task('setup:remote', '--no-gpu'),
      pip(peer),
      run('find', environment, '-type', 'f', '-size', '+1k'),
    ]);
    rows.push(
      {
        what: '`npx just setup:remote`, all done',
        ours: s(again),
        peer: `\`npx just empty\` with ts-node ${s(empty)}`,
        ratio: again / empty,
        goal: 1.2,
      },
      {
        what: 'the same without npx',
        ours: s(alone),
        peer: `\`pip install -r\` for nothing ${s(nothing)}`,
        ratio: alone / nothing,
        goal: 0.5,
      },
    );
    const look = lookAt(project, env);
    rows.push({
      what: 'the packages of 5.6 GB, in the step alone',
      ours: s(look),
      peer: `\`find\` over its files ${s(walk)}`,
      ratio: look / walk,
    });

    fs.rmSync(environment, { recursive: true });
    const built = await seconds(task('conda'));
    fs.rmSync(peer, { recursive: true });
    await make(peer);
    const installed = await seconds(pip(peer));
    rows.push({
      what: 'from a warm cache, uv',
      ours: s(built),
      peer: `\`pip install -r\` ${s(installed)}`,
      ratio: built / installed,
      goal: 0.25,
    });

    if (noRealConda() === '') rows.push(await condaRow());
    return rows;
  },
};

/** Seconds of the step that compares the packages with the lock. */
function lookAt(project: string, env: Record<string, string>): number {
  const times = [1, 2, 3, 4, 5].map(() => {
    const { steps } = JSON.parse(
      execFileSync(process.execPath, [just, 'conda', '--json'], { cwd: project, env, stdio: ['ignore', 'pipe', 'ignore'] }).toString(),
    );
    return steps.find(({ name }: { name: string }) => name === 'env:remote').durationMs as number;
  });
  return (times.sort((a, b) => a - b)[2] ?? 0) / 1000;
}

/** Engine conda again for nothing, against what a person would type. */
async function condaRow(): Promise<Row> {
  const conda = realConda();
  const file = { channels: [`file://${conda.channel}`], conda: ['python=3.10', 'pip', 'tinybin=1.0'] };
  const project = condaProject(file);
  const env = { ...process.env, ...conda.env } as Record<string, string>;
  await seconds({ command: process.execPath, args: [just, 'conda'], cwd: project, env });
  const yml = path.join(project, 'update.yml');
  fs.writeFileSync(yml, JSON.stringify({ name: 'weatherman-lora', channels: [...file.channels, 'nodefaults'], dependencies: file.conda }));
  const [ours = 0, peer = 0] = await medians(5, [
    { command: process.execPath, args: [just, 'conda'], cwd: project, env },
    { command: conda.program, args: ['env', 'update', '-n', 'weatherman-lora', '-f', yml], cwd: project, env },
  ]);
  return {
    what: 'engine conda, five packages, all done',
    ours: s(ours),
    peer: `\`conda env update\` ${s(peer)}`,
    ratio: ours / peer,
    goal: 0.1,
    why: 'conda has ten packages to read here and answers within a second, and the start of just alone takes more than a tenth of that.',
  };
}
