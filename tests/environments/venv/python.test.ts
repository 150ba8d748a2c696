import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { temporaryFolder } from '../../support/project';
import { python310 } from '../../support/python';
import { pythonMirror } from '../../support/python-mirror';
import { skip } from '../../support/skip';
import { isWhole, type SmallProject, smallProject } from '../../support/small-environment';
import { uvFolder } from '../../support/uv';

const test = suite<{ project: SmallProject }>('finding Python');
const versions = { alpha: '1.0', beta: '1.5', gamma: '3.0' };
const python = fs.realpathSync(python310() ?? 'no python');
/** Node alone: the folder that it lies in may hold a Python. */
const system = temporaryFolder('node');
fs.symlinkSync(process.execPath, path.join(system, 'node'));

/** A folder with programs that are not what their names say. */
function programs(scripts: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder('programs');
  for (const [name, text] of Object.entries(scripts)) fs.writeFileSync(path.join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  return folder;
}

const broken = {
  'python3.10': 'echo "pyenv: python3.10: command not found" >&2; exit 127',
  python3: 'echo \'{"version": "3.9.2", "realPath": "/old", "machine": "x", "markers": {}}\'',
  python: 'echo hello',
};

test.before(async (context) => {
  context.project = await smallProject();
});
test.before.each(({ project }) => fs.rmSync(project.venv, { recursive: true, force: true }));
test.after(({ project }) => project.index.close());

test('a broken one first on PATH is passed by', async ({ project }) => {
  const seen = await project.step(['venv'], { PATH: `${programs(broken)}:${project.env.PATH}` });
  assert.is(seen.outcome, 'changed', JSON.stringify(seen));
  assert.ok(isWhole(project, versions));
});

test('nothing found: what was tried, and why each is no good', async ({ project }) => {
  const folder = programs(broken);
  const seen = await project.step(['venv'], { PATH: `${folder}:${uvFolder()}:${system}`, JUST_LORA_PYTHON__DOWNLOAD: 'never' });
  assert.is(seen.code, 'E_PYTHON_NOT_FOUND', JSON.stringify(seen));
  assert.is(seen.exitCode, 1);
  assert.match(seen.fix, /python\.interpreter=/);
  assert.equal(seen.table, [
    ['tried', 'why not'],
    [`${folder}/python3.10 (PATH)`, 'exits 127: pyenv: python3.10: command not found'],
    [`${folder}/python3 (PATH)`, 'is Python 3.9.2'],
    [`${folder}/python (PATH)`, 'exits 0 and does not answer like a Python'],
  ]);
  assert.not.ok(fs.existsSync(project.venv));
});

test('an activated environment is no Python of its own: it may be the one that is built again', async ({ project }) => {
  assert.is((await project.step(['venv'])).outcome, 'changed');
  const active = { PATH: `${project.venv}/bin:${system}`, VIRTUAL_ENV: project.venv, JUST_LORA_PYTHON__INSTALLER: 'pip' };
  const seen = await project.step(['venv', '--force'], active);
  assert.is(seen.outcome, 'changed', JSON.stringify(seen));
  assert.ok(isWhole(project, versions));
  assert.is(fs.realpathSync(path.join(project.venv, 'bin', 'python')), python);
});

test('no Python of any version and no uv: what brings both on this system', async ({ project }) => {
  const seen = await project.step(['venv', '--check'], { PATH: system });
  assert.is(seen.code, 'E_PYTHON_NOT_FOUND', JSON.stringify(seen));
  assert.match(seen.found, 'no Python of any version and no uv is here');
  assert.not.match(seen.fix, 'uv python install');
  assert.match(seen.fix, /install .*then the same command again/);
});

test('the one that a setting names, and no other', async ({ project }) => {
  const wrong = await project.step(['venv', '--set', `python.interpreter=${programs(broken)}/python3.10`]);
  assert.is(wrong.code, 'E_PYTHON_NOT_FOUND', JSON.stringify(wrong));
  assert.match(wrong['found'], /python3\.10`, which `python\.interpreter` names \(--set\), exits 127/);
  const named = { JUST_LORA_PYTHON__INTERPRETER: '/nonexistent' };
  const gone = await project.step(['env:local', '--plan'], named);
  assert.match(gone['found'], /^`\/nonexistent`, which `python\.interpreter` names \(JUST_LORA_PYTHON__INTERPRETER\), /);
  assert.not.match(gone['fix'], 'python install');
  assert.match(gone['fix'], /\nfor good: correct or `unset JUST_LORA_PYTHON__INTERPRETER`$/);
  // The cure helps as it is printed.
  const cure = /^`npx just (.*?)`/.exec(gone['fix'])?.[1]?.split(' ') ?? [];
  assert.is((await project.step(cure, named)).outcome, 'changed');
  project.write('configs/setup.local.yaml', 'python:\n  interpreter: /nonexistent\n');
  assert.match((await project.step(['env:local', '--plan']))['fix'], /\nfor good: correct or remove it in configs\/setup\.local\.yaml:2/);
  fs.rmSync(path.join(project.folder, 'configs/setup.local.yaml'));
  const right = await project.step(['venv', '--set', `python.interpreter=${python}`], { PATH: `${uvFolder()}:${system}` });
  assert.is(right.outcome, 'changed', JSON.stringify(right));
  assert.is(fs.realpathSync(path.join(project.venv, 'bin', 'python')), python);
  const other = await project.step(['venv', '--check']);
  assert.equal(other.changed, ['`python.interpreter` changed']);
});

test("pyenv's newest patch version, by number", async ({ project }) => {
  const root = path.join(project.env.HOME as string, '.pyenv', 'versions');
  for (const [name, script] of Object.entries({ '3.10.9': broken.python3, '3.10.13': `exec ${python} "$@"`, '3.10': 'exit 1' })) {
    fs.mkdirSync(path.join(root, name, 'bin'), { recursive: true });
    fs.writeFileSync(path.join(root, name, 'bin', 'python'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  const seen = await project.step(['venv', '--check'], { PATH: system, JUST_LORA_PYTHON__INSTALLER: 'pip' });
  assert.is(seen.state, 'todo', JSON.stringify(seen));
  fs.rmSync(path.join(root, '3.10.13'), { recursive: true });
  const without = await project.step(['venv', '--check'], { PATH: system, JUST_LORA_PYTHON__INSTALLER: 'pip' });
  assert.match(JSON.stringify(without.table), /3\.10\.9\/bin\/python \(pyenv\)/);
  fs.rmSync(path.dirname(root), { recursive: true });
});

if (process.platform !== 'linux') skip(test, 'uv brings a Python', 'the mirror is made of a Linux build');
else
  test('uv brings one that is missing, where that is not forbidden', async ({ project }) => {
    const mirror = pythonMirror(temporaryFolder('mirror'), python);
    const env = { PATH: `${uvFolder()}:${system}:${programs({ python3: broken.python3 })}`, ...mirror };
    const forbidden = await project.step(['venv', '--set', 'python.download=never'], env);
    assert.is(forbidden.code, 'E_PYTHON_NOT_FOUND', JSON.stringify(forbidden));
    const planned = await project.step(['venv', '--plan'], env);
    assert.equal(
      planned.actions.map(({ title }: { title: string }) => title),
      ['bring Python 3.10 with uv (about 30 MB)', 'build `.venv-local` with Python 3.10 and 3 packages of the lock'].map((title) =>
        title.replace('3 packages', '4 packages'),
      ),
    );
    const away = await project.step(['venv'], { ...env, UV_PYTHON_INSTALL_MIRROR: 'file:///nowhere' });
    assert.is(away.code, 'E_PYTHON_DOWNLOAD', JSON.stringify(away));
    // A port where nobody listens, as GitHub behind a wall.
    const walled = {
      ...env,
      UV_PYTHON_INSTALL_MIRROR: undefined,
      HTTPS_PROXY: 'http://127.0.0.1:9',
      ALL_PROXY: 'http://127.0.0.1:9',
      UV_HTTP_RETRIES: '0',
    };
    const alone = await project.step(['venv'], walled);
    assert.is(alone.code, 'E_PYTHON_DOWNLOAD', JSON.stringify(alone));
    assert.match(alone.found, 'uv takes it from GitHub');
    assert.match(alone.fix, 'python.interpreter=');
    const conda = await project.step(['venv'], { ...walled, PATH: `${programs({ micromamba: 'exit 0' })}:${walled.PATH}` });
    assert.match(conda.fix, /^`micromamba create -y -p .* python=3\.10`/);
    const seen = await project.step(['venv'], env);
    assert.is(seen.outcome, 'changed', JSON.stringify(seen));
    assert.ok(isWhole(project, versions));
    assert.match(fs.realpathSync(path.join(project.venv, 'bin', 'python')), /\/\.local\/share\/uv\/python\/cpython-3\.10/);
    assert.not.ok(fs.existsSync(path.join(project.env.HOME as string, '.local', 'bin')), 'no program in the home folder');
    fs.rmSync(path.join(project.env.HOME as string, '.local'), { recursive: true });
    const gone = await project.step(['venv', '--check']);
    assert.match(gone.found, /the Python that `\.venv-local` runs on is gone/);
  });

test.run();
