import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { filesHere } from '../../tasks/cli/on/files-here';
import { contextWith } from '../support/context';
import { skip } from '../support/skip';
import { noSshd } from '../support/sshd';
import { type Pair, pair } from '../support/sync';

const test = suite('--on: the environment of the machine');

test('a cure of a machine names the file of here that is brought there; a command of there stays as it is', () => {
  const context = contextWith({});
  fs.mkdirSync(path.join(context.root, 'configs/remotes'), { recursive: true });
  fs.writeFileSync(path.join(context.root, 'configs/remotes/gpu.paths_config.yaml'), '');
  const here = (cure: string) => filesHere(context, cure, 'gpu');
  assert.is(
    here('give it other folders in configs/paths_config.remote.yaml'),
    'give it other folders in configs/remotes/gpu.paths_config.yaml',
  );
  assert.is(here('mend `configs/setup.remote.yaml`'), 'mend `configs/remotes/gpu.yaml` here, or `configs/setup.remote.yaml` there');
  assert.is(here('`mv configs/setup.remote.yaml a`, configs/setup.yaml'), '`mv configs/setup.remote.yaml a`, configs/setup.yaml');
});

if (noSshd) skip(test, '--on', noSshd);
else {
  let machine: Pair;
  test.before(async () => {
    machine = await pair();
    const remotes = path.join(machine.project, 'configs/remotes');
    fs.mkdirSync(remotes, { recursive: true });
    fs.writeFileSync(path.join(remotes, 'gpu.paths_config.yaml'), `models_dir: ${path.join(machine.sshd.folder, 'disk/models')}\n`);
    fs.writeFileSync(path.join(remotes, 'gpu.yaml'), 'storage:\n  error_gb: 900000\n  warn_gb: 900001\n');
  });

  test('every task reads the settings that were brought for that machine, without an option to remember', async () => {
    const made = await machine.run('mkdirs', '--on=gpu');
    assert.is(made.exitCode, 0, made.stderr);
    assert.ok(fs.existsSync(path.join(machine.sshd.folder, 'disk/models')), made.stdout);
    const { stdout } = await machine.run('config', '--on=gpu', '--only=storage.error_gb');
    assert.match(stdout, /900000 +configs\/setup\.remote\.yaml/);
    const { machines } = await machine.json('storage', '--on=gpu');
    const step = machines[0].report.steps.at(-1);
    assert.is(step.code, 'E_STORAGE', JSON.stringify(step));
    assert.match(step.fix, 'in configs/remotes/gpu.paths_config.yaml');
    const local = await machine.run('config', '--on=gpu', '--env=local', '--only=storage.error_gb');
    assert.not.match(local.stdout, '900000');
  });

  test('two who ask for the same environment ask for the same run, whether they name it or not', async () => {
    const runs = path.join(machine.there, '.just-lora/machine-runs');
    const keyOf = async (...args: string[]) => {
      await machine.run('model:verify', '--on=gpu', ...args);
      const newest = fs.readdirSync(runs).sort().at(-1) ?? '';
      return JSON.parse(fs.readFileSync(path.join(runs, newest, 'info.json'), 'utf8')).key;
    };
    const unnamed = await keyOf();
    assert.is(await keyOf('--env=remote'), unnamed);
  });
}

test.run();
