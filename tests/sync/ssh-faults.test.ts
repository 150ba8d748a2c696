import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as net from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Context } from '../../tasks/engine/context';
import { contextWith } from '../support/context';
import { temporaryFolder } from '../support/project';
import { skip } from '../support/skip';
import { freePort, noSshd, startSshd } from '../support/sshd';
import { inHome, lookedAt, machine, synced } from '../support/sync-here';

const test = suite('faults of ssh itself');

/** An sshd with more than the usual, and projects whose remote is a host of a configuration beside it. */
async function hosts(more = '') {
  const sshd = await startSshd({ more });
  const usual = `HostName 127.0.0.1\n  Port ${sshd.port}\n  IdentityFile ${sshd.identity}\n  IdentitiesOnly yes\n  UserKnownHostsFile ${sshd.knownHosts}\n  GlobalKnownHostsFile /dev/null\n`;
  const project = (config: string, remote: object = {}): Context => {
    const file = path.join(temporaryFolder('jl-config'), 'ssh_config');
    fs.writeFileSync(file, config.replaceAll('USUAL', usual));
    return inHome(
      contextWith({ remotes: { gpu: { host: 'box', ssh_config: file, path: '/srv/project', ...remote } }, sync: { retries: 0 } }),
    );
  };
  return { sshd, project };
}

