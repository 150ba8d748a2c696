import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { projectCopy, runJust, temporaryFolder } from './support/project';

const test = suite('the tasks of just-lora');
const project = projectCopy();

test('are listed by group where none is named', async () => {
  const { exitCode, stdout } = await runJust(project, []);
  assert.is(exitCode, 0);
  assert.match(stdout, /^npx just TASK \[options\]\n\nSet up\n {2}setup:local +\S/);
  for (const heading of ['Single steps', 'Models', 'Inspect', 'Sync']) assert.match(stdout, `\n\n${heading}\n  `);
});

test('stand before the tasks of the project itself, where it has some', async () => {
  const mine = projectCopy();
  assert.match(
    (await runJust(mine, [])).stdout,
    /\n\nThis project\n {2}clean +Remove lib\/ and coverage\/\n {2}build +\S.*\n {2}package +\S.*\n\n`npx just TASK/,
  );
  const config = (own: string) =>
    fs.writeFileSync(
      path.join(mine, 'just.config.ts'),
      `import { task } from 'just-task';\nimport { registerTasks } from './tasks';\n${own}registerTasks();\n`,
    );
  config("task('bake', () => undefined);\ntask('eat', 'Eat it', () => undefined);\n");
  assert.match((await runJust(mine, [])).stdout, /\n\nThis project\n {2}bake\n {2}eat +Eat it\n\n`npx just TASK/);
  config('');
  assert.not.match((await runJust(mine, [])).stdout, 'This project');
});

test('two have another name each, and their locks: as a command, in help, list, plan and --force', async () => {
  const listed = (await runJust(project, [])).stdout;
  for (const [name, other] of [
    ['env:local', 'venv'],
    ['env:local:lock', 'venv:lock'],
    ['env:remote', 'conda'],
    ['env:remote:lock', 'remote:lock'],
  ] as const) {
    assert.match(listed, new RegExp(`\\n {2}${name} +\\S.* \\(also: ${other}\\)\\n`));
    const help = async (task: string) =>
      (await runJust(project, [task, '--help'])).stdout.split('\n').filter((line) => !/ (started|finished) '/.test(line));
    assert.equal(await help(other), await help(name));
    assert.match((await help(other)).join('\n'), `npx just ${name} (also: npx just ${other})`);
  }
  const nowhere = { PATH: path.dirname(process.execPath), JUST_LORA_PYTHON__DOWNLOAD: 'never' };
  for (const [name, other] of [
    ['env:local', 'venv'],
    ['env:remote', 'conda'],
  ] as const) {
    const planned = async (task: string, ...more: string[]) => {
      const {
        durationMs: _,
        startedAt: __,
        steps,
        ...rest
      } = JSON.parse((await runJust(project, [task, '--plan', '--json', ...more], nowhere)).stdout);
      return { ...rest, steps: steps.map(({ durationMs: _, ...step }: { durationMs: number }) => step) };
    };
    const plan = await planned(name);
    assert.is(plan.task, name);
    assert.ok(
      plan.steps.some((step: { name: string }) => step.name === name),
      JSON.stringify(plan.steps),
    );
    assert.equal(await planned(other), plan);
    assert.equal(await planned(other, `--force=${other}`), await planned(name, `--force=${name}`));
  }
  const unknown = await runJust(project, ['env:local', '--force=conda']);
  assert.is(unknown.exitCode, 2);
});

/** The files that a command has loaded and that fit, a line each. */
async function loadedBy(folder: string, args: string[], pattern: RegExp): Promise<string> {
  const hook = path.join(temporaryFolder(), 'loaded.js');
  const loaded = path.join(path.dirname(hook), 'loaded.txt');
  fs.writeFileSync(
    hook,
    `process.once('exit', () => require('node:fs').writeFileSync(${JSON.stringify(loaded)}, Object.keys(require.cache).filter((file) => ${pattern}.test(file)).join('\\n')));\n`,
  );
  const { exitCode, stderr } = await runJust(folder, args, { HF_HUB_OFFLINE: '1', NODE_OPTIONS: `--require "${hook}"` });
  assert.is(exitCode, 0, stderr);
  return fs.readFileSync(loaded, 'utf8');
}

test('load nothing of just-scripts, which only the tasks of this repository need', async () => {
  const loaded = await loadedBy(project, ['mkdirs', '--plan'], /just-(scripts|task)/);
  assert.match(loaded, 'node_modules/just-task/');
  assert.not.match(loaded, 'node_modules/just-scripts');
});

test('load what reads rows only where there are rows to be read', async () => {
  const own = projectCopy();
  fs.mkdirSync(path.join(own, 'data/processed'), { recursive: true });
  fs.writeFileSync(path.join(own, 'data/processed/train.jsonl'), '{"text": "one"}\n{"text": "two"}\n');
  const pattern = /tasks\/(data\/(data-step|judge-rows|near)|hub\/http|environments\/profile)/;
  assert.match(await loadedBy(own, ['data:check'], pattern), 'judge-rows');
  const again = await loadedBy(own, ['data:check'], pattern);
  assert.equal(
    again.split('\n').map((file) => path.basename(file)),
    ['data-step.ts'],
  );
});

test('one that does not exist is wrong usage, and the one that was meant is named', async () => {
  for (const [asked, fix] of [
    ['setup:locl', 'did you mean `npx just setup:local`?'],
    ['bananas-and-pears', '`npx just` lists every task'],
  ] as const) {
    const { exitCode, stderr } = await runJust(project, [asked]);
    assert.is(exitCode, 2, asked);
    assert.is(stderr, `no task \`${asked}\` (E_USAGE)\n\nfix: ${fix}\n`);
  }
});

test('one that does not exist has a document with --json, as any other wrong usage', async () => {
  for (const [args, fix] of [
    [['nonsense', '--json'], '`npx just` lists every task'],
    [['--json', 'sync'], '`npx just sync` lists those that begin so'],
  ] as const) {
    const { exitCode, stdout } = await runJust(project, args);
    const { task, outcome, steps, error } = JSON.parse(stdout);
    const asked = args.find((arg) => arg !== '--json');
    assert.equal([exitCode, task, outcome, steps], [2, asked, 'failed', []]);
    assert.equal(error, { code: 'E_USAGE', found: `no task \`${asked}\``, fix });
  }
});

test('what is text for a person is refused with --json: a program would read it as the document', async () => {
  for (const args of [
    ['--version', '--json'],
    ['--json'],
    ['help', '--json'],
    ['help', 'storage', '--json'],
    ['completion', 'bash', '--json'],
  ]) {
    const { exitCode, stdout, stderr } = await runJust(project, args);
    const { outcome, error } = JSON.parse(stdout);
    assert.equal([exitCode, outcome, error.code, error.fix], [2, 'failed', 'E_USAGE', 'leave `--json` out'], args.join(' '));
    assert.match(stderr, 'is text for a person');
  }
});

test('a switch in front of a task does not take its name for a value', async () => {
  const { exitCode, stdout, stderr } = await runJust(project, ['--json', 'mkdirs', '--plan']);
  assert.is(exitCode, 0, stderr);
  assert.is(JSON.parse(stdout).task, 'mkdirs');
});

test.run();
