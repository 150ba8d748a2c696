import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { temporaryFolder } from '../../support/project';
import { isWhole, type SmallProject, smallProject } from '../../support/small-environment';

const test = suite('venv: no configuration of the checkout');
const whole = { alpha: '1.0', beta: '1.5', gamma: '3.0' };

/** Everything by which a checkout could move what uv, pip or Python do, each with a mark that shows it. */
function hostile({ write }: SmallProject): { marks: string } {
  const marks = temporaryFolder('just-lora marks');
  write('uv.toml', 'offline = true\nno-index = true\nexclude-newer = "2000-01-01"\n');
  write('pyproject.toml', '[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.99"\n[tool.uv]\noffline = true\nno-index = true\n');
  write('.python-version', '2.7\n');
  write('pip.conf', `[global]\nno-index = true\ntarget = ${marks}/pip\n`);
  write('setup.cfg', `[install]\nprefix = ${marks}/setup\n[global]\nno-index = true\n`);
  // `python -m pip` and `python -m venv` import from the folder that they are started in.
  for (const module of ['pip', 'venv', 'ensurepip', 'json']) write(`${module}.py`, `open('${marks}/${module}', 'w').close()\n`);
  return { marks };
}

for (const installer of ['uv', 'pip'] as const)
  test(`${installer}: the environment is what it would be without`, async () => {
    const project = await smallProject({ installer });
    const { marks } = hostile(project);
    const built = await project.step(['venv']);
    assert.is(built.exitCode, 0, JSON.stringify(built));
    assert.ok(isWhole(project, whole));
    // Mended from inside, too.
    fs.rmSync(path.join(project.venv, 'lib/python3.10/site-packages/gamma'), { recursive: true });
    assert.is((await project.step(['venv', '--force'])).exitCode, 0);
    assert.ok(isWhole(project, whole));
    assert.equal(fs.readdirSync(marks), []);
  });

test('a lock is made as without, and names its files as the settings do', async () => {
  const project = await smallProject();
  project.write('configs/constraints-local.txt', 'beta==1.5\n');
  project.write('configs/overrides-local.txt', 'gamma==3.0\n');
  assert.is((await project.just(['venv:lock', '--force'])).exitCode, 0);
  const before = project.read('requirements-local.lock');
  const { marks } = hostile(project);
  const { exitCode, stderr } = await project.just(['venv:lock', '--force']);
  assert.is(exitCode, 0, stderr);
  assert.is(project.read('requirements-local.lock'), before);
  assert.match(before, / -r requirements-local\.txt\n/);
  assert.match(before, / -c configs\/constraints-local\.txt\n/);
  assert.match(before, / --override configs\/overrides-local\.txt\n/);
  assert.not.match(before, project.folder.slice(1));
  assert.equal(fs.readdirSync(marks), []);
});

test('what a person configured for all of their work counts: the index of uv and of pip, a file that a variable names', async () => {
  const project = await smallProject();
  const home = project.env['HOME'] ?? '';
  const config = (file: string, text: string) => {
    fs.mkdirSync(path.dirname(path.join(home, file)), { recursive: true });
    fs.writeFileSync(path.join(home, file), text);
  };
  const none = { PIP_INDEX_URL: undefined };
  const fetched = async (more: Record<string, string | undefined>) => {
    project.index.requests.length = 0;
    fs.rmSync(project.venv, { recursive: true, force: true });
    const { exitCode, stderr } = await project.just(['venv'], { ...none, UV_CACHE_DIR: temporaryFolder(), ...more });
    assert.is(exitCode, 0, stderr);
    return project.index.requests.some((request) => request.startsWith('/simple/alpha'));
  };
  config('.config/uv/uv.toml', `[[index]]\nurl = "${project.index.url}"\ndefault = true\n`);
  assert.ok(await fetched({}), 'uv.toml of the home folder');
  fs.rmSync(path.join(home, '.config/uv/uv.toml'));
  config('.config/pip/pip.conf', `[global]\nindex-url = ${project.index.url}\n`);
  assert.ok(await fetched({ PIP_CONFIG_FILE: undefined }), 'pip.conf of the home folder');
  fs.rmSync(path.join(home, '.config/pip/pip.conf'));
  // Named from where the task is started.
  project.write('mine.conf', `[global]\nindex-url = ${project.index.url}\n`);
  assert.ok(await fetched({ PIP_CONFIG_FILE: 'mine.conf' }), 'PIP_CONFIG_FILE');
  project.write('mine.toml', `[[index]]\nurl = "${project.index.url}"\ndefault = true\n`);
  assert.ok(await fetched({ UV_CONFIG_FILE: 'mine.toml' }), 'UV_CONFIG_FILE');
});

test('what pip and uv are set to do with an environment does not reach ours, in any of their files', async () => {
  const project = await smallProject();
  const home = project.env['HOME'] ?? '';
  const elsewhere = path.join(home, 'elsewhere');
  const write = (file: string, text: string) => {
    fs.mkdirSync(path.dirname(path.join(home, file)), { recursive: true });
    fs.writeFileSync(path.join(home, file), text);
  };
  write('constraints.txt', 'alpha<1\n');
  const pip = `
dry-run = true
report = ${elsewhere}/report
constraint = ${home}/constraints.txt
no-binary = :all:
user = true
target = ${elsewhere}/target
prefix = ${elsewhere}/prefix
root = ${elsewhere}/root
`;
  write('xdg/pip/pip.conf', `[global]\nindex-url = ${project.index.url}${pip}`);
  write('.config/pip/pip.conf', `[install]${pip}`);
  const uv = `no-binary = true\nlink-mode = "symlink"\ntorch-backend = "cpu"\nno-build = true\n`;
  write('.config/uv/uv.toml', `${uv}[pip]\nprefix = "${elsewhere}/uv-prefix"\ntarget = "${elsewhere}/uv-target"\nno-deps = true\n${uv}`);
  const env = {
    PIP_CONFIG_FILE: undefined,
    PIP_INDEX_URL: undefined,
    XDG_CONFIG_DIRS: path.join(home, 'xdg'),
    UV_TORCH_BACKEND: 'cpu',
    PYTHONINSPECT: '1',
  };
  for (const installer of ['uv', 'pip']) {
    fs.rmSync(project.venv, { recursive: true, force: true });
    const built = await project.just(['venv'], { ...env, JUST_LORA_PYTHON__INSTALLER: installer });
    assert.is(built.exitCode, 0, built.stderr);
    assert.ok(isWhole(project, whole), installer);
    assert.match(`${built.stdout}${built.stderr}`, /where packages come from is set by .*`index-url` of .*xdg\/pip\/pip\.conf/);
    assert.not(fs.existsSync(elsewhere), installer);
    assert.is(fs.lstatSync(path.join(project.venv, 'lib/python3.10/site-packages/gamma/__init__.py')).isSymbolicLink(), false);
  }
});

test('files that are called like options', async () => {
  const project = await smallProject();
  fs.renameSync(path.join(project.folder, 'requirements-local.txt'), path.join(project.folder, '--help'));
  project.write(
    'configs/setup.local.yaml',
    'environments: { local: { requirements: --help, lock: --version, constraints: -c, overrides: -o } }\n',
  );
  project.write('-c', 'beta==1.5\n');
  const { exitCode, stderr } = await project.just(['venv']);
  assert.is(exitCode, 0, stderr);
  assert.ok(isWhole(project, whole));
  assert.match(project.read('--version'), 'alpha==1.0');
});

test.run();
