import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { gitignore } from '../../tasks/checks/gitignore-text';
import { cleanEnvironment, projectCopy, repository, runJust, temporaryFolder } from '../support/project';

const test = suite('.gitignore');

/** What must never be committed, and what must. */
const ignored = [
  'data/raw/download.json',
  'data/raw/deep/er/page.html',
  'data/processed/train.parquet',
  'data/synthetic/examples.jsonl',
  'data/other/file.bin',
  'models/llama-3.1-8b/model-00001-of-00004.safetensors',
  'models/llama-3.1-8b/.gitkeep.bin',
  'models/.huggingface/token',
  'adapters/run-1/adapter_model.safetensors',
  'adapters/run-1/checkpoint-100/optimizer.pt',
  'logs/run-1/train.jsonl',
  '.venv-local/pyvenv.cfg',
  '.venv-remote/bin/python',
  '.venv/lib/python3.10/site-packages/x.py',
  '.just-lora/lock.json',
  '.just-lora/proofs/libraries.json',
  'configs/setup.local.yaml',
  'configs/setup.remote.yaml',
  'configs/paths_config.remote.yaml',
  'configs/training_config.local.yaml',
  'scripts/__pycache__/paths.cpython-310.pyc',
  'scripts/paths.pyc',
  'tasks/__pycache__/probe.cpython-310.pyc',
  'node_modules/just-task/package.json',
  '.env',
];
const kept = [
  'data/raw/.gitkeep',
  'data/processed/.gitkeep',
  'data/synthetic/.gitkeep',
  'models/.gitkeep',
  'adapters/.gitkeep',
  'scripts/paths.py',
  'scripts/mine/clean.py',
  'configs/setup.yaml',
  'configs/training_config.yaml',
  'configs/paths_config.json',
  'configs/schemas/setup.schema.json',
  'requirements-local.txt',
  'requirements-local.lock',
  'README.md',
  'docs/data/notes.md',
  // A person's own, which a block of ours must not hide.
  'lib/mine.py',
  'coverage/mine.txt',
  'data.tgz',
];

const env: Record<string, string> = { ...cleanEnvironment({ HOME: temporaryFolder() }), GIT_CONFIG_NOSYSTEM: '1' };
const git = (cwd: string, ...args: string[]) => execFileSync('git', args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] }).toString();

/** A git repository with our .gitignore and every one of the files. */
function repositoryWith(files: readonly string[], text = gitignore): string {
  const root = path.join(temporaryFolder(), 'it\'s a "proj" é');
  for (const file of ['.gitignore', ...files]) {
    fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    fs.writeFileSync(path.join(root, file), file === '.gitignore' ? text : 'x');
  }
  git(root, 'init', '--quiet');
  return root;
}

test('the repository has what a project starts from, and behind it what its own build makes', () => {
  const own = fs.readFileSync(path.join(repository, '.gitignore'), 'utf8');
  assert.is(own.slice(0, gitignore.length), gitignore);
});

test('git check-ignore leaves out what is large or private, and nothing else', () => {
  const root = repositoryWith([...ignored, ...kept]);
  const said = git(root, 'check-ignore', ...ignored)
    .split('\n')
    .filter(Boolean);
  assert.equal(said, ignored);
  assert.throws(() => git(root, 'check-ignore', ...kept), /Command failed/);
});

test('git status and git add see the folders and the work, and nothing else', () => {
  const root = repositoryWith([...ignored, ...kept]);
  const status = git(root, 'status', '--porcelain', '--untracked-files=all').split('\n').filter(Boolean);
  assert.equal(status.sort(), ['.gitignore', ...kept].map((file) => `?? ${file}`).sort());
  git(root, 'add', '--all');
  assert.equal(git(root, 'ls-files').split('\n').filter(Boolean).sort(), ['.gitignore', ...kept].sort());
});

/** A project in a repository of its own, and what its look at git says. */
async function look(change: (project: string) => void, args: string[] = []) {
  const project = projectCopy(path.join(temporaryFolder(), 'pröject "q"'));
  git(project, 'init', '--quiet');
  change(project);
  const { stdout } = await runJust(project, ['validate', '--env=local', '--json', ...args], { HOME: env['HOME'] });
  return JSON.parse(stdout).steps.find(({ name }: { name: string }) => name === 'gitignore');
}

test('validate asks git', async () => {
  const found = await look(() => undefined);
  assert.is(found.state, 'done');
  assert.match(found.found, /^\d+ kinds of files left out, \d+ kept$/);
});

