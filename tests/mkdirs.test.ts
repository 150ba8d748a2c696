import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { projectCopy, repository, runJust, temporaryFolder } from './support/project';

const test = suite('mkdirs');

test('makes the folders once, and says at once that there is nothing to do', async () => {
  const project = projectCopy();
  for (const part of ['data', 'models', 'adapters']) fs.rmSync(path.join(project, part), { recursive: true, force: true });
  const first = JSON.parse((await runJust(project, ['mkdirs', '--json'])).stdout);
  assert.is(first.outcome, 'changed');
  for (const folder of ['data/raw', 'data/processed', 'data/synthetic', 'models', 'adapters'])
    assert.ok(fs.existsSync(path.join(project, folder, '.gitkeep')), folder);
  const second = JSON.parse((await runJust(project, ['mkdirs', '--json'])).stdout);
  assert.is(second.outcome, 'unchanged');
});

test("brings what a project starts from, and nothing of the machine's own that lies beside it", async () => {
  const own = projectCopy();
  for (const name of ['setup.local.yaml', 'paths_config.remote.yaml']) fs.writeFileSync(path.join(own, 'configs', name), '');
  const project = temporaryFolder();
  fs.writeFileSync(path.join(project, 'just.config.ts'), `import { registerTasks } from '${own}/tasks';\nregisterTasks();\n`);
  fs.symlinkSync(path.join(repository, 'node_modules'), path.join(project, 'node_modules'));
  const { exitCode, stderr } = await runJust(project, ['mkdirs']);
  assert.is(exitCode, 0, stderr);
  assert.equal(fs.readdirSync(path.join(project, 'configs')), [
    'constraints-local.txt',
    'overrides-local.txt',
    'paths_config.json',
    'schemas',
    'setup.yaml',
    'training_config.yaml',
  ]);
  assert.ok(fs.statSync(path.join(project, 'scripts/sync_to_remote.sh')).mode & 0o100, 'a script stays executable');
  // A list of theirs under the usual name stays, and ours goes where the settings say.
  const setup = path.join(project, 'configs/setup.yaml');
  fs.writeFileSync(path.join(project, 'requirements-local.txt'), 'theirs\n');
  fs.writeFileSync(
    setup,
    fs.readFileSync(setup, 'utf8').replace(': requirements-local.txt', ': lora.txt').replace(': requirements-local.lock', ': lora.lock'),
  );
  const named = JSON.parse((await runJust(project, ['mkdirs', '--json'])).stdout);
  assert.equal(named.steps.at(-1).actions.length, 1);
  assert.is(fs.readFileSync(path.join(project, 'requirements-local.txt'), 'utf8'), 'theirs\n');
  for (const ending of ['txt', 'lock'])
    assert.is(
      fs.readFileSync(path.join(project, `lora.${ending}`), 'utf8'),
      fs.readFileSync(path.join(own, `requirements-local.${ending}`), 'utf8'),
    );
});

test('a folder that cannot be made ends with its name, and a link that leads nowhere is told as one', async () => {
  const project = projectCopy();
  const made = JSON.parse((await runJust(project, ['mkdirs', '--json', '--set', 'paths.models_dir=/proc/nothing/models'])).stdout);
  assert.is(made.outcome, 'failed', JSON.stringify(made));
  assert.match(made.steps[0].found, '/proc/nothing');
  fs.symlinkSync('/mnt/of-another-day', path.join(project, 'big'));
  const led = JSON.parse((await runJust(project, ['mkdirs', '--json', '--set', 'paths.models_dir=big/models'])).stdout);
  assert.is(led.steps[0].found, '`big` is in the way: it is a link to `/mnt/of-another-day`, where no folder is');
  assert.match(led.steps[0].fix, /^mount what it leads to, .*\n.*`mv big big\.kept`$/);
});

test('--gitignore adds our lines to a .gitignore of a person, between two marks, and keeps them', async () => {
  const project = projectCopy();
  execFileSync('git', ['init', '-q'], { cwd: project });
  const file = path.join(project, '.gitignore');
  const theirs = '# mine\n*.log';
  fs.writeFileSync(file, theirs);
  const step = async (task: string, name: string, ...args: string[]) => {
    const { exitCode, stdout } = await runJust(project, [task, '--json', ...args], {
      PATH: `${path.dirname(process.execPath)}:/usr/bin:/bin`,
    });
    return { exitCode, ...JSON.parse(stdout).steps.find((each: { name: string }) => each.name === name) };
  };
  // Told first, with the command that mends it: before an environment is built.
  const blocked = await step('setup:local', 'gitignore');
  assert.equal([blocked.exitCode, blocked.state, blocked.code], [1, 'blocked', 'E_GITIGNORE']);
  assert.is(blocked.fix, '`npx just mkdirs --gitignore`');
  assert.not(fs.existsSync(path.join(project, '.venv-local')));
  assert.is(fs.readFileSync(file, 'utf8'), theirs);
  assert.is((await step('mkdirs', 'gitignore-block', '--gitignore')).state, 'done');
  const first = fs.readFileSync(file, 'utf8');
  assert.ok(first.startsWith(`${theirs}\n\n# >>> just-lora`) && first.endsWith('# <<< just-lora\n'), first);
  assert.is((await step('validate', 'gitignore')).state, 'done');
  // Lines of an older version between the marks are made anew, what a person wrote around them stays.
  const changed = `${first.replace('/.just-lora/\n', '/old/\n')}# mine too\n`;
  fs.writeFileSync(file, changed);
  assert.is((await step('mkdirs', 'gitignore-block', '--gitignore')).state, 'done');
  assert.is(fs.readFileSync(file, 'utf8'), `${first}# mine too\n`);
  fs.writeFileSync(file, first.replace('# <<< just-lora\n', ''));
  const half = await step('mkdirs', 'gitignore-block', '--gitignore');
  assert.equal([half.exitCode, half.code], [1, 'E_GITIGNORE']);
});

test('never replaces a file that is in the way', async () => {
  const project = projectCopy();
  fs.rmSync(path.join(project, 'models'), { recursive: true, force: true });
  fs.writeFileSync(path.join(project, 'models'), 'mine');
  const { exitCode, stdout } = await runJust(project, ['mkdirs', '--json']);
  assert.is(exitCode, 1);
  assert.is(JSON.parse(stdout).steps[0].code, 'E_PATH_TAKEN');
  assert.is(JSON.parse(stdout).steps[0].fix, 'mv models models.kept');
  assert.is(fs.readFileSync(path.join(project, 'models'), 'utf8'), 'mine');
});

test('a file that is needed as it is, or no file, is never to be moved: the setting is wrong', async () => {
  const project = projectCopy();
  fs.writeFileSync(path.join(project, 'NOTES.md'), 'mine');
  for (const args of [
    ['init', '-q'],
    ['add', 'NOTES.md'],
  ])
    execFileSync('git', args, { cwd: project });
  for (const place of ['NOTES.md', '/dev/full']) {
    const { stdout } = await runJust(project, ['mkdirs', '--json', '--set', `paths.adapters_dir=${place}`]);
    const [step] = JSON.parse(stdout).steps;
    assert.is(step.code, 'E_PATH_TAKEN', stdout);
    assert.is(step.fix, `name another folder with \`paths.adapters_dir\`, which \`--set\` sets to \`${place}\``);
  }
});

test.run();
