import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { machineObstacle, pathObstacle } from '../../../tasks/environments/obstacles/machine';
import { projectCopy, runJust, temporaryFolder } from '../../support/project';
import { pythonWith } from '../../support/python';
import { skip } from '../../support/skip';
import { mountTmpfs } from '../../support/tmpfs';

const test = suite('looks before a training environment is made');
const uv = path.dirname(pythonWith('uv'));

/** No conda anywhere: what the machine has must not decide. */
const machine = (more: Record<string, string> = {}) => ({
  HOME: temporaryFolder('just-lora-home'),
  PYENV_ROOT: process.env.PYENV_ROOT ?? path.join(process.env.HOME ?? '', '.pyenv'),
  PATH: `${uv}${path.delimiter}/usr/bin${path.delimiter}/bin`,
  CONDA_EXE: undefined,
  MAMBA_EXE: undefined,
  UV_CACHE_DIR: temporaryFolder('just-lora-cache'),
  ...more,
});
const fresh = () => projectCopy(path.join(temporaryFolder('just-lora-training'), 'project'));
const look = async (project: string, env: Record<string, string | undefined>, ...args: string[]) => {
  const { exitCode, stdout } = await runJust(project, ['conda', '--check', '--json', ...args], env);
  const { steps } = JSON.parse(stdout);
  return { exitCode, profile: steps[0], step: steps[1] };
};

test('the profile follows the models of the settings', async () => {
  const project = fresh();
  const only = (models: object) => fs.writeFileSync(path.join(project, 'configs', 'setup.remote.yaml'), JSON.stringify({ models }));
  const env = machine({ UV_DEFAULT_INDEX: 'http://127.0.0.1:9/simple' });
  const first = await look(project, env);
  assert.is(first.profile.profile, 'compat');
  assert.match(
    first.profile.found,
    /llama-3\.1-8b \(transformers 4\.36\.0, 4\.43\.0 or newer needed for rope_type llama3\); torch 2\.1\.2, transformers 4\.45\.2/,
  );
  only({ 'llama-3.1-8b': { enabled: false }, old: { repo: 'mistralai/Mistral-7B-Instruct-v0.2' } });
  assert.is((await look(project, env)).profile.profile, 'as-asked');
  only({ 'llama-3.1-8b': { enabled: false }, old: { repo: 'someone/unheard-of' } });
  assert.is((await look(project, env)).profile.profile, 'compat');
  // Once a model is here its own files count, whatever it is called.
  fs.mkdirSync(path.join(project, 'models', 'old'), { recursive: true });
  fs.writeFileSync(path.join(project, 'models', 'old', 'config.json'), JSON.stringify({ model_type: 'mistral' }));
  assert.is((await look(project, env)).profile.profile, 'as-asked');
  assert.match((await look(project, env, '--set', 'remote.profile=compat')).profile.found, /^compat, as `remote\.profile` says/);
  // An edited file counts before its lock is made again.
  const yml = path.join(project, 'environment-remote.yml');
  fs.writeFileSync(yml, fs.readFileSync(yml, 'utf8').replace('peft==0.7.0', 'peft==0.7.1'));
  assert.match((await look(project, env)).profile.found, /peft 0\.7\.1/);
});

test('without a network, and with an empty cache, it says so with numbers', async () => {
  const { exitCode, step } = await look(fresh(), machine({ UV_DEFAULT_INDEX: 'http://127.0.0.1:9/simple' }));
  assert.is(exitCode, 1);
  assert.is(step.code, 'E_NETWORK');
  assert.match(step.found, /after \d+\.\d s.*a part of the \d+ packages/);
});

test('without a network it goes on where the cache holds everything', async () => {
  const bin = temporaryFolder();
  // A uv that reaches no index and has every package.
  const answers = 'case "$*" in --version) echo "uv 0.13.9";; *--offline*) exit 0;; *) echo "error sending request" >&2; exit 2;; esac';
  fs.writeFileSync(path.join(bin, 'uv'), `#!/bin/sh\n${answers}\n`, { mode: 0o755 });
  const { step } = await look(fresh(), machine({ PATH: `${bin}${path.delimiter}/usr/bin${path.delimiter}/bin` }));
  assert.is(step.state, 'todo', step.found);
});

