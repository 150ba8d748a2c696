import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { relay } from '../support/relay';
import { skip } from '../support/skip';
import { noSshd } from '../support/sshd';
import { contents, pair, processesWith } from '../support/sync';
import { together } from '../support/together';

const test = suite('sync, killed');
const waiting = together(test);

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

if (noSshd || process.platform !== 'linux') skip(test, 'sync, killed', noSshd ?? 'processes are looked at in /proc');
else {
  for (const direction of ['push', 'pull'] as const)
    waiting(
      `a ${direction} that is killed at random moments ends in identical trees, and never shows a part under a final name`,
      async () => {
        const { sshd, project, there, configure, start, json } = await pair();
        const link = await relay(sshd.port, { rate: 6_000_000 });
        configure({ port: link.port }, { sync: { push: ['data/processed'], pull: ['adapters'] } });
        const [source, target] =
          direction === 'push'
            ? [path.join(project, 'data/processed'), path.join(there, 'data/processed')]
            : [path.join(there, 'adapters'), path.join(project, 'adapters')];
        fs.mkdirSync(path.join(source, 'deep'), { recursive: true });
        for (let index = 0; index < 8; index++)
          fs.writeFileSync(path.join(source, index % 2 ? 'deep' : '.', `shard-${index}`), crypto.randomBytes(2_000_000));
        const wanted = contents(source);
        for (let round = 0; round < 10; round++) {
          const { child, ended } = start(`sync:${direction}`);
          await pause(1000 + crypto.randomInt(3000));
          child.kill('SIGKILL');
          await ended;
          // What rsync is still receiving has a name of its own, `.name.XXXXXX`: it knows of the kill a moment later.
          for (const [name, hash] of Object.entries(contents(target)))
            if (!name.includes('.rsync-partial/') && !/(^|\/)\.[^/]+\.\w{6}$/.test(name)) assert.is(hash, wanted[name], name);
        }
        const last = await json(`sync:${direction}`);
        assert.is(last.exitCode, 0, last.stderr);
        assert.equal(contents(target), wanted);
        assert.is((await json(`sync:${direction}`)).outcome, 'unchanged');
        link.close();
      },
    );

  waiting('a killed run stops sending within 5 s, leaves idle masters only, and those are gone a while later', async () => {
    const { sshd, configure, start, data, env, there } = await pair();
    const link = await relay(sshd.port, { rate: 2_000_000 });
    configure({ port: link.port }, { sync: { push: ['data/processed'] } });
    data('big', 60_000_000);
    const { child, ended } = start('sync:push');
    await link.hasSent(4_000_000);
    assert.ok(link.sent() >= 4_000_000, 'it is sending');
    child.kill('SIGKILL');
    await ended;
    await pause(5000);
    const after = link.sent();
    await pause(5000);
    assert.ok(link.sent() - after < 20_000, `${link.sent() - after} bytes were sent more than 5 s after the end`);
    await pause(8000);
    const left = () => [...processesWith(env.HOME as string), ...processesWith(there)].map(({ command }) => command);
    for (const command of left()) assert.match(command, /^ssh: .*\[mux\]$/);
    for (let tries = 0; tries < 60 && left().length > 0; tries++) await pause(1000);
    assert.equal(left(), []);
    link.close();
  });

  waiting('Ctrl-C ends it with 130, and the next run goes on from there', async () => {
    const { sshd, project, configure, start, json, data, there } = await pair();
    const link = await relay(sshd.port, { rate: 4_000_000 });
    configure({ port: link.port }, { sync: { push: ['data/processed'] } });
    data('big', 20_000_000);
    const { child, ended } = start('sync:push');
    await link.hasSent(10_000_000);
    if (child.pid) process.kill(child.pid, 'SIGINT');
    assert.is((await ended).exitCode, 130);
    // Whoever comes next does not wait for a push that is over.
    assert.match(fs.readFileSync(path.join(there, '.just-lora', 'lock'), 'utf8'), /^[0-9a-f-]+\n$/, 'it has no owner');
    const before = link.sent();
    const { exitCode, stderr } = await json('sync:push');
    assert.is(exitCode, 0, stderr);
    assert.ok(link.sent() - before < 16_000_000, `${link.sent() - before} bytes of 20 MB were sent again`);
    assert.equal(contents(path.join(there, 'data/processed')), contents(path.join(project, 'data/processed')));
    link.close();
  });
}

test.run();
