import * as fs from 'node:fs';
import * as path from 'node:path';
import { Readable } from 'node:stream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { thisHost } from '../../tasks/platform';
import { readyScript, readyShells } from '../../tasks/sync/posix/ready-shells';
import { far, fill } from '../support/far';
import { runJust } from '../support/project';
import { skip } from '../support/skip';
import { sshThat } from '../support/ssh-that';
import { noSshd } from '../support/sshd';
import { contents, processesWith } from '../support/sync';
import { together } from '../support/together';
import { until } from '../support/until';

const test = suite('shells of another machine that wait for a script');
const waiting = together(test, 2);

/** Such shells on this machine. @param script what each of them runs in the place of ours */
function here(script = readyScript) {
  const { processes } = thisHost();
  let [begun, there] = [0, 0];
  const shells = readyShells(
    (given) => {
      begun++;
      return processes.ask('sh', ['-c', script], { cwd: '/', encoding: 'latin1', guarded: true, ...given });
    },
    () => there++,
  );
  return { shells, begun: () => begun, there: () => there, processes };
}

waiting('each answers once, as a call does, and another one takes its place', async () => {
  const { shells, begun, there } = here(`echo said by a startup file; ${readyScript}`);
  assert.is(await shells.take(), undefined, 'none before they are kept');
  const end = shells.keep();
  await until(() => there() === 2);
  const script = 'read -r first; printf "%s|" "$first"; cat; echo wrong >&2; exit 7';
  const answer = await (await shells.take())?.answer(script, Buffer.from("quo'te $x\nrest\0\xff", 'latin1'), { timeoutMs: 10_000 });
  assert.equal([answer?.exitCode, answer?.stdout, answer?.stderr], [7, "quo'te $x|rest\0\xff", 'wrong']);
  assert.not.match(answer?.tail ?? '', 'just-lora-ready');
  const streamed = await (await shells.take())?.answer(
    'cat',
    Readable.from([Buffer.from('a'), Buffer.from('b')], { objectMode: false }),
    {},
  );
  assert.equal([streamed?.exitCode, streamed?.stdout], [0, 'ab']);
  await until(() => there() === 4);
  assert.is(begun(), 4);
  end();
  assert.is(await shells.take(), undefined, 'none behind the end');
});

waiting('an answer that is too long, or comes too late, is told as one of a call', async () => {
  const { shells, there } = here();
  const end = shells.keep();
  await until(() => there() === 2);
  const long = await (await shells.take())?.answer('echo 12345', Buffer.alloc(0), { mostBytes: 4 });
  assert.equal([long?.exitCode, long?.cut], [-1, true]);
  const late = await (await shells.take())?.answer('sleep 20', Buffer.alloc(0), { timeoutMs: 200 });
  assert.equal([late?.exitCode, late?.timedOut], [-1, true]);
  end();
});

waiting('one that does not come, or is gone, is none: there are no more of them then', async () => {
  const refused = here('exit 255');
  const end = refused.shells.keep();
  await until(() => refused.begun() === 2);
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal([await refused.shells.take(), refused.begun()], [undefined, 2]);
  end();
  const dead = here('sleep 60');
  const endDead = dead.shells.keep();
  await until(() => dead.begun() === 2);
  assert.is(await dead.shells.take(), undefined);
  endDead();
  const broken = here();
  broken.shells.keep();
  await until(() => broken.there() === 2);
  broken.processes.interrupt('SIGTERM');
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.is(await broken.shells.take(), undefined);
});

if (noSshd) skip(test, 'over a line that is slow to answer', noSshd);
else {
  const waits = /^ *\$ ssh .*just-lora-ready/gm;

  waiting('over a line that is slow to answer they are there; nothing is left of them, also behind Ctrl-C and a kill', async () => {
    const made = await far();
    const { run, start, sshd, link, source, target, there, data } = made;
    fill(made);
    const { stderr, exitCode } = await run('sync:push', '--verbose');
    assert.is(exitCode, 0, stderr);
    assert.equal(contents(target), contents(source));
    assert.ok((stderr.match(waits)?.length ?? 0) >= 2, stderr);
    assert.not.match(stderr, /E_|broke/);
    const left = () => processesWith(sshd.folder).filter(({ command }) => command.includes('just-lora-ready'));
    const isGone = () => left().length === 0;
    await until(isGone);
    const looked = await run('sync:push', '--check', '--verbose');
    assert.not.match(looked.stderr, waits, 'a look waits for nothing');
    for (const signal of ['SIGINT', 'SIGKILL'] as const) {
      data(`big-${signal}`, 30_000_000);
      const { child, ended } = start('sync:push');
      await until(() => left().length > 0);
      child.kill(signal);
      await ended;
      await until(isGone);
    }
    assert.is((await run('sync:push')).exitCode, 0);
    assert.equal(contents(target), contents(source));
    assert.not.ok(fs.existsSync(path.join(there, '.just-lora/lock')));
    link.close();
  });

  waiting('a server that lets in one session gets no more of them, and all arrives', async () => {
    const made = await far({ more: 'MaxSessions 1' });
    const { run, link, source, target, data } = made;
    fill(made);
    const { stderr, exitCode } = await run('sync:push', '--verbose');
    assert.is(exitCode, 0, stderr);
    assert.equal(contents(target), contents(source));
    assert.ok((stderr.match(waits)?.length ?? 0) <= 2, stderr.match(waits)?.join('\n'));
    data('more', 'more');
    const again = await run('sync:push');
    assert.is(again.exitCode, 0, again.stderr);
    assert.equal(contents(target), contents(source));
    link.close();
  });

  waiting('where one of them has the place of the look, it answers in its stead', async () => {
    const made = await far();
    const { project, env, link, source, target } = made;
    fill(made);
    const { PATH, armed } = sshThat('just-lora-begin', 'sleep 1; exit 255');
    fs.rmdirSync(armed);
    const run = (...args: string[]) => runJust(project, args, { ...env, PATH });
    // Once the key of the host is known, the connection of one run is there for the next one.
    for (let round = 0; round < 2; round++) assert.is((await run('sync:push', '--check')).exitCode, 3);
    fs.mkdirSync(armed);
    const pushed = await run('sync:push');
    assert.is(pushed.exitCode, 0, pushed.stderr);
    assert.not.ok(fs.existsSync(armed));
    assert.equal(contents(target), contents(source));
    link.close();
  });

  waiting('a line that is cut meanwhile: the push goes on over a new one', async () => {
    const made = await far({}, 4_000_000);
    const { start, link, source, target } = made;
    fill(made);
    const { ended } = start('sync:push');
    await link.hasSent(3_000_000);
    link.cut();
    const { stderr, exitCode } = await ended;
    assert.is(exitCode, 0, stderr);
    assert.equal(contents(target), contents(source));
    link.close();
  });
}

test.run();
