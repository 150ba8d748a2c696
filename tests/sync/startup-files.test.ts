import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { skip } from '../support/skip';
import { noSshd } from '../support/sshd';
import { contents } from '../support/sync';
import { asked, lookedAt, machine, synced } from '../support/sync-here';

const test = suite('startup files of the login shell there');

/** Does the login shell here read ~/.bashrc for a command that sshd runs, as Debian's bash does? */
const isBash = /bash$/.test(spawnSync('getent', ['passwd', String(process.getuid?.() ?? 0)], { encoding: 'utf8' }).stdout.trim());
const missing = noSshd ?? (isBash ? undefined : 'the login shell of this user is not bash');

if (missing) skip(test, 'startup files of the login shell', missing);
else {
  for (const shell of ['zsh', 'fish', 'tcsh'])
    if (spawnSync(shell, ['-c', 'true']).status !== 0) skip(test, `exec ${shell} in ~/.bashrc`, `no ${shell}: install ${shell}`);
    else
      test(`exec ${shell} in ~/.bashrc: pushes and pulls, and no name is read as a command`, async () => {
        const { sshd, project, there } = await machine();
        fs.writeFileSync(path.join(sshd.home, '.bashrc'), `exec ${shell}\n`);
        const context = project({}, { sync: { push: ['data', 'configs?'], pull: ['adapters'], retries: 0 } });
        const { code, found } = await lookedAt(context);
        assert.is(code, 'none', found);
        const names = [';touch pwned', 'touch pwned', '$(touch pwned)', "'; touch pwned; '"];
        for (const name of names) {
          fs.mkdirSync(path.join(context.root, name));
          fs.writeFileSync(path.join(context.root, name, 'a'), 'a');
        }
        await synced(asked(context, { only: names.join(',') }), 'push');
        for (const at of [sshd.home, there, context.root]) assert.not.ok(fs.existsSync(path.join(at, 'pwned')), at);
        const data = path.join(context.root, 'data');
        fs.mkdirSync(path.join(data, 'sub'), { recursive: true });
        fs.writeFileSync(path.join(data, 'train.jsonl'), Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 7) % 256)));
        fs.writeFileSync(path.join(data, 'sub/run.sh'), '#!/bin/sh\n', { mode: 0o755 });
        const pushed = await synced(context, 'push');
        assert.is(pushed.state, 'done', pushed.found);
        assert.equal(contents(path.join(there, 'data')), contents(data));
        assert.is(fs.statSync(path.join(there, 'data/sub/run.sh')).mode & 0o111, 0o111);
        fs.mkdirSync(path.join(there, 'adapters/run'), { recursive: true });
        fs.writeFileSync(path.join(there, 'adapters/run/a.bin'), Buffer.alloc(300_000, 7));
        const pulled = await synced(context, 'pull');
        assert.is(pulled.state, 'done', pulled.found);
        assert.equal(contents(path.join(context.root, 'adapters')), contents(path.join(there, 'adapters')));
      });

  test('one that reads what is sent, and one that prints what our own faults are told by', async () => {
    const { sshd, project, there, program } = await machine();
    const context = project();
    fs.writeFileSync(path.join(sshd.home, '.bashrc'), 'read -r answer\n');
    const stolen = await lookedAt(context);
    assert.is(stolen.code, 'E_REMOTE_SHELL', stolen.found);
    const words = 'Host key verification failed.\nNo space left on device\nuser@box: Permission denied (publickey).\njust-lora-begin';
    fs.writeFileSync(path.join(sshd.home, '.bashrc'), `printf '${words.replaceAll('\n', '\\n')}\\n' >&2\n`);
    fs.mkdirSync(path.join(context.root, 'data'));
    fs.writeFileSync(path.join(context.root, 'data/a'), 'a');
    assert.is((await synced(context, 'push')).state, 'done');
    // A fault of another kind behind them.
    fs.rmSync(path.join(there, 'data/a'));
    fs.mkdirSync(path.join(there, 'data/a/full'), { recursive: true });
    const other = await synced(context, 'push');
    assert.is(other.code, 'E_REMOTE_PATH', other.found);
    assert.not.match(other.tail ?? '', /Host key/);
    // One that comes with the transfer: whatever rsync there was called for, but for a look (`-n` of its server).
    fs.rmSync(path.join(there, 'data/a'), { recursive: true });
    program('rsync', `/usr/bin/rsync "$@"; c=$?; case "$*" in *"--server -n"*|*--version*) exit $c;; *) exit 23;; esac`);
    const partial = await synced(context, 'push');
    assert.is(partial.code, 'E_PARTIAL', partial.found);
    assert.not.match(partial.tail ?? '', /Host key/);
  });
}

test.run();