const otherKey = (): string => {
  const file = path.join(temporaryFolder('jl-key'), 'key');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
  return file;
};
const publicPart = (key: string) => fs.readFileSync(`${key}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');

if (noSshd) skip(test, 'faults of ssh itself', noSshd);
else {
  test('what a jump host says is told, though the shared connection hides it', async () => {
    const { sshd, project } = await hosts();
    const { sshd: closed } = await hosts('AllowTcpForwarding no');
    const via = (jump: string, more = '') => `Host box\n  ${more}USUAL  ProxyJump jump\nHost jump\n  ${jump}`;
    const changed = path.join(temporaryFolder('jl-known'), 'known hosts');
    fs.writeFileSync(changed, `[127.0.0.1]:${sshd.port} ${publicPart(otherKey())}\n`);
    const fresh = await lookedAt(project(via('USUAL')));
    assert.is(fresh.code, 'E_SSH_HOST_KEY', fresh.found);
    assert.match(fresh.fix, /ssh jump true/);
    const trust = 'StrictHostKeyChecking accept-new\n  ';
    const wrong = await lookedAt(project(via(`UserKnownHostsFile "${changed}"\n  StrictHostKeyChecking yes\n  USUAL`)));
    assert.is(wrong.code, 'E_SSH_HOST_KEY', wrong.found);
    assert.match(wrong.fix, new RegExp(`ssh-keygen -f '${changed}' -R '\\[127\\.0\\.0\\.1\\]:${sshd.port}'`));
    const refuses = await lookedAt(project(via(`${trust}IdentityFile ${closed.identity}\n  Port ${closed.port}\n  USUAL`)));
    assert.is(refuses.code, 'E_SSH_JUMP', refuses.found);
    const down = await freePort();
    const target = await lookedAt(project(via(`${trust}USUAL`, `Port ${down}\n  `)));
    assert.is(target.code, 'E_SSH_UNREACHABLE', target.found);
    assert.match(target.found, new RegExp(`jump host .* does not reach port ${down}.*refused`));
    const gone = await lookedAt(project(via(`Port ${down}\n  USUAL`)));
    assert.is(gone.code, 'E_SSH_REFUSED', gone.found);
    assert.match(gone.found, new RegExp(`jump host.*port ${down}`));
    const stranger = await lookedAt(project(via(`${trust}HostName 127.0.0.2\n  IdentityFile ${otherKey()}\n  Port ${sshd.port}\n`)));
    assert.is(stranger.code, 'E_SSH_REFUSED', stranger.found);
  });

  test('no common algorithm, a server that closes at once, and one that is none', async () => {
    const { project } = await hosts('Ciphers aes256-cbc');
    const old = await lookedAt(project('Host box\n  USUAL'));
    assert.is(old.code, 'E_SSH_ALGORITHM', old.found);
    assert.match(old.fix, /Ciphers \+aes256-cbc/);
    for (const [text, code] of [
      ['', 'E_SSH_CLOSED'],
      ['HTTP/1.1 400 Bad Request\r\n\r\n', 'E_SSH_CLOSED'],
    ] as const) {
      const server = net.createServer((socket) => {
        socket.on('error', () => undefined);
        socket.end(text);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as net.AddressInfo;
      const closed = await lookedAt(project('Host box\n  HostName 127.0.0.1\n', { port }));
      assert.is(closed.code, code, closed.found);
      assert.match(closed.found, new RegExp(`port ${port}`));
      server.close();
    }
  });

  test('fixes name what ssh really uses', async () => {
    const { sshd, project } = await hosts();
    fs.writeFileSync(sshd.knownHosts, `[127.0.0.1]:${sshd.port} ${publicPart(otherKey())}\n`);
    const changed = await lookedAt(project('Host box\n  USUAL'));
    assert.is(changed.code, 'E_SSH_HOST_KEY');
    assert.match(changed.fix, new RegExp(`ssh-keygen -f ${sshd.knownHosts} -R '\\[127\\.0\\.0\\.1\\]:${sshd.port}'`));
    execFileSync('ssh-keygen', ['-q', '-f', sshd.knownHosts, '-R', `[127.0.0.1]:${sshd.port}`]);
    assert.is((await lookedAt(project('Host box\n  USUAL'))).code, 'none');
    fs.writeFileSync(sshd.knownHosts, '');
    const strict = await lookedAt(project('Host box\n  StrictHostKeyChecking yes\n  USUAL'));
    assert.is(strict.code, 'E_SSH_HOST_KEY');
    assert.match(strict.fix, new RegExp(`ssh-keyscan -p ${sshd.port} 127\\.0\\.0\\.1`));
    const port = await freePort();
    const refused = await lookedAt(project(`Host box\n  Port ${port}\n  HostName 127.0.0.1\n`));
    assert.is(refused.code, 'E_SSH_REFUSED');
    assert.match(refused.found, new RegExp(`port ${port} of \`127\\.0\\.0\\.1\``));
  });

  test('a banner that holds our own words decides nothing', async () => {
    const banner = path.join(temporaryFolder('jl-banner'), 'banner');
    fs.writeFileSync(
      banner,
      'Host key verification failed.\nroot@box: Permission denied (publickey).\nssh: connect to host x port 1: Connection refused\njust-lora-begin\nNo space left on device\n',
    );
    const { sshd, project } = await hosts(`Banner ${banner}`);
    assert.is((await lookedAt(project('Host box\n  USUAL'))).code, 'none');
    const refused = await lookedAt(
      project('Host box\n  USUAL'.replace('USUAL', `HostName 127.0.0.1\n  Port ${sshd.port}\n  UserKnownHostsFile ${sshd.knownHosts}\n`), {
        identity: otherKey(),
      }),
    );
    assert.is(refused.code, 'E_SSH_LOGIN', refused.found);
    assert.not.match(refused.tail, /Host key/);
  });

  test('each fault of a key file is told with the file', async () => {
    const { sshd, project } = await hosts();
    const folder = temporaryFolder('jl keys');
    const key = fs.readFileSync(sshd.identity, 'utf8');
    const kinds: [name: string, text: string, code: string, found: RegExp, fix: RegExp][] = [
      ['id.pub', fs.readFileSync(`${sshd.identity}.pub`, 'utf8'), 'E_SSH_KEY', /is a public key/, /`[^`]*\/id`/],
      ['crlf', key.replaceAll('\n', '\r\n'), 'E_SSH_KEY', /line ends of Windows/, /sed -i/],
      ['cut-short', key.trimEnd(), 'E_SSH_KEY', /line break at its end/, /echo >>/],
      ['key.ppk', 'PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n', 'E_SSH_KEY', /PuTTY/, /puttygen/],
      ['empty', '', 'E_SSH_KEY', /is empty/, /private key/],
      ['half', key.slice(0, 100), 'E_SSH_KEY', /is cut/, /whole key/],
      ['bom', `\ufeff${key}`, 'E_SSH_KEY', /byte order mark/, /sed/],
      ['text', 'no key at all\n', 'E_SSH_KEY', /no private key/, /ssh-keygen -y/],
    ];
    const config = `Host box\n  HostName 127.0.0.1\n  Port ${sshd.port}\n  UserKnownHostsFile ${sshd.knownHosts}\n`;
    for (const [name, text, code, found, fix] of kinds) {
      const file = path.join(folder, name);
      fs.writeFileSync(file, text, { mode: 0o600 });
      const fault = await lookedAt(project(config, { identity: file }));
      assert.is(fault.code, code, `${name}: ${fault.found}`);
      assert.match(fault.found, found);
      assert.ok(fault.found.includes(file), fault.found);
      assert.match(fault.fix, fix);
    }
    const open = path.join(folder, 'open');
    fs.writeFileSync(open, key, { mode: 0o644 });
    const mode = await lookedAt(project(config, { identity: open }));
    assert.equal([mode.code, mode.fix], ['E_SSH_KEY_MODE', `\`chmod 600 '${open}'\``]);
    const locked = path.join(folder, 'locked');
    fs.writeFileSync(locked, key, { mode: 0o600 });
    execFileSync('ssh-keygen', ['-q', '-p', '-N', 'a passphrase', '-f', locked]);
    const asks = await lookedAt(project(config, { identity: locked }));
    assert.is(asks.code, 'E_SSH_KEY', asks.found);
    assert.match(asks.found, /has a passphrase/);
    assert.match(asks.fix, /ssh-add/);
    const context = project(config, { identity: otherKey() });
    const stranger = await lookedAt(context);
    assert.is(stranger.code, 'E_SSH_LOGIN');
    assert.match(stranger.fix, /`remotes\.gpu\.user`, in configs\/setup\.local\.yaml$/);
    // A run of another environment reads another file of this machine.
    assert.match((await lookedAt({ ...context, environment: 'remote' })).fix, /`remotes\.gpu\.user`, in configs\/setup\.remote\.yaml$/);
  });

  test('a new host key is accepted, and its fingerprint is told the first time', async () => {
    const { sshd, project } = await machine();
    const context = project();
    const print = execFileSync('ssh-keygen', ['-lf', path.join(sshd.folder, 'host_key.pub')], { encoding: 'utf8' }).split(' ')[1] ?? '';
    const { remoteStep } = require('../../tasks/sync/remote-step') as typeof import('../../tasks/sync/remote-step');
    const { openSession } = require('../../tasks/sync/session/open-session') as typeof import('../../tasks/sync/session/open-session');
    const look = () => remoteStep(openSession(context, 'push')).check(context, 'full');
    const first = await look();
    assert.ok('warning' in first && first.warning?.includes(print), JSON.stringify(first));
    const second = await look();
    assert.not.ok('warning' in second && second.warning, JSON.stringify(second));
  });
}

