import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { exampleOf } from '../support/documents';
import { cleanEnvironment, repository, temporaryFolder } from '../support/project';

const test = suite('package');
const env = cleanEnvironment({ npm_config_ignore_scripts: 'true', npm_config_audit: 'false', npm_config_fund: 'false' });
const run = (command: string, args: readonly string[], cwd: string): string =>
  execFileSync(command, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** An empty folder into which the packed file is installed, as a stranger would. */
const consumer = temporaryFolder('consumer');
const listed = new Set<string>();

test.before(() => {
  // Files of an older build must not be packed.
  fs.mkdirSync(path.join(repository, 'lib'), { recursive: true });
  fs.writeFileSync(path.join(repository, 'lib', 'stale.js'), '');
  run('npx', ['just', 'build'], repository);
  const [packed] = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', consumer], repository)) as {
    filename: string;
    files: { path: string }[];
  }[];
  for (const { path: file } of packed?.files ?? []) listed.add(file);
  fs.writeFileSync(path.join(consumer, 'package.json'), '{"name": "consumer", "private": true}');
  run('npm', ['install', `./${packed?.filename}`], consumer);
});

test('holds what a project starts from, and nothing of the house', () => {
  for (const file of [
    'lib/index.js',
    'lib/index.d.ts',
    'configs/setup.yaml',
    'configs/schemas/setup.schema.json',
    'LICENSE',
    'README.md',
    'CHANGELOG.md',
    'docs/ERRORS.md',
  ])
    assert.ok(listed.has(file), file);
  assert.not.ok(listed.has('lib/stale.js'));
  for (const file of listed) assert.not.match(file, /^(tests|bench|tasks|tools|node_modules|data|models|adapters)\/|\.tgz$|\.local\.yaml$/);
  for (const python of walk(path.join(repository, 'tasks')).filter((file) => file.endsWith('.py')))
    assert.ok(listed.has(`lib/${python}`), python);
});

test('works from a just.config.js', () => {
  fs.writeFileSync(path.join(consumer, 'just.config.js'), "require('just-lora').registerTasks();\n");
  works();
  fs.rmSync(path.join(consumer, 'just.config.js'));
});

test('works from a just.config.ts of five lines', () => {
  const config = [
    "import { task } from 'just-task';",
    "import { mkdirsTask, setupTask, storageTask } from 'just-lora';",
    "task('mkdirs', mkdirsTask());",
    "task('storage', storageTask());",
    "task('start', setupTask([mkdirsTask(), storageTask()], { name: 'start' }));",
  ];
  fs.writeFileSync(path.join(consumer, 'just.config.ts'), `${config.join('\n')}\n`);
  works();
  assert.match(run('npx', ['just', 'start', '--json', '--check'], consumer), /"outcome":"unchanged"/);
});

test('takes a check of a project, as docs/EXTENDING.md shows one', () => {
  fs.writeFileSync(path.join(consumer, 'just.config.ts'), exampleOf('EXTENDING.md', 'just.config.ts'));
  fs.mkdirSync(path.join(consumer, 'programs'), { recursive: true });
  fs.writeFileSync(path.join(consumer, 'programs', 'jq'), '#!/bin/sh\necho jq-1.7\n', { mode: 0o755 });
  const PATH = [path.join(consumer, 'programs'), env.PATH].join(path.delimiter);
  // Nothing else is set up here: the exit code tells of that.
  const { stdout } = spawnSync('npx', ['just', 'validate', '--json'], { cwd: consumer, env: { ...env, PATH }, encoding: 'utf8' });
  const { name, found } = JSON.parse(stdout).steps.at(-1);
  assert.equal([name, found], ['jq', 'jq-1.7 on PATH']);
});

