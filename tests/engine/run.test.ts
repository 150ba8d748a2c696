import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runJust } from '../support/project';
import { snapshot, stepsProject } from '../support/steps';

const test = suite('run');
const json = async (project: string, ...args: string[]) => {
  const { stdout, exitCode } = await runJust(project, [...args, '--json']);
  return { ...JSON.parse(stdout), exitCode };
};

test('changes once, is unchanged from then on, and leaves a record of each', async () => {
  const project = stepsProject();
  const first = await json(project, 'quick');
  assert.is(first.outcome, 'changed');
  assert.is(first.exitCode, 0);
  assert.is(first.version, 1);
  assert.equal(
    first.steps.map(({ name, state, found, changed }: never) => ({ name, state, found, changed })),
    [{ name: 'quick', state: 'done', found: '2 of 2 lines', changed: ['source.txt changed'] }],
  );
  assert.equal(
    first.steps[0].actions.map(({ title }: { title: string }) => title),
    ['write 2 lines'],
  );
  const second = await json(project, 'quick');
  assert.is(second.outcome, 'unchanged');
  assert.equal(second.steps[0].actions, []);
  const records = fs.readdirSync(path.join(project, '.just-lora/runs'));
  assert.is(records.length, 2);
  const record = JSON.parse(fs.readFileSync(path.join(project, '.just-lora/runs', records[0] as string), 'utf8'));
  assert.is(record.outcome, 'changed');
  assert.is(record.versions.node, process.versions.node);
});

test('keeps the last records only', async () => {
  const project = stepsProject();
  for (let run = 0; run < 4; run++) await runJust(project, ['quick', '--set', 'run.keep_records=2']);
  assert.is(fs.readdirSync(path.join(project, '.just-lora/runs')).length, 2);
});

test('--plan and --check look and write nothing at all', async () => {
  const project = stepsProject();
  const before = snapshot(project);
  const planned = await json(project, 'all', '--plan');
  assert.is(planned.exitCode, 0);
  assert.is(planned.outcome, 'todo');
  assert.equal(
    planned.steps.map(({ name, actions }: { name: string; actions: { title: string }[] }) => [name, actions.map(({ title }) => title)]),
    [
      ['quick', ['write 2 lines']],
      ['left', ['write 10 lines']],
      ['right', ['write 10 lines']],
      ['slow', ['write 20 lines']],
    ],
  );
  assert.is((await json(project, 'all', '--check')).exitCode, 3);
  assert.is((await json(project, 'blocked', '--check')).exitCode, 1);
  assert.is(snapshot(project), before);
  await runJust(project, ['quick']);
  assert.is((await json(project, 'quick', '--check')).exitCode, 0);
  assert.match((await runJust(project, ['quick', '--check'])).stdout, /\n✔ quick — 2 of 2 lines\nup to date\n/);
});

test('--force does again what is done, and only what it names', async () => {
  const project = stepsProject();
  await runJust(project, ['all']);
  const forced = await json(project, 'all', '--force=left');
  assert.equal(
    forced.steps.filter(({ actions }: { actions: unknown[] }) => actions.length > 0).map(({ name }: { name: string }) => name),
    ['left'],
  );
  assert.is((await json(project, 'quick', '--force')).outcome, 'changed');
});

test('a failed command shows its tail and ends the run', async () => {
  const project = stepsProject();
  const { exitCode, stderr } = await runJust(project, ['failing']);
  assert.is(exitCode, 1);
  assert.match(stderr, /line 40\n.*the real reason/);
  assert.match(stderr, /fix: `npx just mend`/);
  assert.not.match(stderr, /line 3\n/);
  const report = await json(project, 'failing');
  assert.is(report.outcome, 'failed');
  assert.equal(
    report.steps.map(({ name, state, code }: never) => [name, state, code]),
    [
      ['failing', 'failed', 'E_FIXTURE'],
      ['after', 'skipped', undefined],
    ],
  );
  assert.not.ok(fs.existsSync(path.join(project, 'after.txt')));
});

test('a step that says todo after its actions is an error', async () => {
  const report = await json(stepsProject(), 'lying', '--set', 'run.keep_records=7');
  assert.is(report.exitCode, 1);
  assert.is(report.steps[0].code, 'E_NOT_DONE');
  // The cure is about the same run.
  assert.is(report.steps[0].fix, '`npx just lying --set run.keep_records=7 --force=lying --verbose` shows each command');
});

test('what could not be checked is unknown, and never counts as done', async () => {
  const report = await json(stepsProject(), 'blind', '--check');
  assert.is(report.steps[0].state, 'unknown');
  assert.match(report.steps[0].found, /the eye is shut/);
  assert.is(report.exitCode, 3);
});

test('a blocked step stops those behind it', async () => {
  const project = stepsProject();
  const report = await json(project, 'blocked');
  assert.is(report.outcome, 'blocked');
  assert.is(report.exitCode, 1);
  assert.is(report.steps[1].state, 'skipped');
  assert.equal(report.steps[0].actions, []);
  assert.not.ok(fs.existsSync(path.join(project, 'after.txt')));
  await runJust(project, ['blocked', '--force']);
  assert.not.ok(fs.existsSync(path.join(project, 'acted.txt')));
});

test('a plain just task runs inside a set-up, each time', async () => {
  const project = stepsProject();
  await runJust(project, ['mixed']);
  const second = await json(project, 'mixed');
  assert.is(second.outcome, 'changed');
  assert.is(fs.readFileSync(path.join(project, 'plain.txt'), 'utf8'), '1\n1\n');
});

test('a task of just-scripts runs inside a set-up', async () => {
  const project = stepsProject();
  const { exitCode, stderr } = await runJust(project, ['scripts']);
  assert.is(exitCode, 0, stderr);
  assert.is(fs.readFileSync(path.join(project, 'copied/quick.txt'), 'utf8'), '0\n1\n');
});

test('stdout carries one document, also where a run fails or is wrong usage', async () => {
  const project = stepsProject();
  for (const args of [['quick'], ['failing'], ['quick', '--nonsense'], ['quick', 'slow'], ['quick', '--set', 'nonsense']]) {
    const { stdout } = await runJust(project, [...args, '--json']);
    assert.is(JSON.parse(stdout).version, 1, args.join(' '));
  }
});

test.run();
