import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isWhole, type SmallProject, smallProject } from '../../support/small-environment';

/** Puts a package into an environment behind our back. */
function addPackage(site: string, name: string, version: string, record = true): void {
  const info = `${name}-${version}.dist-info`;
  fs.mkdirSync(path.join(site, info), { recursive: true });
  fs.writeFileSync(path.join(site, info, 'METADATA'), `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`);
  fs.writeFileSync(path.join(site, info, 'INSTALLER'), 'pip\n');
  if (record)
    fs.writeFileSync(path.join(site, info, 'RECORD'), ['METADATA', 'INSTALLER', 'RECORD'].map((file) => `${info}/${file},,\n`).join(''));
}

const versions = { alpha: '1.0', beta: '1.5', gamma: '3.0' };

/** All that lies in a project, and not behind a link: a listing of Node goes through that of `node_modules`. */
const namesIn = (folder: string): string[] => execFileSync('find', ['.'], { cwd: folder, encoding: 'utf8' }).split('\n').sort();

for (const installer of ['uv', 'pip'] as const) {
  const test = suite<{ project: SmallProject }>(`venv with ${installer}`);
  test.before(async (context) => {
    context.project = await smallProject({ installer });
  });
  test.after(({ project }) => project.index.close());

  test('plans without writing anything', async ({ project }) => {
    const before = namesIn(project.folder);
    const seen = await project.step(['venv', '--plan']);
    assert.is(seen.exitCode, 0);
    assert.match(seen.actions[0].title, /^build `.venv-local` with Python 3\.10\.\d+ and 3 packages of the lock$/);
    assert.equal(namesIn(project.folder), before);
    assert.equal(
      fs.readdirSync(project.env.HOME as string),
      fs.readdirSync(project.env.HOME as string).filter((name) => name === 'uv-cache'),
    );
  });

  test('builds it once, with hashes, and then says why there is nothing to do', async ({ project }) => {
    const first = await project.step(['venv']);
    assert.is(first.outcome, 'changed', JSON.stringify(first));
    assert.ok(isWhole(project, versions));
    const second = await project.step(['venv']);
    assert.is(second.outcome, 'unchanged');
    assert.match(second.found, /^3 of 3 packages match the lock, Python 3\.10\.\d+$/);
    assert.ok(second.durationMs < 100, `${second.durationMs} ms`);
  });

  test('installs what is missing, removes what is extra, and puts changed versions right', async ({ project }) => {
    const site = path.join(project.venv, 'lib', 'python3.10', 'site-packages');
    fs.rmSync(path.join(site, 'gamma-3.0.dist-info'), { recursive: true });
    fs.cpSync(path.join(site, 'beta-1.5.dist-info'), path.join(site, 'rogue-9.9.dist-info'), { recursive: true });
    for (const file of ['METADATA', 'RECORD'])
      fs.writeFileSync(
        path.join(site, 'rogue-9.9.dist-info', file),
        fs
          .readFileSync(path.join(site, 'rogue-9.9.dist-info', file), 'utf8')
          .replace(/Name: beta/, 'Name: rogue')
          .replace(/^beta.*\n/gm, ''),
      );
    const seen = await project.step(['venv', '--check']);
    assert.is(seen.exitCode, 3);
    assert.match(seen.found, /^2 of 3 packages match the lock, Python 3\.10\.\d+: 1 missing \(gamma\), 1 extra \(rogue\)$/);
    const mended = await project.step(['venv']);
    assert.is(mended.outcome, 'changed', JSON.stringify(mended));
    assert.match(mended.actions[0].title, /install gamma, remove rogue/);
    assert.ok(isWhole(project, versions));
  });

  // With pip each of these costs seconds, and shows nothing else.
  if (installer === 'uv')
    test('builds it again where a package cannot be removed, or is there twice', async ({ project }) => {
      const site = path.join(project.venv, 'lib', 'python3.10', 'site-packages');
      addPackage(site, 'rogue', '9.9', false);
      assert.is((await project.step(['venv'])).outcome, 'changed');
      assert.ok(isWhole(project, versions));
      addPackage(site, 'beta', '1.4');
      const twice = await project.step(['venv', '--check']);
      assert.match(twice.found, /1 there twice \(beta\)/);
      assert.is((await project.step(['venv'])).outcome, 'changed');
      assert.ok(isWhole(project, versions));
    });

  test('sees at once that a module is gone though its package is noted', async ({ project }) => {
    fs.rmSync(path.join(project.venv, 'lib', 'python3.10', 'site-packages', 'beta'), { recursive: true });
    const seen = await project.step(['venv', '--check']);
    assert.match(seen.found, /3 of 3 packages match the lock, .*: 1 damaged \(beta: `beta\/__init__\.py` is missing\)$/);
    assert.is((await project.step(['venv'])).outcome, 'changed');
    assert.ok(isWhole(project, versions));
  });

  test('sees in a full look what a quick one cannot, and mends it with --force', async ({ project }) => {
    const file = path.join(project.venv, 'lib', 'python3.10', 'site-packages', 'alpha', '__init__.py');
    fs.rmSync(file);
    fs.writeFileSync(file, 'ver');
    assert.not.ok(isWhole(project, versions));
    const mended = await project.step(['venv', '--force']);
    assert.is(mended.outcome, 'changed', JSON.stringify(mended));
    assert.match(mended.actions[0].title, /install alpha/);
    assert.ok(isWhole(project, versions));
  });

  if (installer === 'uv')
    test('rebuilds a sound one with --force', async ({ project }) => {
      const before = fs.statSync(path.join(project.venv, 'pyvenv.cfg')).ino;
      const seen = await project.step(['venv', '--force']);
      assert.match(seen.actions[0].title, /^rebuild `.venv-local`/);
      assert.is.not(fs.statSync(path.join(project.venv, 'pyvenv.cfg')).ino, before);
      assert.ok(isWhole(project, versions));
      assert.not.ok(fs.existsSync(`${project.venv}.before`));
    });

  test.run();
}
