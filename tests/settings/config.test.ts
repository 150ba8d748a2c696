import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { projectCopy, runJust } from '../support/project';

const test = suite('config');

/** A project with one value from every layer. */
function layered(): string {
  const project = projectCopy();
  fs.writeFileSync(path.join(project, 'configs', 'setup.yaml'), '# mine\nstorage:\n  warn_gb: 41\n  error_gb: 11\n');
  fs.writeFileSync(path.join(project, 'configs', 'setup.local.yaml'), 'storage: {error_gb: 12}\n');
  fs.writeFileSync(path.join(project, 'configs', 'paths_config.remote.yaml'), 'models_dir: /mnt/models\n');
  return project;
}

const env = { JUST_LORA_RUN__KEEP_RECORDS: '7', HF_HOME: '/cache/hf' };

test('prints every setting with where it came from', async () => {
  const { exitCode, stdout } = await runJust(layered(), ['config', '--set', 'training.lora.rank=8'], env);
  assert.is(exitCode, 0);
  const row = (name: string) =>
    stdout
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.split(/ {2,}/);
  assert.equal(row('storage.warn_gb'), ['storage.warn_gb', '41', 'configs/setup.yaml:3']);
  assert.equal(row('storage.error_gb'), ['storage.error_gb', '12', 'configs/setup.local.yaml:1']);
  assert.equal(row('storage.budget_gb.raw'), ['storage.budget_gb.raw', '0.3', 'default']);
  assert.equal(row('run.keep_records'), ['run.keep_records', '7', 'JUST_LORA_RUN__KEEP_RECORDS']);
  assert.equal(row('paths.hf_home'), ['paths.hf_home', '/cache/hf', 'HF_HOME']);
  assert.equal(row('paths.models_dir'), ['paths.models_dir', 'models', 'configs/paths_config.json:9']);
  assert.equal(row('training.lora.rank'), ['training.lora.rank', '8', '--set']);
});

test('has all of it as data, for the environment that is asked for', async () => {
  const { exitCode, stdout } = await runJust(layered(), ['config', '--json', '--env=remote'], env);
  assert.is(exitCode, 0);
  const [step] = JSON.parse(stdout).steps;
  const named = Object.fromEntries(step.settings.map((each: { name: string }) => [each.name, each]));
  assert.is(step.environment, 'remote');
  assert.equal(named['paths.models_dir'], { name: 'paths.models_dir', value: '/mnt/models', from: 'configs/paths_config.remote.yaml:1' });
  assert.equal(named['storage.error_gb'], { name: 'storage.error_gb', value: 11, from: 'configs/setup.yaml:4' });
  assert.is(step.values.paths.models_dir, '/mnt/models');
  assert.is(step.values.training.arguments.learning_rate, 2e-4);
});

test('takes the environment from a variable where no option names one', async () => {
  const project = layered();
  const of = async (args: string[]) =>
    JSON.parse((await runJust(project, ['config', '--json', ...args], { JUST_LORA_ENV: 'remote' })).stdout).steps[0].environment;
  assert.is(await of([]), 'remote');
  assert.is(await of(['--env=local']), 'local');
  const wrong = await runJust(project, ['config'], { JUST_LORA_ENV: 'moon' });
  assert.is(wrong.exitCode, 2);
});

test('hides what is secret', async () => {
  const sets = ['--set', 'python.interpreter=hf_abcdefghijk', '--set', 'paths.data_raw=ssh://me:hunter22@there/x'];
  const { stdout } = await runJust(projectCopy(), ['config', ...sets]);
  const json = await runJust(projectCopy(), ['config', '--json', ...sets]);
  for (const text of [stdout, json.stdout]) {
    assert.not.match(text, /abcdefghijk|hunter22/);
    assert.match(text, 'ssh://me:(hidden)@there/x');
  }
});

test('shows one section, and knows which was meant', async () => {
  const project = projectCopy();
  const { stdout } = await runJust(project, ['config', '--only=training.lora']);
  assert.match(stdout, 'training.lora.rank');
  assert.not.match(stdout, 'training.arguments');
  const wrong = await runJust(project, ['config', '--only=trainin']);
  assert.is(wrong.exitCode, 2);
  assert.match(wrong.stderr + wrong.stdout, '--only=training`');
  assert.is((await runJust(project, ['config', 'storage'])).exitCode, 2);
});

test('names a file of the machine that is never read', async () => {
  const project = projectCopy();
  fs.writeFileSync(path.join(project, 'configs', 'training.local.yaml'), 'lora: {rank: 1}\n');
  const { stdout } = await runJust(project, ['config']);
  assert.match(stdout, '`configs/training.local.yaml` is not read; did you mean `configs/training_config.local.yaml`?');
});

test('an old name is read, with a warning that names its line and the new name', async () => {
  const project = projectCopy();
  fs.writeFileSync(
    path.join(project, 'configs', 'setup.local.yaml'),
    'remotes:\n  gpu:\n    host: box\n    sshConfig: keys/config\ndefaultRemote: gpu\n',
  );
  const { exitCode, stdout, stderr } = await runJust(project, ['config', '--json'], { JUST_LORA_REMOTES__GPU__SSHCONFIG: 'other' });
  assert.is(exitCode, 0);
  const next = 'the next version reads only the new name';
  const warnings = [
    `configs/setup.local.yaml:4:5: remotes.gpu.sshConfig is now called remotes.gpu.ssh_config; ${next}`,
    `configs/setup.local.yaml:5:1: defaultRemote is now called default_remote; ${next}`,
    `JUST_LORA_REMOTES__GPU__SSHCONFIG: JUST_LORA_REMOTES__GPU__SSHCONFIG is now called JUST_LORA_REMOTES__GPU__SSH_CONFIG; ${next}`,
  ];
  assert.equal(
    stderr.split('\n').filter((line) => line.startsWith('warning: ')),
    warnings.map((line) => `warning: ${line}`),
  );
  const [step] = JSON.parse(stdout).steps;
  assert.is(step.warning, warnings.join('; '));
  const named = Object.fromEntries(step.settings.map((each: { name: string }) => [each.name, each]));
  assert.equal(named['default_remote'], { name: 'default_remote', value: 'gpu', from: 'configs/setup.local.yaml:5' });
  assert.equal(named['remotes.gpu.ssh_config'], {
    name: 'remotes.gpu.ssh_config',
    value: 'other',
    from: 'JUST_LORA_REMOTES__GPU__SSHCONFIG',
  });
  const quiet = await runJust(projectCopy(), ['config']);
  assert.not.match(quiet.stderr + quiet.stdout, 'warning');
});

test('wrong settings end any task with exit code 2, and every fault', async () => {
  const project = projectCopy();
  fs.writeFileSync(path.join(project, 'configs', 'setup.yaml'), 'storage:\n  warn_gb: lots\n  eror_gb: 1\n');
  for (const task of ['config', 'mkdirs']) {
    const { exitCode, stdout } = await runJust(project, [task, '--json']);
    assert.is(exitCode, 2);
    const { error, outcome } = JSON.parse(stdout);
    assert.is(outcome, 'failed');
    assert.is(error.code, 'E_CONFIG');
    assert.is(
      error.tail,
      'configs/setup.yaml:2:3: storage.warn_gb is "lots"; expected a number\nconfigs/setup.yaml:3:3: unknown setting storage.eror_gb; did you mean `storage.error_gb`?',
    );
  }
});

test.run();
