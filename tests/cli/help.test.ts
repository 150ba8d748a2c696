import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { projectCopy, runJust } from '../support/project';

const test = suite('help');
const project = projectCopy();

test('--help and -h show a task: its own options first, one line for the others, its steps; nothing of just around it', async () => {
  const { exitCode, stdout, stderr } = await runJust(project, ['setup:local', '--help']);
  assert.is(exitCode, 0);
  assert.is(stderr, '');
  assert.match(
    stdout,
    /^npx just setup:local\n\nSet up the data work.*\n\nOptions\n {2}--env local\|remote +which environment \(default: local\)\n\n/,
  );
  assert.match(stdout, /\n\nand --plan, --check, --force, .*: `npx just help options`\n\n/);
  assert.match(
    stdout,
    /\n\nSteps, for `--force=STEP`\n {2}mkdirs, files, gitignore, storage, env:local, [a-z:, -]+\n\nExample\n {2}npx just setup:local --plan\n$/s,
  );
  assert.is((await runJust(project, ['setup:local', '-h'])).stdout, stdout);
  assert.is((await runJust(project, ['help', 'setup:local'])).stdout, stdout);
});

test('settings that are wrong leave the help as it is, without the steps that hang on them', async () => {
  const broken = projectCopy();
  fs.writeFileSync(path.join(broken, 'configs', 'setup.local.yaml'), 'storage: [\n');
  const { exitCode, stdout } = await runJust(broken, ['storage', '--help']);
  assert.is(exitCode, 0);
  assert.match(stdout, /Options\n(?: {2}--.*\n)*? {2}--env/);
});

test('`help options` explains what holds for every task, with short forms and defaults', async () => {
  const { exitCode, stdout } = await runJust(project, ['help', 'options']);
  assert.is(exitCode, 0);
  for (const option of [
    '--plan',
    '--check',
    '--force',
    '--json',
    '--set',
    '--locked',
    '--verbose',
    '-h, --help',
    '-V, --version',
    '--dry-run',
  ])
    assert.match(stdout, new RegExp(`^ .*${option}.*\\(default: `, 'm'));
});

test('`help` of a task that there is not is wrong usage', async () => {
  const { exitCode, stderr } = await runJust(project, ['help', 'sync:pus']);
  assert.is(exitCode, 2);
  assert.match(stderr, /^no task `sync:pus` to explain \(E_USAGE\)\n\nfix: did you mean `npx just help sync:push`\?\n$/);
});

test('--version and -V say the version, with a task and without', async () => {
  const { version } = JSON.parse(fs.readFileSync(path.join(project, 'package.json'), 'utf8'));
  for (const args of [['--version'], ['-V'], ['storage', '--version'], ['storage', '-V']])
    assert.is((await runJust(project, args)).stdout, `just-lora ${version}, Node ${process.versions.node}\n`, args.join(' '));
});

test('--dry-run is --plan', async () => {
  const [plan, dry] = [await runJust(project, ['mkdirs', '--plan', '--force']), await runJust(project, ['mkdirs', '--dry-run', '--force'])];
  assert.equal([dry.exitCode, dry.stdout], [plan.exitCode, plan.stdout]);
  assert.match(plan.stdout, 'will make');
});

test('`--force step` behind the task is `--force=step`; in front of it the word is the task', async () => {
  const stepsOf = async (...args: string[]) => {
    const { stdout } = await runJust(project, [...args, '--plan', '--json']);
    const { task, steps } = JSON.parse(stdout);
    return [task, ...steps.map(({ name, actions }: { name: string; actions: unknown[] }) => `${name} ${actions.length}`)];
  };
  assert.equal(await stepsOf('mkdirs', '--force', 'mkdirs'), await stepsOf('mkdirs', '--force=mkdirs'));
  assert.equal(await stepsOf('--force', 'mkdirs'), await stepsOf('mkdirs', '--force'));
  const unknown = await runJust(project, ['mkdirs', '--force', 'mkdir']);
  assert.is(unknown.exitCode, 2);
  assert.match(unknown.stderr, 'did you mean `--force=mkdirs`?');
});

test('the beginning of names lists what begins so, and is wrong usage for a script', async () => {
  for (const [word, names] of [
    ['sync', ['sync:push', 'sync:pull', 'sync:status', 'sync:remotes']],
    ['setup', ['setup:local', 'setup:remote']],
    ['model', ['model:download', 'model:verify', 'model:clean']],
  ] as const) {
    const { exitCode, stdout, stderr } = await runJust(project, [word]);
    assert.equal([exitCode, stderr], [2, '']);
    const listed = [...stdout.matchAll(/^ {2}(\S+) {2}/gm)].map(([, name]) => name);
    assert.equal(listed, [...names]);
  }
});

test('a run that fails says its error alone, once', async () => {
  const { exitCode, stderr, stdout } = await runJust(project, ['storage', '--nope']);
  assert.is(exitCode, 2);
  assert.is(stdout, '');
  assert.match(stderr, /^unknown option `--nope` \(E_USAGE\)\n\nfix: .*\n$/);
});

test('a step that is blocked is told whole, once', async () => {
  const { exitCode, stderr, stdout } = await runJust(project, [
    'storage',
    '--set',
    'storage.error_gb=9000',
    '--set',
    'storage.warn_gb=9000',
  ]);
  assert.is(exitCode, 1);
  assert.match(stdout, /^✖ storage — /);
  assert.not.match(stdout, /fix: |needed: /);
  for (const part of ['\nneeded: ', '\nfix: ']) assert.is(stderr.split(part).length, 2, stderr);
  assert.not.match(stderr, /^ +fix: /m);
});

test.run();
