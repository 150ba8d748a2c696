import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readLockOwner, withFileLock } from '../../../tasks/engine/lock/lock';
import { type LockOwner, pidNamespaceId } from '../../../tasks/engine/lock/lock-owner';
import { thisHost } from '../../../tasks/platform';
import { temporaryFolder } from '../../support/project';
import { skip } from '../../support/skip';
import { mountTmpfs } from '../../support/tmpfs';

/** A lock on a disk that other machines, containers and users share. */
const test = suite('lock');
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function place() {
  const at = { folder: path.join(temporaryFolder(), 'model'), name: 'shared/lock.json' };
  const file = path.join(at.folder, at.name);
  const notes: string[] = [];
  const hold = <T>(work: (waited: boolean) => Promise<T>, waitSeconds = 5, beatSeconds = 0.1, host = thisHost()) =>
    withFileLock(
      host,
      at,
      'on the shared folder',
      { task: 'model:download', waitSeconds, beatSeconds, onWait: (text) => notes.push(text) },
      work,
    );
  return { at, file, notes, hold };
}

/** Leaves the lock of a run that cannot be looked at from here. */
function leave(file: string, more: Partial<LockOwner> = {}, ageSeconds = 0): void {
  const holder: LockOwner = {
    id: 'theirs',
    pid: process.pid,
    started: 'then',
    host: 'other-machine',
    space: 'other boot',
    task: 'model:download',
    since: '2026-01-01T00:00:00.000Z',
    beat: 15,
    children: [],
    ...more,
  };
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, JSON.stringify(holder));
  const time = Date.now() / 1000 - ageSeconds;
  fs.utimesSync(file, time, time);
}

async function codeOf(work: Promise<unknown>): Promise<[string, string, string]> {
  try {
    await work;
  } catch (error) {
    const { code, found, fix } = (error as { fault: { code: string; found: string; fix: string } }).fault;
    return [code, found, fix];
  }
  throw new Error('no error');
}

test('is held by one at a time, the second is told that it waited, and nothing stays', async () => {
  const { file, notes, hold } = place();
  const order: string[] = [];
  const first = hold(async (waited) => {
    await pause(700);
    order.push(`first ${waited}`);
  });
  await pause(100);
  await Promise.all([first, hold(async (waited) => void order.push(`second ${waited}`))]);
  assert.equal(order, ['first false', 'second true']);
  assert.is(notes.length, 1);
  assert.match(notes[0] ?? '', /waiting for `just model:download` \(pid \d+ on \S+, since \d{4}-/);
  assert.equal(fs.readdirSync(path.dirname(file)), []);
});

test("another machine's run is waited for while it gives signs of life, and no longer", async () => {
  const { at, file, hold } = place();
  leave(file, {}, 60);
  const [code, found, fix] = await codeOf(hold(async () => undefined, 1));
  assert.is(code, 'E_LOCKED');
  assert.match(found, /pid \d+ on other-machine, since 2026-01-01.* still at work on the shared folder after 1 s/);
  assert.match(fix, /gives way/);
  assert.match((await readLockOwner(thisHost(), at)) ?? '', /other-machine/);
  leave(file, {}, 121);
  assert.is(await readLockOwner(thisHost(), at), undefined);
  assert.is(await hold(async () => 'mine', 0), 'mine');
  leave(file, { beat: undefined } as never, 1_000_000);
  assert.is((await codeOf(hold(async () => undefined, 0)))[0], 'E_LOCKED', 'one that never promised signs of life is never dead');
});

test('a container with the same host name is another machine', async () => {
  const { file, hold } = place();
  leave(file, { host: thisHost().hostname });
  assert.is((await codeOf(hold(async () => undefined, 0)))[0], 'E_LOCKED');
});

test('a run of this machine that is over is seen at once', async () => {
  const { file, hold } = place();
  const near = { host: thisHost().hostname, space: pidNamespaceId(thisHost()) };
  leave(file, { ...near, pid: 4_194_999 });
  assert.is(await hold(async () => 'mine', 0), 'mine');
  leave(file, near);
  assert.is(await hold(async () => 'mine', 0), 'mine', 'a later process has its number');
  leave(file, { host: thisHost().hostname, space: undefined } as never);
  assert.is((await codeOf(hold(async () => undefined, 0)))[0], 'E_LOCKED', 'the name of a machine alone says nothing');
});

test('a run that is alive gives signs of life', async () => {
  const { file, hold } = place();
  await hold(async () => {
    const before = fs.statSync(file).mtimeMs;
    await pause(400);
    assert.ok(fs.statSync(file).mtimeMs - before >= 100);
    assert.is(JSON.parse(fs.readFileSync(file, 'utf8')).pid, process.pid);
  });
});

test('a run whose place was taken while it stood still ends, and leaves the other its lock', async () => {
  const { file, hold } = place();
  const host = thisHost();
  const [code, found] = await codeOf(
    hold(
      async () => {
        leave(file);
        for (;;) {
          host.processes.throwIfInterrupted();
          await pause(20);
        }
      },
      0,
      0.1,
      host,
    ),
  );
  assert.is(code, 'E_LOCK_LOST');
  assert.match(found, /other-machine/);
  assert.is(JSON.parse(fs.readFileSync(file, 'utf8')).id, 'theirs');
});

const small = temporaryFolder();
const unmounted = mountTmpfs(small, 'size=1m');
if (unmounted) skip(test, 'a disk that fills up', unmounted);
else
  test('a disk that fills up beneath it ends no run', async () => {
    const host = thisHost();
    const at = { folder: path.join(small, 'project'), name: 'lock.json' };
    fs.mkdirSync(at.folder);
    const said = await withFileLock(host, at, 'here', { task: 'venv', waitSeconds: 0, onWait: () => undefined }, async () => {
      execFileSync('sh', ['-c', 'head -c 2000000 /dev/zero > "$1" 2>/dev/null || true', 'sh', path.join(small, 'ballast')]);
      // Each has a group of its own, which is noted in the lock.
      const { stdout } = await host.processes.run('sh', ['-c', 'sleep 0.2; echo done'], { cwd: at.folder });
      return stdout;
    });
    assert.is(said, 'done');
  });

test('a lock that was removed by hand is made anew', async () => {
  const { file, hold } = place();
  await hold(async () => {
    fs.rmSync(file);
    await pause(400);
    assert.is((await codeOf(hold(async () => undefined, 0)))[0], 'E_LOCKED');
  });
});

test('a lock that is not whole yet is waited for, one that never will be is broken', async () => {
  const { file, hold } = place();
  leave(file);
  fs.writeFileSync(file, '{"pid": 1');
  assert.is((await codeOf(hold(async () => undefined, 0)))[0], 'E_LOCKED');
  fs.utimesSync(file, 1_000_000, 1_000_000);
  assert.is(await hold(async () => 'mine', 0), 'mine');
});

test('of many runs that see the same dead holder, one at a time gets in', async () => {
  const { file, hold } = place();
  leave(file, { host: thisHost().hostname, space: pidNamespaceId(thisHost()) });
  let inside = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 8 }, () =>
      hold(async () => {
        most = Math.max(most, ++inside);
        await pause(10);
        inside--;
      }, 20),
    ),
  );
  assert.is(most, 1);
  assert.equal(fs.readdirSync(path.dirname(file)), []);
});

test.run();
