import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isWhole, type SmallProject, smallProject, smallWheels } from '../../support/small-environment';

const test = suite<{ project: SmallProject }>('files that are not what was installed');
const versions = { alpha: '1.0', beta: '1.5', gamma: '3.0' };

test.before(async (context) => {
  context.project = await smallProject();
  assert.is((await context.project.step(['env:local'])).outcome, 'changed');
});
test.after(({ project }) => project.index.close());

const moduleOf = ({ venv }: SmallProject, name: string) => path.join(venv, 'lib', 'python3.10', 'site-packages', name, '__init__.py');

/** Every copy of a module in uv's cache. */
function cached({ env }: SmallProject, name: string): string[] {
  const archives = path.join(env['UV_CACHE_DIR'] ?? '', 'archive-v0');
  const files = fs.readdirSync(archives).map((each) => path.join(archives, each, name, '__init__.py'));
  return files.filter((file) => fs.existsSync(file));
}

/** Edits them in place, as an edit in an environment does that links to them. */
function damageCache(project: SmallProject, name: string): void {
  const files = cached(project, name);
  assert.ok(files.length > 0);
  for (const file of files) fs.writeFileSync(file, 'x = 1\n');
}

test('an environment that is built out of a damaged cache is whole, and so is the next one', async ({ project }) => {
  fs.rmSync(project.venv, { recursive: true });
  damageCache(project, 'gamma');
  const { stderr, stdout, exitCode } = await project.just(['env:local']);
  assert.is(exitCode, 0, stderr);
  assert.match(`${stdout}${stderr}`, /note: gamma \(`gamma\/__init__\.py` has 6 of 16 bytes\) came damaged out of the installer's cache/);
  assert.ok(isWhole(project, versions));
  fs.rmSync(project.venv, { recursive: true });
  const again = await project.just(['env:local']);
  assert.not.match(`${again.stdout}${again.stderr}`, /came damaged/);
  assert.ok(isWhole(project, versions));
});

test('so is one that is mended out of it', async ({ project }) => {
  const folder = path.dirname(path.dirname(moduleOf(project, 'gamma')));
  for (const name of ['gamma', 'gamma-3.0.dist-info']) fs.rmSync(path.join(folder, name), { recursive: true });
  damageCache(project, 'gamma');
  assert.is((await project.step(['env:local'])).outcome, 'changed');
  assert.ok(isWhole(project, versions));
});

test('what cannot be fetched anew is no success, and is one where it can be', async ({ project }) => {
  fs.rmSync(project.venv, { recursive: true });
  damageCache(project, 'gamma');
  const seen = await project.step(['env:local'], { UV_OFFLINE: '1' });
  assert.is(seen.code, 'E_PACKAGE_BROKEN', JSON.stringify(seen));
  assert.match(seen.found, /^gamma \(`gamma\/__init__\.py` has 6 of 16 bytes\) is damaged though it was installed twice$/);
  assert.match(seen.fix, /^`uv cache clean gamma` .*`npx just env:local` where the package index can be reached/);
  assert.is((await project.step(['env:local'])).outcome, 'changed');
  assert.ok(isWhole(project, versions));
});

test('an edit that keeps the size is mended by --force, in the cache too', async ({ project }) => {
  const file = moduleOf(project, 'gamma');
  const text = fs.readFileSync(file, 'utf8');
  fs.writeFileSync(file, text.replace('3.0', '9.9'));
  assert.is((await project.step(['env:local', '--check'])).state, 'done');
  const seen = await project.step(['env:local', '--check', '--force']);
  assert.is(seen.state, 'todo', JSON.stringify(seen));
  assert.match(seen.found, /1 damaged \(gamma: `gamma\/__init__\.py` is not what was installed\)$/);
  assert.is((await project.step(['env:local', '--force'])).outcome, 'changed');
  assert.is(fs.readFileSync(file, 'utf8'), text);
  fs.rmSync(project.venv, { recursive: true });
  assert.is((await project.step(['env:local'])).outcome, 'changed');
  assert.is(fs.readFileSync(file, 'utf8'), text);
});

test('pip mends it as well', async () => {
  const project = await smallProject({ installer: 'pip' });
  assert.is((await project.step(['env:local'])).outcome, 'changed');
  const file = moduleOf(project, 'gamma');
  const text = fs.readFileSync(file, 'utf8');
  fs.writeFileSync(file, text.replace('3.0', '9.9'));
  assert.is((await project.step(['env:local', '--force'])).outcome, 'changed');
  assert.is(fs.readFileSync(file, 'utf8'), text);
  await project.index.close();
});

test('a file that two packages bring is no damage', async () => {
  const shared = (text: string) => ({ 'shared/core.py': text });
  const wheels = [
    ...smallWheels.filter(({ name }) => name === 'beta'),
    { name: 'alpha', version: '1.0', requires: ['beta>=1'], files: shared('one = 1\n') },
    { name: 'gamma', version: '3.0', files: shared('another = 22\n') },
  ];
  const project = await smallProject({ wheels });
  assert.is((await project.step(['env:local'])).outcome, 'changed');
  assert.is((await project.step(['env:local', '--check', '--force'])).state, 'done');
  fs.writeFileSync(path.join(path.dirname(moduleOf(project, 'gamma')), '..', 'shared', 'core.py'), 'neither\n');
  const { found } = await project.step(['env:local', '--check', '--force']);
  const altered = '`shared/core.py` is not what was installed';
  assert.ok(found.endsWith(`2 damaged (alpha: ${altered}, gamma: ${altered})`), found);
  await project.index.close();
});

test.run();
