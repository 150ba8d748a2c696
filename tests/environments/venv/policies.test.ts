import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { temporaryFolder } from '../../support/project';
import { isWhole, type SmallProject, smallProject } from '../../support/small-environment';

const test = suite<{ project: SmallProject }>('packages that are too new, and a uv that does not work');
const older = { alpha: '1.0', beta: '1.5', gamma: '3.0' };
const fresh = () => ({ UV_CACHE_DIR: temporaryFolder(), PIP_NO_CACHE_DIR: '1', UV_HTTP_RETRIES: '0' });

test.before(async (context) => {
  context.project = await smallProject({ requirements: 'alpha\ngamma==3.0\n' });
  context.project.index.uploads = { 'alpha-2.0-py3-none-any.whl': '2026-01-02T00:00:00Z' };
});
test.after(({ project }) => project.index.close());

test('a lock that names one cannot be installed: the policy is told as the cause', async ({ project }) => {
  assert.match(project.read('requirements-local.lock'), /^alpha==2\.0/m);
  for (const installer of ['uv', 'pip']) {
    const env = { ...fresh(), JUST_LORA_PYTHON__INSTALLER: installer, UV_EXCLUDE_NEWER: '2026-01-01T00:00:00Z' };
    const seen = await project.step(['venv'], env);
    if (installer === 'pip' && seen.outcome === 'changed') continue; // a pip before 26.0 knows no such limit
    assert.is(seen.code, 'E_EXCLUDED_NEWER', JSON.stringify(seen));
    assert.match(seen.found, /2026-01-01T00:00:00\.000Z.*UV_EXCLUDE_NEWER/);
  }
});

test('a lock is made of what came before, says so in its head, and another machine makes the same', async ({ project }) => {
  const made = await project.just(['venv:lock', '--force'], { ...fresh(), UV_EXCLUDE_NEWER: '2026-01-01T00:00:00Z' });
  assert.is(made.exitCode, 0, made.stderr);
  // The lock before wanted 2.0, and what it had is kept only where it is allowed.
  const lock = project.read('requirements-local.lock');
  assert.match(lock, /^alpha==1\.0/m);
  assert.match(lock, /^# exclude-newer: 2026-01-01T00:00:00\.000Z$/m);
  assert.match(`${made.stdout}${made.stderr}`, /older for it: alpha 1\.0 \(2\.0 is there\)/);
  fs.rmSync(path.join(project.folder, '.venv-local'), { recursive: true, force: true });
  project.write('requirements-local.txt', 'gamma==3.0\nalpha\n# another machine\n');
  const other = await project.just(['venv:lock', '--force'], fresh());
  assert.is(other.exitCode, 0, other.stderr);
  assert.match(project.read('requirements-local.lock'), /^alpha==1\.0/m);
  assert.match(project.read('requirements-local.lock'), /^# exclude-newer: 2026-01-01T00:00:00\.000Z$/m);
});

test('uv cannot write its cache: pip goes on, and says so; a setting that wants uv is told what to set', async ({ project }) => {
  fs.rmSync(project.venv, { recursive: true, force: true });
  const unwritable = { UV_CACHE_DIR: '/proc/nope', PIP_NO_CACHE_DIR: '1' };
  const refused = await project.step(['venv'], { ...unwritable, JUST_LORA_PYTHON__INSTALLER: 'uv' });
  assert.is(refused.exitCode, 1);
  assert.match(refused.fix, /UV_CACHE_DIR.*python\.installer=pip/);
  const built = await project.just(['venv'], unwritable);
  assert.is(built.exitCode, 0, built.stderr);
  assert.match(`${built.stdout}${built.stderr}`, /uv does not work here, pip goes on/);
  assert.ok(isWhole(project, older));
});

test.run();