test('brings a step of a project of its own, as docs/API.md shows one', () => {
  fs.writeFileSync(path.join(consumer, 'just.config.ts'), exampleOf('API.md', 'just.config.ts of a project with a tokenizer of its own'));
  const look = (...args: string[]) => {
    const { status, stdout } = spawnSync('npx', ['just', 'tokenizer', '--json', ...args], { cwd: consumer, env, encoding: 'utf8' });
    const { outcome, steps } = JSON.parse(stdout);
    return [status, outcome, steps[0].found];
  };
  assert.equal(look(), [1, 'blocked', 'no `assets/tokenizer.json`']);
  fs.mkdirSync(path.join(consumer, 'assets'), { recursive: true });
  fs.mkdirSync(path.join(consumer, 'data/processed'), { recursive: true });
  fs.writeFileSync(path.join(consumer, 'assets/tokenizer.json'), '{"version": "1.0"}');
  assert.equal(look('--check'), [3, 'todo', 'not in `data/processed` yet']);
  assert.equal(look(), [0, 'changed', '18 characters, the same on both sides']);
  assert.is(fs.readFileSync(path.join(consumer, 'data/processed/tokenizer.json'), 'utf8'), '{"version": "1.0"}');
  assert.equal(look(), [0, 'unchanged', '18 characters, the same on both sides']);
});

test('hands on what a step of a project saw, as docs/API.md shows one', () => {
  fs.writeFileSync(path.join(consumer, 'just.config.ts'), exampleOf('API.md', 'just.config.ts of a project whose data comes in archives'));
  const raw = path.join(consumer, 'data/raw');
  fs.mkdirSync(raw, { recursive: true });
  for (const name of ['one.txt', 'two.txt']) fs.writeFileSync(path.join(raw, `${name}.gz`), gzipSync(name));
  const unpack = (...args: string[]) =>
    JSON.parse(spawnSync('npx', ['just', 'unpack', '--json', ...args], { cwd: consumer, env, encoding: 'utf8' }).stdout);
  const { outcome, steps } = unpack('--plan');
  assert.equal(
    [outcome, steps[0].actions.map(({ title }: { title: string }) => title), 'seen' in steps[0]],
    ['todo', ['unpack `one.txt.gz`', 'unpack `two.txt.gz`'], false],
  );
  assert.equal([unpack().outcome, unpack().outcome], ['changed', 'unchanged']);
  assert.is(fs.readFileSync(path.join(raw, 'two.txt'), 'utf8'), 'two.txt');
});

test('its types are found and strict', () => {
  const check = exampleOf('EXTENDING.md', 'just.config.ts');
  fs.writeFileSync(path.join(consumer, 'tokenizer.ts'), exampleOf('API.md', 'just.config.ts of a project with a tokenizer of its own'));
  fs.writeFileSync(path.join(consumer, 'tasks.ts'), exampleOf('API.md', 'just.config.ts'));
  fs.writeFileSync(path.join(consumer, 'unpack.ts'), exampleOf('API.md', 'just.config.ts of a project whose data comes in archives'));
  fs.writeFileSync(
    path.join(consumer, 'use.ts'),
    "import { defineTask, type Step } from 'just-lora';\nconst step: Step = { name: 'one', title: 'One', check: async () => ({ state: 'done', found: '1 of 1' }) };\nexport const task = defineTask({ name: 'one', description: 'One', details: '', example: 'npx just one', items: [step] });\n",
  );
  fs.writeFileSync(path.join(consumer, 'check.ts'), check);
  run(
    'npx',
    [
      'tsc',
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--module',
      'node16',
      '--moduleResolution',
      'node16',
      'use.ts',
      'check.ts',
      'tokenizer.ts',
      'unpack.ts',
      'tasks.ts',
    ],
    consumer,
  );
});

function works(): void {
  for (const folder of ['data', 'models', 'adapters', 'configs']) fs.rmSync(path.join(consumer, folder), { recursive: true, force: true });
  const made = JSON.parse(run('npx', ['just', 'mkdirs', '--json'], consumer));
  assert.is(made.outcome, 'changed');
  assert.ok(fs.existsSync(path.join(consumer, 'configs/setup.yaml')));
  assert.ok(fs.existsSync(path.join(consumer, 'data/raw/.gitkeep')));
  // The versions that were tested, not what the index has that day.
  for (const file of fs.readdirSync(repository).filter((name) => /^(requirements|environment)-.*\.(txt|yml|lock)$/.test(name)))
    assert.is(fs.readFileSync(path.join(consumer, file), 'utf8'), fs.readFileSync(path.join(repository, file), 'utf8'), file);
  assert.is(JSON.parse(run('npx', ['just', 'mkdirs', '--json'], consumer)).outcome, 'unchanged');
}

function walk(folder: string): string[] {
  return fs.readdirSync(folder, { recursive: true, encoding: 'utf8' });
}

test.run();
