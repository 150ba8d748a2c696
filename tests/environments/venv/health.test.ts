import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { copyFolder, runJust, temporaryFolder } from '../../support/project';
import { skip } from '../../support/skip';
import { isWhole, type SmallProject, smallProject } from '../../support/small-environment';

const test = suite<{ project: SmallProject }>('the health of an environment');
const versions = { alpha: '1.0', beta: '1.5', gamma: '3.0' };

test.before(async (context) => {
  context.project = await smallProject();
  assert.is((await context.project.step(['venv'])).outcome, 'changed');
});
test.after(({ project }) => project.index.close());

/** It is seen, what is wrong is said, and the next run makes it right. */
async function seesAndMends(project: SmallProject, found: RegExp, changed?: string[]): Promise<void> {
  const seen = await project.step(['venv', '--check']);
  assert.is(seen.state, 'todo', JSON.stringify(seen));
  assert.match(seen.found, found);
  if (changed) assert.equal(seen.changed, changed);
  const mended = await project.step(['venv']);
  assert.is(mended.outcome, 'changed', JSON.stringify(mended));
  assert.ok(isWhole(project, versions));
  assert.not.ok(fs.existsSync(`${project.venv}.before`));
  assert.is((await project.step(['venv', '--check'])).state, 'done');
}

const rewrite = (file: string, change: (text: string) => string) => fs.writeFileSync(file, change(fs.readFileSync(file, 'utf8')));

test('a folder that is not there, or empty', async ({ project }) => {
  fs.rmSync(project.venv, { recursive: true });
  await seesAndMends(project, /^`\.venv-local` is not there$/);
  fs.rmSync(project.venv, { recursive: true });
  fs.mkdirSync(project.venv);
  await seesAndMends(project, /is empty$/);
});

test('a project that moved', async ({ project }) => {
  const other = `${project.folder} moved`;
  fs.renameSync(project.folder, other);
  const moved: SmallProject = Object.assign(Object.create(project), { folder: other, venv: path.join(other, '.venv-local') });
  const seen = JSON.parse((await runJust(other, ['venv', '--check', '--json'], project.env)).stdout).steps[0];
  assert.match(seen.found, /was built at `.*\/project\/\.venv-local` and moved$/);
  assert.is((await runJust(other, ['venv'], project.env)).exitCode, 0);
  assert.ok(isWhole(moved, versions));
  assert.match(fs.readFileSync(path.join(moved.venv, 'bin', 'activate'), 'utf8'), / moved\/\.venv-local/);
  fs.renameSync(other, project.folder);
  await seesAndMends(project, /moved$/);
});

test('the Python that it runs on is gone', async ({ project }) => {
  const link = path.join(project.venv, 'bin', 'python');
  fs.rmSync(link);
  fs.symlinkSync('/nowhere/bin/python3.10', link);
  await seesAndMends(project, /^the Python that `\.venv-local` runs on is gone/);
  rewrite(path.join(project.venv, 'pyvenv.cfg'), (text) => text.replace(/^home = .*$/m, 'home = /nowhere/bin'));
  await seesAndMends(project, /is gone \(`\/nowhere\/bin`\)$/);
});

test('a link to another minor version', async ({ project }) => {
  const versionsFolder = path.join(os.userInfo().homedir, '.pyenv', 'versions');
  const other = fs.existsSync(versionsFolder) && fs.readdirSync(versionsFolder).find((name) => /^3\.1[1-9]\./.test(name));
  const program = other ? path.join(versionsFolder, other, 'bin', 'python') : fs.realpathSync('/usr/bin/python3');
  if (/3\.10/.test(fs.realpathSync(program)))
    return skip(test, 'a link to another minor version', 'there is no Python of another minor version');
  const link = path.join(project.venv, 'bin', 'python');
  fs.rmSync(link);
  fs.symlinkSync(program, link);
  const seen = await project.step(['venv', '--check']);
  assert.match(seen.changed[0], /^Python 3\.10\.\d+ → 3\.1[1-9]\.\d+$/);
  await seesAndMends(project, /^`\.venv-local` runs on Python 3\.1[1-9]\.\d+ now$/);
});

