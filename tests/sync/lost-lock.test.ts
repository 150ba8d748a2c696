import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { UserError } from '../../tasks/common/errors';
import { withRemoteLock } from '../../tasks/sync/posix/lock';
import type { PosixMachine } from '../../tasks/sync/posix/machine';
import { shellOn } from '../../tasks/sync/posix/shell';
import { contextWith } from '../support/context';
import { runJust, temporaryFolder } from '../support/project';
import { relay } from '../support/relay';
import { skip } from '../support/skip';
import { sshThat } from '../support/ssh-that';
import { noSshd } from '../support/sshd';
import { contents, pair } from '../support/sync';
import { until } from '../support/until';

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
    for (const name of ['data/a', 'data/.gitkeep', 'odd/list', 'odd/new\nline', 'odd/weekend', 'one'])
      fs.writeFileSync(path.join(there, name), 'text');
    return folders;
  });
  const names = [...(states ?? [])].map(([folder, files]) => [folder, Object.keys(files).sort()]);
  assert.equal(names, [
    ['data', ['a']],
    ['odd', ['list', 'new\\nline', 'weekend']],
    ['none', []],
    ['one', ['one']],
  ]);
  assert.match(states?.get('data')?.['a'] ?? '', /^4 \d+\.\d+ \d+\.\d+ \d+$/);
  assert.not.ok(fs.existsSync(lockOf(there)));
});

const folder = { name: 'data', required: true, own: [] };

test('one that is taken over behind the last sign of life is told too', async () => {
  const { there, context, machine } = volume();
  const begin = { make: ['data'], outdated: [], note: () => undefined };
  const held = withRemoteLock(context, machine, begin, async () => {
    fs.writeFileSync(lockOf(there), other);
    return [folder];
  });
  assert.is(
    await held.then(
      () => '',
      (error: UserError) => error.fault.code,
    ),
    'E_LOCK_LOST',
  );
  assert.is(fs.readFileSync(lockOf(there), 'utf8'), other);
});

test('while that is told it gives signs of life; Ctrl-C meanwhile leaves the lock to whoever comes next', async () => {
  const { there, context, machine } = volume();
  const bin = temporaryFolder('jl-bin');
  fs.writeFileSync(path.join(bin, 'find'), '#!/bin/sh\nsleep 2\nexec /usr/bin/find "$@"\n', { mode: 0o755 });
  const { PATH } = process.env;
  process.env['PATH'] = `${bin}:${PATH}`;
  const begin = { make: ['data'], outdated: [], note: () => undefined };
  const touched = () => fs.statSync(lockOf(there)).mtimeMs;
  let before = 0;
  const work = async () => {
    before = touched();
    return [folder];
  };
  const held = withRemoteLock(context, machine, begin, work, 0.1).catch((error: Error) => error);
  await until(() => before > 0);
  await pause(1000);
  assert.ok(touched() > before);
  context.host.processes.interrupt('SIGINT');
  assert.is(await held, undefined);
  process.env['PATH'] = PATH;
  assert.match(fs.readFileSync(lockOf(there), 'utf8'), /^[\w-]+\n$/, 'of nobody');
});

test('a folder of which not all can be read has no such list', async () => {
  const { there, context, machine } = volume();
  const bin = temporaryFolder('jl-bin');
  fs.writeFileSync(path.join(bin, 'find'), '#!/bin/sh\n/usr/bin/find "$@"\ncase "$*" in *maxdepth*) ;; *) exit 1;; esac\n', {
    mode: 0o755,
  });
  const { PATH } = process.env;
  process.env['PATH'] = `${bin}:${PATH}`;
  const states = await withRemoteLock(context, machine, { make: ['data'], outdated: [], note: () => undefined }, async () => [folder]);
  process.env['PATH'] = PATH;
  assert.is(states, undefined);
  assert.not.ok(fs.existsSync(lockOf(there)));
});

if (noSshd) skip(test, 'a push whose lock another one has taken over', noSshd);
else {
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

  test('a link that breaks as the lock is given back: it is given back over a new one', async () => {
    const { project, env, data, there } = await pair();
    data('a', 'text');
    const { PATH } = sshThat('rm -f "$l"; fi', 'exit 255');
    const { exitCode, stderr } = await runJust(project, ['sync:push'], { ...env, PATH });
    assert.is(exitCode, 0, stderr);
    assert.not.ok(fs.existsSync(lockOf(there)));
    assert.is(fs.readFileSync(path.join(there, 'data/processed/a'), 'utf8'), 'text');
    assert.match((await runJust(project, ['sync:push'], env)).stdout, 'nothing to do');
  });

  test('what changes there between the look and the lock is seen, and not overwritten', async () => {
    const { project, env, data, run, there } = await pair();
    data('a', 'text');
    data('b', 'text');
    assert.is((await run('sync:push')).exitCode, 0);
    data('a', 'new text');
    const file = path.join(there, 'data/processed/a');
    // An hour back, as of another one whose push keeps times.
    const theirs = `echo theirs > '${file}'; touch -d '1 hour ago' '${file}'`;
    const { PATH } = sshThat('just-lora-begin', `/usr/bin/ssh "$@"; code=$?; ${theirs}; exit $code`);
    const { exitCode, stderr } = await runJust(project, ['sync:push'], { ...env, PATH });
    assert.is(exitCode, 1, stderr);
    assert.match(stderr, 'E_REMOTE_CHANGES');
    assert.is(fs.readFileSync(file, 'utf8'), 'theirs\n');
    assert.not.ok(fs.existsSync(lockOf(there)));
  });
}

test.run();
