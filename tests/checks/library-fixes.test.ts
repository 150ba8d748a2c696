import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isWhole, type SmallProject, smallProject } from '../support/small-environment';

const test = suite<{ project: SmallProject }>('the fix of a library that does not work');
const versions = { alpha: '1.0', beta: '1.5', gamma: '3.0' };

test.before(async (context) => {
  context.project = await smallProject();
  const made = await context.project.just(['setup:local', '--set', 'storage.error_gb=1']);
  assert.is(made.exitCode, 0, made.stderr);
});
test.after(({ project }) => project.index.close());

const packagesOf = ({ venv }: SmallProject) => path.join(venv, 'lib', 'python3.10', 'site-packages');

/** In place, and of another size: the names in the folder of packages stay what they were. */
function breakGamma(project: SmallProject): void {
  fs.writeFileSync(path.join(packagesOf(project), 'gamma', '__init__.py'), 'raise ImportError("torn")\n');
}

/** The steps of a run by name, and the arguments of the fix that each of them prints. */
async function run(project: SmallProject, args: readonly string[]) {
  const { stdout, exitCode } = await project.just([...args, '--json']);
  const steps = Object.fromEntries(JSON.parse(stdout).steps.map((step: { name: string }) => [step.name, step]));
  const fixOf = (name: string) =>
    /^`npx just ([^`]+)`/
      .exec(steps[name]?.fix ?? '')?.[1]
      ?.split(' ')
      .filter((word) => !word.startsWith('--set'));
  return { steps, exitCode, fixOf };
}

test('what validate prints helps, whichever line is taken, and validate itself writes nothing', async ({ project }) => {
  for (const line of ['env:local', 'libraries']) {
    breakGamma(project);
    const record = project.read('.venv-local/just-lora.json');
    const { steps, fixOf } = await run(project, ['validate', '--env=local']);
    assert.is(steps['libraries'].code, 'E_LIBRARY');
    assert.is(project.read('.venv-local/just-lora.json'), record);
    assert.equal(fixOf(line), ['env:local', '--force'], line);
    assert.is((await project.just(fixOf(line) ?? [])).exitCode, 0);
    assert.ok(isWhole(project, versions), line);
  }
});

test('what setup:local prints helps, and so does setup:local itself', async ({ project }) => {
  for (const next of ['the fix', 'env:local', 'setup:local']) {
    breakGamma(project);
    const { steps, exitCode, fixOf } = await run(project, ['setup:local', '--force=libraries']);
    assert.is(exitCode, 1);
    assert.is(steps['libraries'].code, 'E_LIBRARY');
    const seen = await project.step(['env:local', '--check']);
    assert.match(seen.found, /1 damaged \(gamma: `gamma\/__init__\.py` has 26 of 16 bytes\)$/);
    const mended = await project.just(next === 'the fix' ? (fixOf('libraries') ?? []) : [next]);
    assert.is(mended.exitCode, 0, mended.stderr);
    assert.ok(isWhole(project, versions), next);
    assert.is((await project.step(['env:local'])).outcome, 'unchanged');
  }
});

test('a Python that does not run is mended by what each check prints', async ({ project }) => {
  for (const line of ['python', 'env:local', 'libraries', 'paths']) {
    // The program is what it was: a quick look finds nothing.
    fs.writeFileSync(path.join(packagesOf(project), 'sitecustomize.py'), 'import os\nos._exit(3)\n');
    const { steps, fixOf } = await run(project, ['validate', '--env=local']);
    assert.is(steps[line].state, 'todo', line);
    assert.equal(fixOf(line), ['env:local', '--force'], line);
    assert.is((await project.just(fixOf(line) ?? [])).exitCode, 0);
    assert.ok(isWhole(project, versions), line);
  }
});

test('a library that is for another system is not tried', async ({ project }) => {
  project.write('requirements-local.txt', 'alpha==1.0\ngamma==3.0\nwinonly==1.0; sys_platform == "win32"\n');
  const { steps, exitCode } = await run(project, ['setup:local']);
  assert.is(exitCode, 0, JSON.stringify(steps['libraries']));
  assert.is(steps['libraries'].found, '2 of 2 libraries work');
});

test.run();