test('another patch version than it was built with', async ({ project }) => {
  const file = path.join(project.venv, 'pyvenv.cfg');
  const now = /version_info = (\S+)/.exec(fs.readFileSync(file, 'utf8'))?.[1];
  rewrite(file, (text) => text.replace(/version_info = .*/, 'version_info = 3.10.99'));
  await seesAndMends(project, /3\.10\.99/, [`Python ${now} → 3.10.99`]);
});

test('half-built, cut short, without its parts', async ({ project }) => {
  const at = (...parts: string[]) => path.join(project.venv, ...parts);
  for (const [break_, found] of [
    [() => fs.writeFileSync(at('just-lora.json'), '{"state": "building"}\n'), /half-built/],
    [() => fs.writeFileSync(at('just-lora.json'), '{"sta'), /half-built/],
    [() => fs.writeFileSync(at('pyvenv.cfg'), ''), /pyvenv\.cfg` is damaged/],
    [() => fs.rmSync(at('pyvenv.cfg')), /pyvenv\.cfg` is missing/],
    [() => fs.rmSync(at('bin'), { recursive: true }), /is gone/],
    [() => fs.rmSync(at('lib'), { recursive: true }), /no folder of packages/],
    [() => fs.renameSync(at('lib', 'python3.10'), at('lib', 'python3.9')), /no folder of packages/],
  ] as const) {
    break_();
    await seesAndMends(project, found);
  }
});

test('a run that was killed while the environment before waited', async ({ project }) => {
  // Between moving aside and building.
  fs.renameSync(project.venv, `${project.venv}.before`);
  await seesAndMends(project, /is not there/);
  // After the new one stood.
  copyFolder(project.venv, `${project.venv}.before`);
  await seesAndMends(project, /an older one lies in `\.venv-local\.before`$/);
});

test('what fails puts back what a killed run had moved aside', async ({ project }) => {
  fs.renameSync(project.venv, `${project.venv}.before`);
  fs.mkdirSync(project.venv);
  fs.writeFileSync(path.join(project.venv, 'just-lora.json'), '{"state": "building"}\n');
  fs.writeFileSync(path.join(project.venv, 'rest'), 'of a run');
  const failed = await project.step(['venv'], {
    PIP_INDEX_URL: 'http://127.0.0.1:9/simple/',
    UV_HTTP_RETRIES: '0',
    UV_CACHE_DIR: path.join(project.folder, '..', 'empty-cache'),
  });
  assert.is(failed.code, 'E_REGISTRY_UNREACHABLE', JSON.stringify(failed));
  assert.ok(isWhole(project, versions));
  assert.is((await project.step(['venv', '--check'])).state, 'done');
});

