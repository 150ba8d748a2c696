import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sharesOf } from '../../tasks/sync/posix/rsync/shares';
import type { RelativeName } from '../../tasks/untrusted/names';
import { far, fill, shares } from '../support/far';
import { runJust, temporaryFolder } from '../support/project';
import { skip } from '../support/skip';
import { noSshd } from '../support/sshd';
import { contents } from '../support/sync';
import { together } from '../support/together';

const test = suite('many new files over a line that is slow to answer');
// The line between the two is in this process: it stands still while one of them reads all of its files.
const waiting = together(test, 2);

const file = (name: string, bytes: number, action: 'added' | 'changed' = 'added') =>
  ({ action, kind: 'file', folder: 'data', name: name as RelativeName, bytes }) as const;

test('new files in shares of about the same weight; none where one rsync does as well', () => {
  const many = (count: number, bytes: number) => Array.from({ length: count }, (_, at) => file(`f${at}`, bytes));
  const lengths = (changes: Parameters<typeof sharesOf>[0]) => sharesOf(changes).map(({ length }) => length);
  assert.equal(lengths(many(100, 20_000)), [], 'one channel has as much on its way');
  assert.equal(lengths([file('one', 15_000_000)]), [], 'nothing to share');
  assert.equal(lengths(many(2000, 20_000)), [334, 333, 333, 334, 333, 333]);
  assert.equal(
    lengths([...many(2000, 20_000), file('changed', 9e9, 'changed')]),
    [334, 333, 333, 334, 333, 333],
    'what changed comes behind',
  );
  assert.equal(
    lengths([...many(2000, 20_000), file('large', 90_000_000)]),
    [334, 333, 333, 334, 333, 333],
    'what is large comes in ranges',
  );
  assert.is(lengths(many(100_000, 10_000)).length, 23, 'of many, as large as 64 MB');
  const uneven = sharesOf([file('a', 15_000_000), ...many(1000, 5000)]);
  assert.equal(uneven.flat().length, 1001);
  assert.equal(uneven[0]?.length, 1);
});

/** Calls of rsync that bring what they are told, and all that bring something. */
const [byList, moving] = [/^ *\$ rsync .*--files-from=-/gm, /^ *\$ rsync .*--stats/gm];

const leftovers = (folder: string) =>
  Object.keys(contents(folder)).filter((name) => name.includes('.rsync') || /\.[A-Za-z0-9]{6}$/.test(name));

