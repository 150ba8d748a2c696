import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { unreadableSource } from '../../tasks/sync/posix/faults';
import type { Remote } from '../../tasks/sync/remotes/remote';
import { projectCopy, runJust, temporaryFolder } from '../support/project';
import { relay } from '../support/relay';
import { skip } from '../support/skip';
import { freePort, noSshd } from '../support/sshd';
import { contents, pair } from '../support/sync';
import { mountTmpfs } from '../support/tmpfs';
import { together } from '../support/together';

const test = suite('faults of sync');
const waiting = together(test, 2);

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const noMount = mountTmpfs(temporaryFolder('jl-mount'), 'size=1m');

if (noSshd) skip(test, 'faults of sync', noSshd);
else {
  waiting('each fault of the way has its own code and a cure', async () => {
    const { configure, json, sshd } = await pair();
    const codeWith = async (remote: Record<string, unknown>): Promise<string> => {
      configure(remote);
      const { exitCode, steps } = await json('sync:remotes');
      assert.is(exitCode, 1);
      assert.ok(steps[0].fix);
      return steps[0].code;
    };
    assert.is(await codeWith({ port: await freePort() }), 'E_SSH_REFUSED');
    assert.is(await codeWith({ host: 'nowhere.invalid' }), 'E_SSH_HOST_UNKNOWN');
    const other = path.join(sshd.folder, 'other_key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', other]);
    const config = path.join(sshd.folder, 'plain_config');
    fs.writeFileSync(config, fs.readFileSync(sshd.config, 'utf8').replace(/ *IdentityFile.*\n/, ''));
    assert.is(await codeWith({ ssh_config: config, identity: other }), 'E_SSH_LOGIN');
    configure();
    assert.is((await json('sync:remotes')).exitCode, 0);
    // The master of the connection that went well is still there, and must not hide that the key is another one now.
    const [key] = fs.readFileSync(`${other}.pub`, 'utf8').split(' jl');
    fs.writeFileSync(sshd.knownHosts, `[127.0.0.1]:${sshd.port} ${key?.split(' ').slice(0, 2).join(' ')}\n`);
    assert.is(await codeWith({}), 'E_SSH_HOST_KEY');
    fs.writeFileSync(path.join(sshd.folder, 'bad_config'), 'NoSuchOption yes\n');
    assert.is(await codeWith({ ssh_config: path.join(sshd.folder, 'bad_config') }), 'E_SSH_CONFIG');
  });

  waiting('a clock there that is off is told', async () => {
    const bin = temporaryFolder('jl-clock');
    fs.writeFileSync(path.join(bin, 'date'), '#!/bin/sh\necho $(($(/bin/date +%s) + 100))\n', { mode: 0o755 });
    const { json, data, configure } = await pair({ path: `${bin}:/usr/local/bin:/usr/bin:/bin` });
    configure({}, { sync: { push: ['data/processed'] } });
    data('a', 'a');
    const { exitCode, steps } = await json('sync:push');
    assert.is(exitCode, 0);
    assert.match(steps[0].found, /clock (99|100|101) s ahead/);
    assert.match(steps[0].warning, /the clock there is (99|100|101) s ahead/);
  });

  waiting('a place that another machine pushes to is left alone, until that one has given no sign of life for two minutes', async () => {
    const { json, data, configure, there } = await pair();
    configure({}, { sync: { push: ['data/processed'] }, run: { lock_wait_seconds: 1 } });
    data('a', 'a');
    const lock = path.join(there, '.just-lora/lock');
    fs.mkdirSync(path.dirname(lock), { recursive: true });
    fs.writeFileSync(lock, 'token\nother:/project\n');
    const refused = await json('sync:push');
    assert.equal([refused.exitCode, refused.steps[1].code], [1, 'E_REMOTE_LOCKED'], refused.stderr);
    assert.match(refused.steps[1].found, /other:\/project/);
    assert.not.ok(fs.existsSync(path.join(there, 'data')));
    const touched = (seconds: number) => fs.utimesSync(lock, new Date(Date.now() - seconds * 1000), new Date(Date.now() - seconds * 1000));
    // A line that hangs for a while is no death.
    touched(90);
    assert.is((await json('sync:push')).steps[1].code, 'E_REMOTE_LOCKED');
    touched(200);
    // What the dead one left is continued from, and then cleared away.
    fs.mkdirSync(path.join(there, 'data/processed/.rsync-partial'), { recursive: true });
    fs.writeFileSync(path.join(there, 'data/processed/.rsync-partial/gone'), 'a part of a file that is gone here');
    assert.is((await json('sync:push')).exitCode, 0);
    assert.equal(fs.readdirSync(path.join(there, 'data/processed')), ['a']);
    assert.not.ok(fs.existsSync(lock));
  });

  test('what rsync cannot read at the source is told by name', () => {
    const text =
      'rsync: [sender] opendir "/data/sec\\#303\\#274ret" failed: Permission denied (13)\nrsync: [sender] send_files failed to open "/data/b": Permission denied (13)';
    const fault = unreadableSource(23, text)?.fault;
    assert.equal([fault?.code, fault?.found], ['E_SOURCE_UNREADABLE', '`/data/secüret` and 1 more cannot be read']);
    const pulled = unreadableSource(23, text, { name: 'gpu' } as Remote)?.fault;
    assert.equal(
      [pulled?.found, pulled?.fix],
      ['`/data/secüret` and 1 more on `gpu` cannot be read', 'make it readable for this login there\nto leave it out: `--exclude`'],
    );
    assert.is(unreadableSource(12, text), undefined);
    assert.is(unreadableSource(23, 'rsync: [receiver] mkstemp "/x" failed: Permission denied (13)'), undefined);
  });

  waiting('a login shell that prints is told', async () => {
    const { json } = await pair({ more: `ForceCommand sh -c 'echo welcome; eval "$SSH_ORIGINAL_COMMAND"'` });
    assert.is((await json('sync:remotes')).steps[0].code, 'E_REMOTE_SHELL');
  });

  waiting('the start-up file that is named is that of the login shell there', async () => {
    for (const [shell, file] of [
      ['/bin/bash', 'in ~/.bashrc there: `'],
      ['/usr/bin/zsh', 'in ~/.zshenv there: `'],
      ['/bin/tcsh', 'in ~/.tcshrc or ~/.cshrc there: `if (! $?prompt) exit`'],
      ['/usr/bin/fish', 'in ~/.config/fish/config.fish there: `'],
      ['/opt/odd', 'in the start-up files of the login shell there ('],
    ] as const) {
      const { json, configure } = await pair({
        more: `ForceCommand sh -c 'echo welcome; export SHELL=${shell}; eval "$SSH_ORIGINAL_COMMAND"'`,
      });
      configure({ transfer: 'scp' });
      const { code, needed, fix } = (await json('sync:remotes')).steps[0];
      assert.is(code, 'E_REMOTE_SHELL');
      assert.not.match(needed, 'rsync');
      assert.match(fix, file);
    }
  });

  if (noMount) skip(test, 'a full and a read-only disk', noMount);
  else
    waiting('a full and a read-only disk are told before anything is sent', async () => {
      const { configure, json, data, sshd, project, there } = await pair();
      const small = path.join(sshd.folder, 'small');
      mountTmpfs(small, 'size=2m');
      data('big', 5_000_000);
      configure({ path: path.join(small, 'project') }, { sync: { push: ['data/processed'] } });
      const full = await json('sync:push');
      assert.equal([full.exitCode, full.steps[1].code], [1, 'E_REMOTE_FULL']);
      assert.match(full.steps[1].found, /2\.1 MB free.*5 MB to come/);
      assert.equal(fs.readdirSync(small), []);
      configure({}, { sync: { pull: ['adapters'] } });
      fs.mkdirSync(path.join(there, 'adapters'), { recursive: true });
      fs.writeFileSync(path.join(there, 'adapters/big.bin'), Buffer.alloc(5_000_000));
      fs.rmSync(path.join(project, 'adapters'), { recursive: true });
      fs.symlinkSync(small, path.join(project, 'adapters'));
      assert.is((await json('sync:pull')).steps[1].code, 'E_DISK_FULL');
      assert.equal(fs.readdirSync(small), []);
      const closed = path.join(sshd.folder, 'closed');
      mountTmpfs(closed, 'size=2m,ro');
      configure({ path: path.join(closed, 'project') }, { sync: { push: ['data/processed'] } });
      assert.is((await json('sync:push')).steps[0].code, 'E_REMOTE_READ_ONLY');
    });

  waiting('a link that is cut three times is taken up again each time, and the bytes are right', async () => {
    const { sshd, configure, start, data, project, there } = await pair();
    const link = await relay(sshd.port, { rate: 8_000_000 });
    configure({ port: link.port }, { sync: { push: ['data/processed'] } });
    data('big', 40_000_000);
    const { ended } = start('sync:push');
    for (const at of [6, 14, 22]) {
      await link.hasSent(at * 1_000_000);
      link.cut();
    }
    const { exitCode, stderr } = await ended;
    assert.is(exitCode, 0, stderr);
    assert.ok(link.sent() < 70_000_000, `${link.sent()} bytes for 40 MB`);
    assert.equal(contents(path.join(there, 'data/processed')), contents(path.join(project, 'data/processed')));
    link.close();
  });

  for (const direction of ['push', 'pull'] as const)
    waiting(`a ${direction} ends in seconds when the link stalls`, async () => {
      const { sshd, configure, start, data, there } = await pair();
      const link = await relay(sshd.port, { rate: 4_000_000 });
      configure({ port: link.port }, { sync: { push: ['data/processed'], pull: ['adapters'], retries: 0 } });
      data('big', 30_000_000);
      fs.mkdirSync(path.join(there, 'adapters'), { recursive: true });
      fs.writeFileSync(path.join(there, 'adapters/big'), Buffer.alloc(30_000_000, 'x'));
      const { ended } = start(`sync:${direction}`);
      await pause(4500);
      link.stall();
      const since = Date.now();
      const { exitCode, stderr } = await ended;
      assert.is(exitCode, 1);
      assert.match(stderr, /E_LINK|E_SSH_UNREACHABLE/);
      assert.ok(Date.now() - since < 30_000, `${Date.now() - since} ms`);
      link.close();
    });

  waiting('a file that changes while it is sent is told by name, and the next run mends it', async () => {
    const { sshd, configure, start, json, data, project, there } = await pair();
    const link = await relay(sshd.port, { rate: 4_000_000 });
    configure({ port: link.port }, { sync: { push: ['data/processed'] } });
    data('growing', 12_000_000);
    const { ended } = start('sync:push', '--json');
    await link.hasSent(3_000_000);
    fs.appendFileSync(path.join(project, 'data/processed/growing'), 'more');
    const { exitCode, stdout } = await ended;
    const { steps } = JSON.parse(stdout);
    assert.equal([exitCode, steps[1].code], [1, 'E_CHANGED_WHILE_SENT']);
    assert.match(steps[1].found, /data\/processed\/growing/);
    assert.is((await json('sync:push')).exitCode, 0);
    assert.equal(contents(path.join(there, 'data/processed')), contents(path.join(project, 'data/processed')));
    link.close();
  });

  waiting('two pushes at once to one place, of one project and of two, both end well', async () => {
    const { json, data, there, project, env, configure, start } = await pair();
    configure({}, { sync: { push: ['data/processed'] } });
    data('shared', 3_000_000);
    const both = await Promise.all([start('sync:push').ended, start('sync:push').ended]);
    assert.equal(
      both.map(({ exitCode }) => exitCode),
      [0, 0],
      both.map(({ stderr }) => stderr).join('\n'),
    );
    const second = projectCopy();
    fs.cpSync(path.join(project, 'configs/setup.local.yaml'), path.join(second, 'configs/setup.local.yaml'));
    fs.cpSync(path.join(project, 'data/processed'), path.join(second, 'data/processed'), { recursive: true, preserveTimestamps: true });
    fs.writeFileSync(path.join(second, 'data/processed/other'), 'from the other project');
    data('mine', 'from this project');
    const [here, other] = await Promise.all([json('sync:push'), runJust(second, ['sync:push'], env)]);
    assert.equal([here.exitCode, other.exitCode], [0, 0], here.stderr + other.stderr);
    assert.equal(Object.keys(contents(path.join(there, 'data/processed'))).sort(), ['mine', 'other', 'shared']);
    assert.not.ok(fs.existsSync(path.join(there, '.just-lora/lock')));
  });
}

test.run();