test('what a machine cannot run is refused with both versions', () => {
  const versions = new Map([
    ['torch', '2.1.2'],
    ['bitsandbytes', '0.43.3'],
  ]);
  const on = (platform: string, arch: string, glibc: string | undefined) =>
    machineObstacle({ host: { platform, arch } } as never, versions, glibc);
  assert.is(on('linux', 'x64', '2.36'), undefined);
  assert.is(on('linux', 'x64', '2.17')?.code, 'E_GLIBC');
  assert.match(on('linux', 'x64', '2.17')?.found ?? '', /glibc 2\.17 is here, the packages need 2\.24/);
  assert.is(on('darwin', 'arm64', undefined)?.code, 'E_MACHINE');
  assert.is(on('linux', 'arm64', '2.36')?.code, 'E_MACHINE');
  const onArm = (torch: string, bitsandbytes: string) =>
    machineObstacle(
      { host: { platform: 'linux', arch: 'arm64' } } as never,
      new Map([
        ['torch', torch],
        ['bitsandbytes', bitsandbytes],
      ]),
      '2.36',
    )?.code;
  assert.equal([onArm('2.14.1', '0.50.2'), onArm('2.10.0', '0.50.2'), onArm('2.14.1', '0.45.5')], [undefined, 'E_MACHINE', 'E_MACHINE']);
  assert.is(
    machineObstacle(
      { host: { platform: 'linux', arch: 'x64' } } as never,
      new Map([
        ['torch', '2.1.0'],
        ['bitsandbytes', '0.41.0'],
      ]),
      '2.17',
    ),
    undefined,
  );
  assert.is(pathObstacle('/a b/.venv-remote', new Map([['triton', '2.1.0']]), 'path')?.code, 'E_PATH_SPACE');
  assert.is(pathObstacle('/a/.venv-remote', new Map([['triton', '2.1.0']]), 'path'), undefined);
});

const small = temporaryFolder('just-lora-small');
const unmounted = mountTmpfs(small, 'size=64m');

if (unmounted) skip(test, 'too little room', unmounted);
else
  test('too little room for the environment or for the cache is told, each on its own disk', async () => {
    const project = fresh();
    const environment = await look(project, machine(), '--set', `remote.path=${small}/venv`);
    assert.is(environment.step.code, 'E_ROOM');
    assert.match(environment.step.found, /6\d(\.\d)? MB free in .*just-lora-small.*, [56](\.\d)? GB needed for the environment/);
    const cache = await look(project, machine({ UV_CACHE_DIR: `${small}/cache` }));
    assert.is(cache.step.code, 'E_ROOM');
    assert.match(cache.step.found, /needed for the package cache/);
  });

test('setup:remote on a machine without a GPU is blocked at once, and `--no-gpu` goes on', async () => {
  const project = fresh();
  const env = machine({ UV_DEFAULT_INDEX: 'http://127.0.0.1:9/simple' });
  const { exitCode, stdout } = await runJust(
    project,
    ['setup:remote', '--json', '--set', 'storage.error_gb=0', '--set', 'storage.warn_gb=0'],
    env,
  );
  assert.is(exitCode, 1);
  const { steps } = JSON.parse(stdout);
  const of = (name: string) => steps.find((step: { name: string }) => step.name === name);
  assert.is(of('gpu-driver').state, 'blocked');
  assert.is(of('env:remote').state, 'skipped');
  assert.not(fs.existsSync(path.join(project, '.venv-remote')));
  const without = await runJust(project, ['setup:remote', '--plan', '--no-gpu', '--json'], machine());
  const planned = JSON.parse(without.stdout).steps.find((step: { name: string }) => step.name === 'gpu-driver');
  assert.is(planned.state, 'done');
});

test.run();
