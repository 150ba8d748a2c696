import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { overChannels } from '../../tasks/sync/posix/channels';
import { largeFiles, rangesOf, restOf } from '../../tasks/sync/posix/ranges/range-plan';
import type { RelativeName } from '../../tasks/untrusted/names';
import { far } from '../support/far';
import { skip } from '../support/skip';
import { noSshd } from '../support/sshd';
import { contents } from '../support/sync';
import { together } from '../support/together';

const test = suite('large files over a line that is slow to answer');
const waiting = together(test);

const file = (name: string, bytes: number, action: 'added' | 'changed' = 'added') =>
  ({ action, kind: 'file', folder: 'data', name: name as RelativeName, bytes }) as const;
const MiB = 1024 * 1024;

test('new large files alone, in ranges of whole blocks; the end of a file is left to rsync', () => {
  assert.equal(largeFiles([file('small', 15_999_999), file('one', 20_000_000)]), [], 'too little for several channels');
  const large = largeFiles([file('b', 20_000_000), file('a', 40_000_001), file('changed', 90_000_000, 'changed'), file('new\nline', 9e9)]);
  assert.equal(
    large.map(({ name }) => name),
    ['a', 'b'],
  );
  assert.equal(rangesOf(large).map(Object.values), [
    ['a', 0, 16 * MiB],
    ['a', 16 * MiB, 32 * MiB],
    ['a', 32 * MiB, 38 * MiB],
    ['b', 0, 16 * MiB],
    ['b', 16 * MiB, 19 * MiB],
  ]);
  const name = 'a' as RelativeName;
  const went = [
    { name, from: MiB, to: 17 * MiB },
    { name, from: 40 * MiB, to: 50 * MiB },
  ];
  assert.equal(restOf(went, 10.5 * MiB), [{ name, from: 3 * MiB, to: 17 * MiB }, went[1]]);
  assert.equal(restOf(went, MiB), went, 'what was handed over last may not have come');
  assert.equal(restOf(went, 26 * MiB), [{ name, from: 42 * MiB, to: 50 * MiB }]);
});

test('more channels as long as they bring more; one that fails ends the rest', async () => {
  const most = async (bringsMore: boolean) => {
    let [busy, highest] = [0, 0];
    await overChannels(
      Array.from({ length: 40 }, (_, at) => at),
      async (next, tell) => {
        highest = Math.max(highest, ++busy);
        while (next() !== undefined)
          for (let step = 0; step < 5; step++) {
            await new Promise((resolve) => setTimeout(resolve, 60));
            tell(bringsMore ? 1000 : 1000 / busy);
          }
        busy--;
      },
    );
    return highest;
  };
  const [more, same] = await Promise.all([most(true), most(false)]);
  assert.is(more, 6);
  assert.ok(same <= 6);
  const done: number[] = [];
  const failing = overChannels([1, 2, 3, 4, 5, 6, 7, 8, 9], async (next) => {
    for (let job = next(); job !== undefined; job = next()) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      if (job === 2) throw new Error('broken');
      done.push(job);
    }
  });
  await failing.then(
    () => assert.unreachable(),
    (error: Error) => assert.is(error.message, 'broken'),
  );
  assert.ok(!done.includes(9), done.join());
});

const ranges = /in \d+ ranges over several channels/;

