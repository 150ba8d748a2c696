import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cleanEnvironment, projectCopy, repository } from '../support/project';
import { skip } from '../support/skip';

const test = suite('output that cannot be written');
const just = path.join(repository, 'node_modules/just-task/bin/just.js');
const project = projectCopy();
const full = '/dev/full';
const testHere = (name: string, work: () => void) =>
  fs.existsSync(full) ? test(name, work) : skip(test, name, `there is no ${full} here`);

/** Runs just with one of its streams at a disk that is full. */
function withFull(args: readonly string[], stream: 'stdout' | 'stderr') {
  const disk = fs.openSync(full, 'w');
  const ended = spawnSync(process.execPath, [just, ...args], {
    cwd: project,
    env: cleanEnvironment(),
    stdio: ['ignore', stream === 'stdout' ? disk : 'pipe', stream === 'stderr' ? disk : 'pipe'],
    encoding: 'utf8',
  });
  fs.closeSync(disk);
  return ended;
}

const cases: readonly (readonly string[])[] = [
  ['storage'],
  ['config'],
  ['config', '--json'],
  ['validate', '--json'],
  // What is left to do is 3: a script that takes that for an answer finds none.
  ['mkdirs', '--check', '--json'],
  ['help', 'options'],
  ['--version'],
];

for (const args of cases)
  testHere(`${args.join(' ')} with stdout at a full disk: one fault, exit code 1`, () => {
    const { status, stderr } = withFull(args, 'stdout');
    assert.is(status, 1, stderr);
    assert.is(stderr.match(/E_DISK_FULL/g)?.length, 1, stderr);
    assert.match(stderr, /could not be written where stdout leads: ENOSPC.*\n\nfix: send it to a place with room/);
    assert.not.match(stderr, /node:|Error previously|throw error/);
  });

testHere('wrong usage keeps its exit code', () => {
  assert.is(withFull(['config', '--jsno', '--json'], 'stdout').status, 2);
});

testHere('with stderr at a full disk the exit code and the results are those of the task', () => {
  const right = withFull(['config', '--json', '--verbose'], 'stderr');
  assert.is(right.status, 0);
  assert.is(JSON.parse(right.stdout).task, 'config');
  const acted = withFull(['mkdirs', '--force'], 'stderr');
  assert.is(acted.status, 0);
  assert.match(acted.stdout, /✔ mkdirs/);
  assert.is(withFull(['config', '--jsno'], 'stderr').status, 2);
});

test.run();
