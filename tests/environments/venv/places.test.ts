import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startJust, temporaryFolder } from '../../support/project';
import { skip } from '../../support/skip';
import { isWhole, type SmallProject, smallProject } from '../../support/small-environment';
import { mountTmpfs } from '../../support/tmpfs';
import { uvFolder } from '../../support/uv';

const test = suite('venv in odd places');
const versions = { alpha: '1.0', beta: '1.5', gamma: '3.0' };

/** A small file system of its own; unmounted when the test ends. */
function mounted(size: string): { folder: string; remount(options: string): void } | undefined {
  const folder = temporaryFolder('volume');
  if (mountTmpfs(folder, `size=${size}`)) return undefined;
  return { folder, remount: (options) => void execFileSync('mount', ['-o', `remount,${options}`, folder]) };
}

for (const installer of ['uv', 'pip'] as const) {
  test(`a path with spaces, quotes and other letters, with ${installer}, without HOME and with LANG=C`, async () => {
    const folder = path.join(temporaryFolder(), `Bob's "größe" 模型 $HOME & Co`);
    const project = await smallProject({ installer, folder });
    Object.assign(project.env, { HOME: undefined, LANG: 'C', LC_ALL: 'C', UV_CACHE_DIR: path.join(folder, '..', 'cache') });
    const seen = await project.step(['venv']);
    assert.is(seen.outcome, 'changed', JSON.stringify(seen));
    assert.ok(isWhole(project, versions));
    assert.is((await project.step(['venv'])).outcome, 'unchanged');
    const script = execFileSync(path.join(project.venv, 'bin', 'python'), ['-c', 'import sys; print(ascii(sys.prefix))'], {
      encoding: 'utf8',
    });
    assert.match(script, /Bob/);
    // Only what a shell cannot read is told: Python's own venv has learned to quote.
    const fits = activates(project.venv);
    assert.is(seen.warning === undefined, fits, `${fits} ${seen.warning}`);
    if (!fits) assert.match(seen.warning, /^no shell can activate it: its script does not quote the `["$]`/);
    await project.index.close();
  });
}

/** Does a shell that reads the script of an environment take its Python? */
function activates(venv: string): boolean {
  const { stdout } = spawnSync('sh', ['-c', '. "$1/bin/activate"; command -v python', 'sh', venv], { encoding: 'utf8' });
  return stdout.trim() === path.join(venv, 'bin', 'python');
}

test('a path at which PATH is split: it works, and that no shell can activate it is told each time', async () => {
  const project = await smallProject();
  const venv = path.join(temporaryFolder(), 'a:b', 'venv');
  const env = { JUST_LORA_ENVIRONMENTS__LOCAL__PATH: venv };
  for (const args of [['env:local'], ['env:local'], ['env:local', '--check']]) {
    const seen = await project.step(args, env);
    assert.is(seen.exitCode, 0, JSON.stringify(seen));
    assert.ok(
      seen.warning.startsWith(`no shell can activate it: PATH is split at the \`:\` in \`${venv}\`; the tasks work.`),
      seen.warning,
    );
    assert.match(seen.warning, /`environments\.local\.path`/);
  }
  assert.ok(isWhole({ venv }, versions));
  assert.not.ok(activates(venv));
  await project.index.close();
});

test('no space left: told, and the environment before is in place', async (): Promise<void> => {
  const volume = mounted('60m');
  if (!volume) return skip(test, 'no space left', 'it takes root on Linux to mount a small file system');
  for (const installer of ['uv', 'pip'] as const) {
    const small = installer === 'uv' ? '3.0' : '4.0';
    const project = await smallProject({
      installer,
      wheels: [
        { name: 'alpha', version: '1.0' },
        { name: 'alpha', version: '2.0', requires: ['large'] },
        { name: 'large', version: '1.0', ballast: 80_000_000 },
      ],
      requirements: 'alpha==1.0\n',
    });
    project.env.JUST_LORA_ENVIRONMENTS__LOCAL__PATH = path.join(volume.folder, `env-${small}`);
    const there = { venv: project.env.JUST_LORA_ENVIRONMENTS__LOCAL__PATH };
    assert.is((await project.step(['venv'])).outcome, 'changed');
    const site = path.join(there.venv, 'lib', 'python3.10', 'site-packages');
    const before = fs.readdirSync(site);
    project.write('requirements-local.txt', 'alpha==2.0\n');
    assert.is(
      (await project.just(['venv:lock'], { JUST_LORA_PYTHON__INSTALLER: 'auto', PATH: `${uvFolder()}:${project.env.PATH}` })).exitCode,
      0,
    );
    for (const args of [['venv'], ['venv', '--force']]) {
      const seen = await project.step(args);
      assert.is(seen.code, 'E_DISK_FULL', JSON.stringify(seen));
      assert.is(seen.exitCode, 1);
      assert.match(seen.tail ?? seen.found, /no space left/i);
      assert.equal(fs.readdirSync(site), before);
      assert.ok(isWhole(there, { alpha: '1.0' }));
      assert.not.ok(fs.existsSync(`${there.venv}.before`));
    }
    await project.index.close();
  }
});

test('a project that cannot be written', async (): Promise<void> => {
  const volume = mounted('200m');
  if (!volume) return skip(test, 'a project that cannot be written', 'it takes root on Linux to mount one');
  const project = await smallProject({ folder: path.join(volume.folder, 'project') });
  volume.remount('ro');
  const absent = await project.step(['venv']);
  assert.is(absent.code, 'E_NOT_WRITABLE', JSON.stringify(absent));
  assert.is(absent.exitCode, 1);
  volume.remount('rw');
  assert.is((await project.step(['venv'])).outcome, 'changed');
  volume.remount('ro');
  assert.is((await project.step(['venv'])).outcome, 'unchanged');
  assert.is((await project.step(['venv', '--force'])).code, 'E_NOT_WRITABLE');
  assert.ok(isWhole(project, versions));
  await project.index.close();
});

test('Ctrl-C in the middle: the environment before is back, and nothing goes on in the background', async () => {
  const project: SmallProject = await smallProject();
  assert.is((await project.step(['venv'])).outcome, 'changed');
  project.index.delayMs = 1500;
  const { child, ended } = startJust(project.folder, ['venv', '--force'], { ...project.env, UV_NO_CACHE: '1' });
  const asked = project.index.requests.length;
  while (project.index.requests.length === asked) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(fs.existsSync(`${project.venv}.before`));
  process.kill(-(child.pid as number), 'SIGINT');
  assert.is((await ended).exitCode, 130);
  assert.ok(isWhole(project, versions));
  assert.not.ok(fs.existsSync(`${project.venv}.before`));
  project.index.delayMs = 0;
  assert.is((await project.step(['venv', '--check'])).state, 'done');
  await project.index.close();
});

test.run();