if (noSshd) skip(test, 'large files over a line that is slow to answer', noSshd);
else {
  waiting('a push comes as it is, with its time and mode, and leaves nothing behind; near, it is rsync alone', async () => {
    const { run, json, data, source, target, link, sshd, configure } = await far();
    data('train.bin', 40_000_000);
    data('deep/two words é.bin', 20_000_000);
    data('small', 1000);
    fs.chmodSync(path.join(source, 'train.bin'), 0o640);
    fs.utimesSync(path.join(source, 'train.bin'), 1_700_000_000, 1_700_000_000);
    assert.match((await run('sync:push', '--plan')).stdout, '2 new large files in ranges over several channels if an answer takes 60 ms');
    const { stderr, exitCode } = await run('sync:push');
    assert.is(exitCode, 0, stderr);
    assert.match(stderr, ranges);
    assert.equal(contents(target), contents(source));
    const { mode, mtimeMs } = fs.statSync(path.join(target, 'train.bin'));
    assert.equal([mode & 0o777, mtimeMs], [0o640, 1_700_000_000_000]);
    assert.equal(
      fs.readdirSync(target).filter((name) => name.startsWith('.rsync')),
      [],
    );
    assert.is((await json('sync:push')).outcome, 'unchanged');
    // What is there in an earlier form travels as what is changed in it.
    const bytes = fs.readFileSync(path.join(source, 'train.bin'));
    bytes.fill(7, 5_000_000, 5_100_000);
    fs.writeFileSync(path.join(source, 'train.bin'), bytes);
    assert.match((await run('sync:push', '--plan')).stdout, 'of 1 large file that changed what differs');
    const before = link.sent();
    const changed = await run('sync:push');
    assert.not.match(changed.stderr, ranges);
    assert.ok(link.sent() - before < 2_000_000, `${link.sent() - before} bytes for 100,000 that changed`);
    assert.equal(contents(target), contents(source));
    link.close();
    configure({ port: sshd.port }, { sync: { push: ['data/processed'], compress: true } });
    data('another', 40_000_000);
    const compressed = await run('sync:push');
    assert.not.match(compressed.stderr, ranges);
    assert.equal(contents(target), contents(source));
  });

  waiting('a pull comes as it is; a server with one session does it too', async () => {
    for (const more of ['', 'MaxSessions 1']) {
      const { run, there, project, link } = await far({ more });
      const [source, target] = [path.join(there, 'adapters'), path.join(project, 'adapters')];
      fs.mkdirSync(path.join(source, 'first one'), { recursive: true });
      fs.writeFileSync(path.join(source, 'first one', 'weights.bin'), crypto.randomBytes(33_000_001));
      fs.writeFileSync(path.join(source, 'weights.bin'), crypto.randomBytes(20_000_000), { mode: 0o600 });
      const { stderr, exitCode } = await run('sync:pull');
      assert.is(exitCode, 0, stderr);
      assert.match(stderr, ranges);
      assert.equal(contents(target), contents(source), more);
      assert.equal(
        ['first one/weights.bin', 'weights.bin'].map((name) => fs.statSync(path.join(target, name)).mode & 0o777),
        [0o644, 0o600],
      );
      assert.not.ok(fs.existsSync(path.join(target, '.rsync-partial')));
      link.close();
    }
  });

  waiting('killed in the middle, the next run sends what is not there yet', async () => {
    const { start, run, data, link, source, target } = await far({}, 8_000_000);
    data('big', 40_000_000);
    const { child, ended } = start('sync:push');
    await link.hasSent(15_000_000);
    child.kill('SIGKILL');
    await ended;
    assert.not.ok(fs.existsSync(path.join(target, 'big')), 'a part has its name');
    const { stderr, exitCode } = await run('sync:push');
    assert.is(exitCode, 0, stderr);
    assert.equal(contents(target), contents(source));
    assert.ok(link.sent() < 40_000_000 + 30_000_000, `${link.sent()} bytes were sent`);
    link.close();
  });

  waiting('a link that is cut in the middle: the same run goes on, and little is sent twice', async () => {
    const { run, data, link, source, target } = await far({}, 8_000_000);
    data('big', 40_000_000);
    const running = run('sync:push');
    await link.hasSent(15_000_000);
    link.cut();
    const { stderr, exitCode } = await running;
    assert.is(exitCode, 0, stderr);
    assert.match(stderr, /the link broke/);
    assert.equal(contents(target), contents(source));
    assert.ok(link.sent() < 40_000_000 + 30_000_000, `${link.sent()} bytes were sent`);
    link.close();
  });

  waiting('what an earlier run left of a file is the basis, and is not written over by ranges', async () => {
    const { run, data, link, source, target } = await far();
    data('big', 40_000_000);
    fs.mkdirSync(path.join(target, '.rsync-partial'), { recursive: true });
    fs.writeFileSync(path.join(target, '.rsync-partial', 'big'), fs.readFileSync(path.join(source, 'big')).subarray(0, 30_000_000));
    const { stderr, exitCode } = await run('sync:push');
    assert.is(exitCode, 0, stderr);
    assert.not.match(stderr, ranges);
    assert.ok(link.sent() < 15_000_000, `${link.sent()} bytes were sent`);
    assert.equal(contents(target), contents(source));
    link.close();
  });
}

test.run();
