import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { killsOf } from '../support/kill';
import { runJust, startJust } from '../support/project';
import { stepsProject } from '../support/steps';
import { until } from '../support/until';

const test = suite('interrupt');
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const sleeperOf = (project: string): number | undefined => {
  const file = path.join(project, 'sleeper.pid');
  return fs.existsSync(file) ? Number(fs.readFileSync(file, 'utf8')) || undefined : undefined;
};

function alive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)
  test(`${signal} ends the whole process group and exits ${code}`, async () => {
    const project = stepsProject();
    const { child, ended } = startJust(project, ['sleeping', '--json']);
    const sleeper = await until(() => sleeperOf(project), 'the sleeper');
    child.kill(signal);
    const { exitCode, stdout } = await ended;
    assert.is(exitCode, code);
    assert.is(JSON.parse(stdout).outcome, 'interrupted');
    await until(() => !alive(sleeper), 'the end of the sleeper');
    assert.not.ok(fs.existsSync(path.join(project, '.just-lora/lock.json')));
  });

test('the second run names the holder and gives up after its limit', async () => {
  const project = stepsProject();
  const holder = startJust(project, ['sleeping']);
  await until(() => sleeperOf(project), 'the sleeper');
  const { exitCode, stderr } = await runJust(project, ['quick', '--set', 'run.lock_wait_seconds=1']);
  holder.child.kill('SIGINT');
  await holder.ended;
  assert.is(exitCode, 1);
  assert.match(stderr, new RegExp(`waiting for \`just sleeping\` \\(pid ${holder.child.pid} on \\S+, since \\d{4}-`));
  assert.match(stderr, new RegExp(`E_LOCKED[^]*kill ${holder.child.pid}`));
  assert.is((await runJust(project, ['quick'])).exitCode, 0);
});

test('the second run waits for the first where that ends in time', async () => {
  const project = stepsProject();
  const [left, right] = await Promise.all([runJust(project, ['slow']), runJust(project, ['slow'])]);
  assert.is(left.exitCode, 0);
  assert.is(right.exitCode, 0);
  assert.is(fs.readFileSync(path.join(project, 'slow.txt'), 'utf8').split('\n').length, 21);
});

test('the lock of a killed run is broken, and what it left running is ended', async () => {
  const project = stepsProject();
  const { child, ended } = startJust(project, ['sleeping']);
  const sleeper = await until(() => sleeperOf(project), 'the sleeper');
  await until(
    () => /"children":\[\{/.test(fs.readFileSync(path.join(project, '.just-lora/lock.json'), 'utf8')),
    'the names of the children',
  );
  child.kill('SIGKILL');
  await ended;
  assert.ok(alive(sleeper));
  const { exitCode } = await runJust(project, ['quick']);
  assert.is(exitCode, 0);
  await until(() => !alive(sleeper), 'the end of the sleeper');
});

test('killed at many moments, the next run reaches the same end', async () => {
  const whole = stepsProject();
  const started = performance.now();
  await runJust(whole, ['all']);
  const span = performance.now() - started;
  const ends = (project: string) =>
    ['quick', 'left', 'right', 'slow'].map((name) => fs.readFileSync(path.join(project, `${name}.txt`), 'utf8'));
  const project = stepsProject();
  const moments = killsOf(40);
  for (let moment = 0; moment < moments; moment++) {
    const { child, ended } = startJust(project, ['all', '--force']);
    await pause((span * (moment + Math.random())) / moments);
    child.kill('SIGKILL');
    await ended;
    const look = JSON.parse((await runJust(project, ['all', '--check', '--json'])).stdout);
    for (const { name, state } of look.steps)
      if (state === 'done')
        assert.is(
          fs.readFileSync(path.join(project, `${name}.txt`), 'utf8'),
          fs.readFileSync(path.join(whole, `${name}.txt`), 'utf8'),
          `${name} reads done`,
        );
  }
  const after = JSON.parse((await runJust(project, ['all', '--json'])).stdout);
  assert.ok(['changed', 'unchanged'].includes(after.outcome));
  assert.equal(ends(project), ends(whole));
});

test.run();