test('a .gitignore that lets a model through is told, with a line that mends it', async () => {
  const found = await look((project) =>
    fs.writeFileSync(path.join(project, '.gitignore'), gitignore.replace('/models/**\n', '').replace('!/models/.gitkeep\n', '')),
  );
  assert.is(found.state, 'blocked');
  assert.is(found.code, 'E_GITIGNORE');
  assert.match(found.found, 'git would track files such as `models/any-file.bin`');
  const root = repositoryWith(['models/x.bin', 'models/.gitkeep'], '');
  execFileSync('sh', ['-c', found.fix], { cwd: root });
  const status = git(root, 'status', '--porcelain', '--untracked-files=all').trim().split('\n');
  assert.equal(status, ['?? .gitignore', '?? models/.gitkeep']);
});

test('a .gitignore that swallows the work is told', async () => {
  const found = await look((project) => fs.appendFileSync(path.join(project, '.gitignore'), '*.py\n'));
  assert.is(found.code, 'E_GITIGNORE');
  assert.match(found.found, 'git ignores `scripts/any.py`');
});

test('a folder that the settings put elsewhere in the project is asked about too', async () => {
  const found = await look(() => undefined, ['--set', 'paths.data_raw=my downloads']);
  assert.is(found.code, 'E_GITIGNORE');
  assert.match(found.fix, "'/my downloads/*'");
  assert.is((await look(() => undefined, ['--set', `paths.data_raw=${temporaryFolder()}`])).state, 'done');
  // git quotes such a name in its answer.
  assert.is((await look(() => undefined, ['--set', 'paths.data_raw=data/"raw"'])).state, 'done');
});

test('an environment that conda makes in the project is asked about too', async () => {
  const found = await look(() => undefined, ['--set', 'remote.prefix=my env']);
  assert.is(found.code, 'E_GITIGNORE');
  assert.match(found.fix, "'/my env/'");
});

test('what was committed before it was ignored is named', async () => {
  const found = await look((project) => {
    fs.writeFileSync(path.join(project, 'models', 'old model.bin'), 'x');
    git(project, 'add', '--force', 'models/old model.bin');
  });
  assert.is(found.state, 'done');
  assert.match(found.warning, "git rm --cached -- 'models/old model.bin'");
});

test('logs of trainings are left out too, but where a project commits them', async () => {
  const without = (project: string) => fs.writeFileSync(path.join(project, '.gitignore'), gitignore.replace('/logs/\n', ''));
  const found = await look(without);
  assert.is(found.code, 'E_GITIGNORE');
  assert.is(found.fix, "printf '%s\\n' /logs/ >> .gitignore");
  const meant = await look((project) => {
    without(project);
    fs.mkdirSync(path.join(project, 'logs/first'), { recursive: true });
    fs.writeFileSync(path.join(project, 'logs/first/train.jsonl'), '{}');
    git(project, 'add', 'logs');
  });
  assert.is(meant.state, 'done');
});

test('a project without git has nothing to leave out', async () => {
  const found = await look((project) => fs.rmSync(path.join(project, '.git'), { recursive: true }));
  assert.is(found.state, 'done');
  assert.match(found.found, 'no git repository');
});

test('a repository that git refuses to look into is not told as right', async () => {
  const project = projectCopy();
  git(project, 'init', '--quiet');
  // git's own variable for its tests: the folder is that of another user.
  const { stdout } = await runJust(project, ['validate', '--json'], { ...env, GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' });
  const [step] = JSON.parse(stdout).steps.filter(({ name }: { name: string }) => name === 'gitignore');
  assert.equal([step.state, step.code], ['blocked', 'E_GIT_OWNER']);
  const [, command = ''] = /`(git config .*)`/.exec(step.fix) ?? [];
  execFileSync('sh', ['-c', command], { env });
  assert.is(
    JSON.parse((await runJust(project, ['validate', '--json'], { ...env, GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' })).stdout).steps.find(
      ({ name }: { name: string }) => name === 'gitignore',
    ).state,
    'done',
  );
  fs.writeFileSync(path.join(project, '.git/config'), '[core\n');
  const broken = JSON.parse((await runJust(project, ['validate', '--json'], env)).stdout).steps.find(
    ({ name }: { name: string }) => name === 'gitignore',
  );
  assert.equal([broken.state, broken.code], ['blocked', 'E_GIT']);
});

test.run();
