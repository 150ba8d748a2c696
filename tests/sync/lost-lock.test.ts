import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { UserError } from '../../tasks/common/errors';
import { withRemoteLock } from '../../tasks/sync/posix/lock';
import type { PosixMachine } from '../../tasks/sync/posix/machine';
import { shellOn } from '../../tasks/sync/posix/shell';
import { contextWith } from '../support/context';
import { temporaryFolder } from '../support/project';
import { relay } from '../support/relay';
import { skip } from '../support/skip';
import { noSshd } from '../support/sshd';
import { contents, pair } from '../support/sync';

const test = suite('a push whose lock another one has taken over');

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const lockOf = (there: string): string => path.join(there, '.just-lora/lock');
const other = 'other-token\nother:/project\n';

/** A volume of this machine that is pushed to. */
function volume() {
  const there = temporaryFolder('jl-volume');
  const context = contextWith({});
  const remote = { name: 'disk', type: 'volume', path: there };
  const machine = { remote, path: there, ssh: undefined, shell: shellOn(context, undefined) } as unknown as PosixMachine;
  const hold = (work: () => Promise<void>) =>
    withRemoteLock(context, machine, { make: [], outdated: [], note: () => undefined }, () => work().then(() => []), 0.1);
  return { there, context, machine, hold };
}

test('is told by the next sign of life, and what is on its way ends', async () => {
  const { there, context, hold } = volume();
  const held = hold(async () => {
    fs.writeFileSync(lockOf(there), other);
    await context.host.processes.run('sleep', ['20'], { cwd: there });
  });
  const fault = await held.then(
    () => undefined,
    (error: unknown) => (error instanceof UserError ? error.fault : error),
  );
  assert.equal((fault as { code?: string }).code, 'E_LOCK_LOST');
  assert.match((fault as { found: string }).found, /`other:\/project` took its place on `disk`/);
  assert.is(fs.readFileSync(lockOf(there), 'utf8'), other, 'the lock is theirs');
});

test('one whose lock is there, or whose line is gone for a moment, goes on', async () => {
  const { there, context, hold } = volume();
  await hold(async () => {
    const before = fs.statSync(lockOf(there)).mtimeMs;
    await pause(400);
    assert.ok(fs.statSync(lockOf(there)).mtimeMs > before);
    fs.renameSync(lockOf(there), `${lockOf(there)}.away`);
    await pause(300);
    fs.renameSync(`${lockOf(there)}.away`, lockOf(there));
  });
  assert.is(context.host.processes.interrupted, undefined);
  assert.not.ok(fs.existsSync(lockOf(there)));
});

test('behind the work it says what lies there, with the question that gives the lock back', async () => {
  const { there, context, machine } = volume();
  const begin = { make: ['data'], outdated: [], note: () => undefined };
  const folders = ['data', 'odd', 'none', 'one'].map((name) => ({ name, required: true, own: [] }));
  const states = await withRemoteLock(context, machine, begin, async () => {
    fs.mkdirSync(path.join(there, 'odd'));
    for (const name of ['data/a', 'data/.gitkeep', 'odd/list', 'odd/new\nline', 'one']) fs.writeFileSync(path.join(there, name), 'text');
    return folders;
  });
  const names = [...(states ?? [])].map(([folder, files]) => [folder, Object.keys(files).sort()]);
  assert.equal(names, [
    ['data', ['a']],
    ['odd', ['list', 'new\\nline']],
    ['none', []],
    ['one', ['one']],
  ]);
  assert.match(states?.get('data')?.['a'] ?? '', /^4 \d+\.\d+ \d+\.\d+ \d+$/);
  assert.not.ok(fs.existsSync(lockOf(there)));
});

if (noSshd) skip(test, 'a push whose lock another one has taken over', noSshd);
else
  test('behind a link that broke: it sends nothing more, and says who has its place', async () => {
    const { sshd, configure, start, data, there } = await pair();
    const link = await relay(sshd.port, { rate: 4_000_000 });
    configure({ port: link.port }, { sync: { push: ['data/processed'] } });
    data('big', 20_000_000);
    const { ended } = start('sync:push');
    await link.hasSent(4_000_000);
    fs.writeFileSync(lockOf(there), other);
    link.cut();
    const { exitCode, stdout, stderr } = await ended;
    assert.is(exitCode, 1, stderr);
    assert.match(stdout + stderr, /E_LOCK_LOST/);
    assert.is(fs.readFileSync(lockOf(there), 'utf8'), other);
    assert.not.ok(Object.keys(contents(path.join(there, 'data/processed'))).includes('big'));
    link.close();
  });

test.run();
