import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { thisHost } from '../../tasks/platform';
import { waitingRsyncs } from '../../tasks/sync/posix/rsync/waiting-rsyncs';
import type { RelativeName } from '../../tasks/untrusted/names';
import { far, fill, shares } from '../support/far';
import { temporaryFolder } from '../support/project';
import { skip } from '../support/skip';
import { noSshd } from '../support/sshd';
import { contents, processesWith } from '../support/sync';
import { together } from '../support/together';
import { until } from '../support/until';

const test = suite('rsyncs that wait for the names of what they bring');
const waiting = together(test, 2);

/** Such rsyncs from one folder of this machine to another. */
function here() {
  const folder = temporaryFolder('jl-waiting');
  const [from, to] = [path.join(folder, 'from'), path.join(folder, 'to')];
  fs.mkdirSync(from);
  for (const name of ['a', 'b', '#c']) fs.writeFileSync(path.join(from, name), name);
  const { processes } = thisHost();
  let [begun, ended] = [0, 0];
  const rsyncs = waitingRsyncs(async (args, more) => {
    begun++;
    const { exitCode, stdout, tail } = await processes.ask('rsync', args, { cwd: '/', guarded: true, ...more });
    ended++;
    return { exitCode, stdout, text: tail, moved: true };
  });
  const argsOf = (...more: string[]) => ['-rt', ...more, '--files-from=-', '--from0', '--', `${from}/`, `${to}/`];
  const bring = (args: string[], ...names: string[]) => rsyncs.bring(args, names as RelativeName[], () => undefined);
  const left = () => processesWith(folder);
  return { rsyncs, argsOf, bring, to, left, begun: () => begun, ended: () => ended };
}

waiting('one that waits brings what it is told; where none waits that was begun so, a new one does; the others end', async () => {
  const { rsyncs, argsOf, bring, to, left, begun } = here();
  const args = argsOf();
  rsyncs.begin(args, 3);
  rsyncs.begin(args, 3);
  await until(() => left().length >= 3);
  assert.is(begun(), 3, 'some are there');
  assert.not.ok(fs.existsSync(to), 'nothing is written before');
  assert.is((await bring(args, 'a', '#c')).exitCode, 0);
  assert.equal(fs.readdirSync(to).sort(), ['#c', 'a']);
  assert.is(begun(), 3);
  assert.is((await bring(argsOf('--checksum'), 'b')).exitCode, 0);
  assert.is(begun(), 4, 'begun otherwise');
  rsyncs.end();
  rsyncs.begin(args, 3);
  await until(() => left().length === 0);
  assert.is((await bring(args, 'b')).exitCode, 0);
  assert.is(begun(), 5, 'none waits any more');
});

waiting('one that has ended while it waited is none', async () => {
  const { rsyncs, argsOf, bring, begun, ended } = here();
  rsyncs.begin(argsOf('--no-such-option'), 2);
  await until(() => ended() === 2);
  const { exitCode } = await bring(argsOf('--no-such-option'), 'a');
  assert.equal([exitCode, begun()], [1, 3]);
});

if (noSshd) skip(test, 'over a line that is slow to answer', noSshd);
else {
  const rsyncsAt = (folder: string) => processesWith(folder).filter(({ command }) => command.includes('--files-from=-'));
  const lockOf = (there: string) => path.join(there, '.just-lora/lock');
  const hold = (there: string) => {
    fs.mkdirSync(path.dirname(lockOf(there)), { recursive: true });
    fs.writeFileSync(lockOf(there), 'token\nother:/project\n');
  };

  waiting('another push is waited for longer than rsync waits: all comes, and nothing before', async () => {
    const made = await far();
    const { start, sshd, source, target, there, link } = made;
    fill(made);
    hold(there);
    const { ended } = start('sync:push', '--set', 'sync.timeout_seconds=5');
    await until(() => rsyncsAt(sshd.folder).length > 0);
    await new Promise((resolve) => setTimeout(resolve, 8000));
    assert.not.ok(fs.existsSync(target), 'nothing is written before the lock is ours');
    fs.rmSync(lockOf(there));
    const { exitCode, stderr } = await ended;
    assert.is(exitCode, 0, stderr);
    assert.match(stderr, shares);
    assert.not.match(stderr, /the link broke/);
    assert.equal(contents(target), contents(source));
    link.close();
  });

  waiting('none begins where something else is to have the channels first: a large file, another folder', async () => {
    for (const what of ['large', 'two'] as const) {
      const made = await far();
      const { configure, start, project, sshd, source, there, link } = made;
      fill(made);
      if (what === 'large') fs.writeFileSync(path.join(source, 'large'), crypto.randomBytes(40_000_000));
      else {
        configure({ port: link.port }, { sync: { push: ['data/processed', 'data/more'] } });
        fill({ source: path.join(project, 'data/more') });
      }
      hold(there);
      const { ended, child } = start('sync:push', '--verbose');
      let said = '';
      child.stderr?.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
      await until(() => said.includes('waiting for the push of other'));
      assert.equal(rsyncsAt(sshd.folder), [], what);
      fs.rmSync(lockOf(there));
      const { exitCode, stderr } = await ended;
      assert.is(exitCode, 0, stderr);
      assert.match(stderr, shares);
      for (const folder of what === 'two' ? ['data/processed', 'data/more'] : ['data/processed'])
        assert.equal(contents(path.join(there, folder)), contents(path.join(project, folder)), folder);
      link.close();
    }
  });

  waiting('a push that is refused, interrupted or killed leaves none of them', async () => {
    const made = await far();
    const { run, start, sshd, target, there, link } = made;
    fill(made);
    hold(there);
    const refused = await run('sync:push', '--set', 'run.lock_wait_seconds=1');
    assert.match(refused.stderr, 'E_REMOTE_LOCKED');
    const isGone = () => rsyncsAt(sshd.folder).length === 0;
    await until(isGone);
    for (const signal of ['SIGINT', 'SIGKILL'] as const) {
      // How slow the line is shows while the connection is made.
      link.cut();
      const { child, ended } = start('sync:push');
      await until(() => !isGone());
      child.kill(signal);
      await ended;
      await until(isGone);
    }
    assert.not.ok(fs.existsSync(target));
    link.close();
  });
}

test.run();
