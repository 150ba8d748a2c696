import { spawnSync } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { repository, temporaryFolder } from './support/project';

/** Runs the files of tests/fixtures/runner whose names hold one of the words. */
function runTests(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['-r', './tools/ts-node/register', 'tests/run.ts', '--only=tests/fixtures/runner', ...words],
    { cwd: repository, encoding: 'utf8', env: { ...process.env, RUNNER_MARKERS: temporaryFolder() } },
  );
  const [, list] = /\nflaky: [^\n]*\n((?: {2}[^\n]*\n)+)/.exec(stdout) ?? [];
  return {
    status,
    stderr,
    stdout,
    last: stdout.trimEnd().split('\n').at(-1),
    flaky: list?.match(/(?<=^ {2})\S.*/gm) ?? [],
  };
}

test('what passes at once is run once, and nothing is called flaky', () => {
  const { status, stdout, last, flaky } = runTests('fine');
  assert.equal([status, last, flaky], [0, '1 passed, 0 failed, 0 skipped', []]);
  assert.not.match(stdout, /again, alone/);
});

test('a test that fails and passes alone is listed by file and name; two are let pass', () => {
  const { status, stdout, last, flaky } = runTests('two-flaky', 'fine');
  assert.equal([status, last], [0, '4 passed, 0 failed, 0 skipped']);
  assert.equal(flaky, [
    'tests/fixtures/runner/two-flaky.test.ts: fails "once"',
    'tests/fixtures/runner/two-flaky.test.ts: a suite: fails once too',
  ]);
  assert.match(stdout, /\n {2}\S+: fails "once"\n {6}Expected value to be falsey {2}\(not\)\n/, 'and what it said');
  assert.match(stdout, /^FAIL {2}tests\/fixtures\/runner\/two-flaky\.test\.ts {2}1 passed, 2 failed/m);
  assert.match(stdout, /^ok {2}tests\/fixtures\/runner\/two-flaky\.test\.ts {2}3 passed, 0 failed/m);
});

test('three flaky tests, over two files, fail the run though each passed', () => {
  const { status, stdout, last, flaky } = runTests('two-flaky', 'third-flaky');
  assert.equal([status, last, flaky.length], [1, '4 passed, 0 failed, 0 skipped', 3]);
  assert.match(stdout, /^3 flaky tests fail the run: at most 2 are let pass$/m);
});

test('a test that fails twice is failed, the one beside it flaky', () => {
  const { status, last, flaky } = runTests('wrong');
  assert.equal([status, last], [1, '1 passed, 1 failed, 0 skipped']);
  assert.equal(flaky, ['tests/fixtures/runner/wrong.test.ts: fails once beside it']);
});

test('a file that ends in the middle fails, and is flaky where it does so once', () => {
  const always = runTests('crash-always');
  assert.equal([always.status, always.last, always.flaky], [1, '0 passed, 1 failed, 0 skipped', []]);
  const once = runTests('crash-once');
  assert.equal([once.status, once.last], [0, '1 passed, 0 failed, 0 skipped']);
  assert.equal(once.flaky, ['tests/fixtures/runner/crash-once.test.ts: the whole file']);
});

test('a test is not called flaky where its second run broke off', () => {
  const { status, last, flaky } = runTests('crash-later');
  assert.equal([status, last, flaky], [1, '0 passed, 1 failed, 0 skipped', []]);
});

test('a file without a test fails, and so does a run without a file', () => {
  const empty = runTests('empty', 'fine');
  assert.equal([empty.status, empty.last, empty.flaky], [1, '1 passed, 1 failed, 0 skipped', []]);
  const none = runTests('no-such-file');
  assert.equal([none.status, none.last], [1, '0 passed, 0 failed, 0 skipped']);
});

test.run();
