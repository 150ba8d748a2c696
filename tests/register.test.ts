import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { projectCopy, runJust } from './support/project';

const test = suite('the tasks of just-lora');
const project = projectCopy();

test('are listed by group where none is named', async () => {
  const { exitCode, stdout } = await runJust(project, []);
  assert.is(exitCode, 0);
  assert.match(stdout, /^npx just TASK \[options\]\n\nSet up\n {2}setup:local +\S/);
  for (const heading of ['Single steps', 'Models', 'Looks', 'Sync']) assert.match(stdout, `\n\n${heading}\n  `);
});

test('one that does not exist is wrong usage, and the one that was meant is named', async () => {
  for (const [asked, fix] of [
    ['setup:locl', 'did you mean `npx just setup:local`?'],
    ['bananas-and-pears', '`npx just` lists every task'],
  ] as const) {
    const { exitCode, stderr } = await runJust(project, [asked]);
    assert.is(exitCode, 2, asked);
    assert.ok(stderr.endsWith(`\nfix: ${fix}\n`), stderr);
  }
});

test('a switch in front of a task does not take its name for a value', async () => {
  const { exitCode, stdout, stderr } = await runJust(project, ['--json', 'mkdirs', '--plan']);
  assert.is(exitCode, 0, stderr);
  assert.is(JSON.parse(stdout).task, 'mkdirs');
});

test.run();