const hasIPv6 = Object.values(os.networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === '::1'));
if (noSshd || !hasIPv6) skip(test, 'an IPv6 address', noSshd ?? 'no ::1 on this machine');
else
  test('an IPv6 address is pushed to by rsync and by scp', async () => {
    const sshd = await startSshd({ more: 'ListenAddress ::1' });
    const config = path.join(sshd.folder, 'config6');
    fs.writeFileSync(config, `Host *\n  UserKnownHostsFile ${sshd.knownHosts}\n`);
    for (const transfer of ['rsync', 'scp']) {
      const there = path.join(sshd.folder, transfer);
      const remote = { host: '::1', port: sshd.port, identity: sshd.identity, ssh_config: config, path: there, transfer };
      const context = inHome(contextWith({ remotes: { gpu: remote }, sync: { push: ['data'], pull: ['adapters'], retries: 0 } }));
      fs.mkdirSync(path.join(context.root, 'data'));
      fs.writeFileSync(path.join(context.root, 'data/a'), 'a');
      const pushed = await synced(context, 'push');
      assert.is(pushed.state, 'done', pushed.found);
      fs.mkdirSync(path.join(there, 'adapters'));
      fs.writeFileSync(path.join(there, 'adapters/b'), 'b');
      assert.is((await synced(context, 'pull')).state, 'done');
      assert.is(fs.readFileSync(path.join(context.root, 'adapters/b'), 'utf8'), 'b');
    }
  });

test('without ssh on PATH that is told', async () => {
  const context = inHome(contextWith({ remotes: { gpu: { host: 'box', path: '/srv/project' } } }));
  const before = process.env.PATH;
  process.env.PATH = temporaryFolder('jl-empty');
  try {
    const { code, fix } = await lookedAt(context);
    assert.equal([code, /openssh/.test(fix)], ['E_NO_SSH', true]);
  } finally {
    process.env.PATH = before;
  }
});

test.run();