test('never touches what it did not make', async ({ project }) => {
  const mine = path.join(project.folder, 'mine');
  fs.renameSync(project.venv, mine);
  const moved = /^mv \.venv-local \.venv-local\.kept\nor name another folder with the setting `environments\.local\.path`$/;
  const other =
    /^name a folder of its own: `npx just env:local --set environments\.local\.path=\.venv-local-2`, for good in configs\/setup\.yaml$/;
  const cases: [make: () => void, found: RegExp, fix: RegExp][] = [
    [() => fs.writeFileSync(project.venv, 'a file'), /is not a folder/, other],
    [() => fs.mkdirSync(path.join(project.venv, 'photos'), { recursive: true }), /a folder of somebody else \(photos\)/, other],
    [
      () => {
        fs.mkdirSync(project.venv);
        fs.writeFileSync(path.join(project.venv, 'pyvenv.cfg'), 'home = /usr/bin\n');
      },
      /an environment that just-lora did not make/,
      moved,
    ],
    [
      () => {
        fs.mkdirSync(path.join(project.venv, 'conda-meta'), { recursive: true });
      },
      /a folder of somebody else \(conda-meta\)/,
      moved,
    ],
  ];
  for (const [make, found, fix] of cases) {
    make();
    const before = fs.statSync(project.venv);
    for (const args of [['venv'], ['venv', '--force']]) {
      const seen = await project.step(args);
      assert.is(seen.code, 'E_VENV_FOREIGN', JSON.stringify(seen));
      assert.match(seen.found, found);
      assert.is(seen.exitCode, 1);
      assert.match(seen.fix, fix);
    }
    assert.is(fs.statSync(project.venv).ino, before.ino);
    fs.rmSync(project.venv, { recursive: true });
  }
  // A link is moved, and not what it leads to.
  const theirs = path.join(project.folder, '..', 'theirs');
  fs.mkdirSync(theirs);
  fs.writeFileSync(path.join(theirs, 'pyvenv.cfg'), 'home = /usr/bin\n');
  fs.symlinkSync(theirs, project.venv);
  const linked = await project.step(['env:local', '--plan']);
  assert.match(linked.found, /theirs` is an environment that just-lora did not make$/);
  assert.match(linked.fix, moved);
  fs.rmSync(project.venv);
  fs.renameSync(mine, project.venv);
  // The place where the environment before would wait.
  fs.mkdirSync(path.join(`${project.venv}.before`, 'photos'), { recursive: true });
  const seen = await project.step(['venv', '--force']);
  assert.is(seen.code, 'E_VENV_FOREIGN', JSON.stringify(seen));
  assert.ok(fs.existsSync(path.join(`${project.venv}.before`, 'photos')));
  assert.ok(isWhole(project, versions));
  fs.rmSync(`${project.venv}.before`, { recursive: true });
});

test('what is no environment, or is needed as it is, is never to be moved', async ({ project }) => {
  const mine = path.join(project.folder, 'mine');
  fs.renameSync(project.venv, mine);
  const home = String(project.env['HOME']);
  const elsewhere = temporaryFolder('elsewhere');
  fs.writeFileSync(path.join(elsewhere, 'a.txt'), 'mine');
  fs.writeFileSync(path.join(home, 'pyvenv.cfg'), 'home = /usr/bin\n');
  fs.mkdirSync(path.join(project.folder, 'tracked'));
  fs.writeFileSync(path.join(project.folder, 'tracked', 'pyvenv.cfg'), 'home = /usr/bin\n');
  const git = (...args: string[]) => execFileSync('git', args, { cwd: project.folder });
  git('init', '-q');
  git('add', '-f', 'tracked');
  for (const place of ['data', 'models', 'scripts', '.', '..', '.git', 'node_modules', '~', elsewhere, 'tracked']) {
    const seen = await project.step(['env:local', '--plan', '--set', `environments.local.path=${place}`]);
    assert.is(seen.code, 'E_VENV_FOREIGN', `${place}: ${JSON.stringify(seen)}`);
    assert.match(seen.fix, /^name a folder of its own: `npx just env:local --set environments\.local\.path=\.venv-local`, for good/, place);
  }
  fs.rmSync(path.join(project.folder, '.git'), { recursive: true });
  fs.rmSync(path.join(project.folder, 'tracked'), { recursive: true });
  fs.rmSync(path.join(home, 'pyvenv.cfg'));
  fs.renameSync(mine, project.venv);
});

test('a link to another volume is kept', async ({ project }) => {
  const elsewhere = path.join(project.folder, '..', 'volume', 'environment');
  fs.mkdirSync(path.dirname(elsewhere));
  fs.rmSync(project.venv, { recursive: true });
  fs.symlinkSync(elsewhere, project.venv);
  assert.is((await project.step(['venv'])).outcome, 'changed');
  assert.ok(fs.lstatSync(project.venv).isSymbolicLink());
  assert.ok(fs.existsSync(path.join(elsewhere, 'pyvenv.cfg')));
  assert.is((await project.step(['venv'])).outcome, 'unchanged');
  assert.is((await project.step(['venv', '--force'])).outcome, 'changed');
  assert.ok(fs.lstatSync(project.venv).isSymbolicLink());
  assert.ok(isWhole(project, versions));
});

test.run();