if (noSshd) skip(test, 'many new files over a line that is slow to answer', noSshd);
else {
  waiting('a push comes as it is, with times and modes, links, empty folders and what changed behind it, and leaves nothing', async () => {
    const made = await far();
    const { run, json, source, target, link } = made;
    fs.mkdirSync(target, { recursive: true });
    fill(made);
    fs.chmodSync(path.join(source, 'f7'), 0o640);
    fs.chmodSync(path.join(source, 'deep'), 0o750);
    fs.utimesSync(path.join(source, 'f7'), 1_700_000_000, 1_700_000_000);
    assert.match((await run('sync:push', '--plan')).stdout, 'new files by several rsyncs at once if an answer takes 60 ms');
    const { stderr, exitCode } = await run('sync:push', '--verbose');
    assert.is(exitCode, 0, stderr);
    assert.match(stderr, shares);
    assert.is(stderr.match(byList)?.length, 6, 'folders come with their files');
    assert.equal(contents(target), contents(source));
    const { mode, mtimeMs } = fs.statSync(path.join(target, 'f7'));
    assert.equal([mode & 0o777, mtimeMs, fs.statSync(path.join(target, 'deep')).mode & 0o777], [0o640, 1_700_000_000_000, 0o750]);
    assert.equal(leftovers(target), []);
    assert.is((await json('sync:push')).outcome, 'unchanged');
    // The same again beside a file that changed, a link and an empty folder.
    for (let at = 0; at < 500; at++) fs.writeFileSync(path.join(source, `g${at}`), crypto.randomBytes(20_000));
    fs.writeFileSync(path.join(source, 'f1'), 'changed');
    fs.symlinkSync('f1', path.join(source, 'link'));
    fs.mkdirSync(path.join(source, 'nothing in it'));
    const more = await run('sync:push');
    assert.is(more.exitCode, 0, more.stderr);
    assert.match(more.stderr, shares);
    assert.equal(contents(target), contents(source));
    assert.ok(fs.statSync(path.join(target, 'nothing in it')).isDirectory());
    assert.is((await json('sync:push')).outcome, 'unchanged');
    link.close();
  });

  waiting('a pull comes as it is; a server with one session does it too', async () => {
    for (const more of ['', 'MaxSessions 1']) {
      const { run, there, project, link, json } = await far({ more });
      const [source, target] = [path.join(there, 'adapters'), path.join(project, 'adapters')];
      fill({ source });
      if (more === '') {
        // A pull that was killed has left a file at the name of what is a folder by now.
        fs.mkdirSync(path.join(target, '.rsync-partial/deep'), { recursive: true });
        fs.writeFileSync(path.join(target, '.rsync-partial/deep/er'), 'left');
      }
      const { stderr, exitCode } = await run('sync:pull', '--verbose');
      assert.is(exitCode, 0, stderr);
      assert.match(stderr, shares);
      const first = more === '' ? 1 : 0;
      assert.equal(
        [stderr.match(byList)?.length, stderr.match(moving)?.length],
        [6 + first, 6 + first],
        'nothing is left for one behind them',
      );
      assert.equal(contents(target), contents(source), more);
      assert.not.ok(fs.existsSync(path.join(target, '.rsync-partial')));
      assert.is((await json('sync:pull')).outcome, 'unchanged');
      link.close();
    }
  });

  waiting('killed in the middle, and a link that is cut: what has arrived is not sent again, and no part has a name', async () => {
    for (const how of ['killed', 'cut'] as const) {
      const made = await far({}, 4_000_000);
      const { start, run, link, source, target } = made;
      fill(made);
      const { child, ended } = start('sync:push');
      await link.hasSent(6_000_000);
      if (how === 'killed') child.kill('SIGKILL');
      else link.cut();
      const first = await ended;
      if (how === 'killed') {
        const whole = contents(source);
        for (const [name, hash] of Object.entries(contents(target)))
          if (!leftovers(target).includes(name)) assert.is(hash, whole[name], name);
      } else assert.match(first.stderr, /the link broke/);
      const { stderr, exitCode } = how === 'killed' ? await run('sync:push') : first;
      assert.is(exitCode, 0, stderr);
      assert.equal(contents(target), contents(source), how);
      assert.ok(link.sent() < 12_000_000 + 6_000_000, `${link.sent()} bytes were sent`);
      link.close();
    }
  });

  waiting('what several rsyncs fail at is left to the one behind them, which tells what it is or brings it', async () => {
    const made = await far();
    const { project, env, source, target, link } = made;
    fill(made);
    const bin = temporaryFolder('jl-bin');
    fs.writeFileSync(
      path.join(bin, 'rsync'),
      '#!/bin/sh\ncase " $* " in *" --files-from=- "*) echo "rsync error: some files could not be transferred (code 23)" >&2; exit 23;; esac\nexec /usr/bin/rsync "$@"\n',
      { mode: 0o755 },
    );
    const { stderr, exitCode } = await runJust(project, ['sync:push'], { ...env, PATH: `${bin}:${process.env.PATH}` });
    assert.is(exitCode, 0, stderr);
    assert.match(stderr, shares);
    assert.equal(contents(target), contents(source));
    link.close();
  });

  waiting('a line that breaks again and again: as long as files arrive it is tried', async () => {
    const made = await far({}, 2_000_000);
    const { start, link, source, target } = made;
    fill(made);
    const { ended } = start('sync:push', '--set', 'sync.retries=2');
    let over = false;
    void ended.then(() => {
      over = true;
    });
    for (let cuts = 0, sent = 1_500_000; cuts < 4 && !over; cuts++, sent = link.sent() + 1_500_000) {
      await Promise.race([ended, link.hasSent(sent)]);
      link.cut();
    }
    const { exitCode, stderr } = await ended;
    assert.is(exitCode, 0, stderr);
    assert.ok((stderr.match(/the link broke/g) ?? []).length > 2, stderr);
    assert.equal(contents(target), contents(source));
    link.close();
  });

  // Root may write into any folder: rsync there is of somebody else.
  if (process.getuid?.() === 0)
    waiting('a folder that is read-only comes as it is, and nothing is left in it', async () => {
      const bin = temporaryFolder('jl-bin');
      fs.chmodSync(bin, 0o755);
      fs.writeFileSync(
        path.join(bin, 'rsync'),
        '#!/bin/sh\nexec setpriv --reuid=61001 --regid=61001 --clear-groups /usr/bin/rsync "$@"\n',
        {
          mode: 0o755,
        },
      );
      const made = await far({ path: `${bin}:/usr/local/bin:/usr/bin:/bin` });
      const { run, sshd, source, target, link } = made;
      fs.mkdirSync(target, { recursive: true });
      fs.chmodSync(sshd.folder, 0o755);
      fs.chownSync(target, 61_001, 61_001);
      fs.mkdirSync(path.join(source, 'read-only'), { recursive: true });
      for (let at = 0; at < 600; at++) fs.writeFileSync(path.join(source, 'read-only', `f${at}`), crypto.randomBytes(20_000));
      fs.chmodSync(path.join(source, 'read-only'), 0o555);
      const { stderr, exitCode } = await run('sync:push');
      assert.is(exitCode, 0, stderr);
      assert.match(stderr, shares);
      assert.equal(contents(target), contents(source));
      assert.is(fs.statSync(path.join(target, 'read-only')).mode & 0o777, 0o555);
      link.close();
    });

  waiting('Ctrl-C does not wait for a line that is stalled', async () => {
    const made = await far({}, 2_000_000);
    const { start, link } = made;
    fill(made);
    const { child, ended } = start('sync:push');
    await link.hasSent(3_000_000);
    link.stall();
    const since = performance.now();
    child.kill('SIGINT');
    const { exitCode, stderr } = await ended;
    assert.is(exitCode, 130, stderr);
    // A master that nothing answers is given up after 12 seconds, and each of its channels with it.
    assert.ok(performance.now() - since < 11_000, `${performance.now() - since} ms`);
    link.close();
  });

  waiting(
    'a link that leads nowhere at the place of the folder is named, and the plan promises no shares where links lead out',
    async () => {
      const made = await far();
      const { run, project, source, target, link } = made;
      fill(made);
      fs.mkdirSync(path.dirname(target), { recursive: true });
      fs.symlinkSync('/nowhere', target);
      const { exitCode, stderr } = await run('sync:push');
      assert.is(exitCode, 1, stderr);
      assert.match(stderr, '`data/processed` is a link that leads nowhere on `gpu` and a folder here (E_REMOTE_PATH)');
      fs.rmSync(target);
      fs.mkdirSync(path.join(project, 'elsewhere'));
      fs.writeFileSync(path.join(project, 'elsewhere/row'), 'x');
      fs.symlinkSync(path.join(project, 'elsewhere'), path.join(source, 'out'));
      assert.not.match((await run('sync:push', '--plan')).stdout, 'several rsyncs');
      const pushed = await run('sync:push');
      assert.is(pushed.exitCode, 0, pushed.stderr);
      assert.not.match(pushed.stderr, shares);
      assert.is(fs.readFileSync(path.join(target, 'out/row'), 'utf8'), 'x');
      link.close();
    },
  );
}

test.run();
