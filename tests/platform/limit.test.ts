import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { thisHost } from '../../tasks/platform';
import { temporaryFolder } from '../support/project';

const test = suite('a time limit');
const cwd = temporaryFolder();

test('ends the whole group, also a child that holds the output open', async () => {
  const started = performance.now();
  const result = await thisHost().processes.run('sh', ['-c', 'echo begun; sleep 60 & wait'], { cwd, timeoutMs: 300 });
  assert.ok(performance.now() - started < 5000);
  assert.is(result.timedOut, true);
  assert.is(result.exitCode, -1);
  assert.is(result.stdout, 'begun');
});

/** Waits a moment for a process to be gone. */
async function isGone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 20; tries++) {
    if ((await thisHost().processStartTime(pid)) === undefined) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

test('ends what does not listen, for good', async () => {
  const started = performance.now();
  const result = await thisHost().processes.run('sh', ['-c', 'echo $$ > deaf; trap "" TERM; sleep 60 & wait; sleep 60'], {
    cwd,
    timeoutMs: 200,
  });
  assert.ok(performance.now() - started < 5000);
  assert.is(result.timedOut, true);
  const pid = Number(fs.readFileSync(path.join(cwd, 'deaf'), 'utf8'));
  assert.ok(pid > 1 && (await isGone(pid)), String(pid));
});

test('gives up what cannot be ended', async () => {
  const started = performance.now();
  // In a session of its own it is out of reach, and it holds the output open.
  const out = ['-c', 'setsid sh -c "echo \\$\\$ > out-of-reach; sleep 30" & sleep 0.2'];
  const result = await thisHost().processes.run('sh', out, { cwd, timeoutMs: 300 });
  assert.ok(performance.now() - started < 8000);
  assert.equal([result.timedOut, result.exitCode], [true, -1]);
  assert.match(result.tail, 'cannot be ended');
  process.kill(-Number(fs.readFileSync(path.join(cwd, 'out-of-reach'), 'utf8')), 'SIGKILL');
});

test('ends a question too', async () => {
  const started = performance.now();
  const { processes } = thisHost();
  const result = await processes.ask('sh', ['-c', 'echo begun; echo why >&2; sleep 60 & wait'], { cwd, timeoutMs: 300 });
  assert.ok(performance.now() - started < 5000);
  assert.equal([result.timedOut, result.exitCode, result.stdout, result.stderr], [true, -1, 'begun', 'why']);
  const answer = await processes.ask('sh', ['-c', 'exit 7'], { cwd, timeoutMs: 20_000 });
  assert.equal([answer.exitCode, answer.timedOut], [7, false]);
  assert.is((await processes.ask('/no/such/program', [], { cwd })).exitCode, -1);
});

test('leaves alone what ends in time', async () => {
  const result = await thisHost().processes.run('sh', ['-c', 'exit 7'], { cwd, timeoutMs: 20_000 });
  assert.equal([result.exitCode, result.timedOut], [7, false]);
});

test('of output too: what says more is ended, and no part of it passes for the whole', async () => {
  const started = performance.now();
  const { processes } = thisHost();
  const say = (then: string) => ['-c', `printf %2000s x; ${then}`];
  for (const then of ['sleep 60', 'trap "" PIPE TERM; sleep 4; exit 0', 'exit 0']) {
    const { exitCode, cut, stdout, timedOut } = await processes.run('sh', say(then), { cwd, mostBytes: 1000 });
    assert.equal([exitCode, cut, stdout.length, timedOut], [-1, true, 1000, false], then);
  }
  assert.ok(performance.now() - started < 15_000);
  const whole = await processes.run('sh', say('exit 0'), { cwd, mostBytes: 3000 });
  assert.equal([whole.exitCode, whole.cut, whole.stdout.length], [0, false, 2000]);
});

test.run();
