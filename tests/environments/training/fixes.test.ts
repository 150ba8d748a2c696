import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { importsStep } from '../../../tasks/environments/proof/imports-step';
import { isWhole, type SmallProject, smallProject } from '../../support/small-environment';
import { contextFor } from '../../support/transcript';

interface Training {
  project: SmallProject;
  venv: string;
}

const test = suite<Training>('the fix of a training library that does not work');
const versions = { alpha: '1.0', beta: '1.5', gamma: '3.0' };
const settings = ['remote.engine=venv', 'remote.profile=as-asked', 'storage.error_gb=0', 'storage.warn_gb=0'];
const sets = settings.flatMap((set) => ['--set', set]);

test.before(async (context) => {
  const project = await smallProject();
  const file = {
    name: 'weatherman-lora',
    channels: [],
    dependencies: [{ pip: ['alpha==1.0', 'gamma==3.0', 'winonly==1.0; sys_platform == "win32"'] }],
  };
  project.write('environment-remote.yml', JSON.stringify(file));
  fs.rmSync(path.join(project.folder, 'environment-remote.lock'));
  Object.assign(context, { project, venv: path.join(project.folder, '.venv-remote') });
  const made = await project.just(['env:remote', ...sets]);
  assert.is(made.exitCode, 0, made.stderr);
});
test.after(({ project }) => project.index.close());

const breakGamma = ({ venv }: Training) =>
  fs.writeFileSync(path.join(venv, 'lib', 'python3.10', 'site-packages', 'gamma', '__init__.py'), 'raise ImportError("torn")\n');

test('what the look at the libraries names mends it, though the names of the packages are those of the lock', async (training) => {
  breakGamma(training);
  const { project } = training;
  const context = contextFor(project.folder, { env: project.env, sets: settings });
  const seen = await importsStep.check(context, 'full');
  assert.is('code' in seen && seen.code, 'E_LIBRARY', JSON.stringify(seen));
  assert.match(seen.found, /^1 of 2 libraries work: gamma ImportError: torn/);
  assert.is('fix' in seen && seen.fix, '`npx just env:remote --force`');
  assert.is((await project.just(['env:remote', ...sets])).exitCode, 0);
  assert.not.ok(isWhole(training, versions), 'a look writes nothing');
  assert.is((await project.just(['env:remote', '--force', ...sets])).exitCode, 0);
  assert.ok(isWhole(training, versions));
  assert.is((await importsStep.check(context, 'full')).state, 'done');
});

test('after the action the plain command mends it too', async (training) => {
  breakGamma(training);
  const { project } = training;
  const context = contextFor(project.folder, { env: project.env, sets: settings });
  const [action] = (await importsStep.plan?.(context, undefined)) ?? [];
  const failed = await action
    ?.run(context, () => undefined)
    .then(
      () => 'done',
      (error: Error) => error.message,
    );
  assert.match(String(failed), /gamma ImportError: torn/);
  assert.is((await project.just(['env:remote', ...sets])).exitCode, 0);
  assert.ok(isWhole(training, versions));
});

test.run();
