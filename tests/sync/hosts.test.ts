import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { temporaryFolder } from '../support/project';
import { skip } from '../support/skip';
import { noSshd } from '../support/sshd';
import { contents, pair } from '../support/sync';
import { afterwards } from '../support/watch';

const test = suite('sync with a host of its own');

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const ip = (...args: string[]) => execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });

/** A network namespace with a link of its own to this machine, taken down at the end. */
function namespace(): { name: string; inner: string; address: string } | undefined {
  const tag = `jl${process.pid % 100_000}`;
  const [name, outer, inner] = [`${tag}h`, `${tag}a`, `${tag}b`];
  const net = `10.${200 + (process.pid % 50)}.${process.pid % 250}`;
  if (process.getuid?.() !== 0 || spawnSync('ip', ['netns', 'add', name]).status !== 0) return undefined;
  afterwards('for p in $(ip netns pids "$1"); do kill "$p"; done; ip netns del "$1"; ip link del "$2" 2>/dev/null', name, outer);
  try {
    ip('link', 'add', outer, 'type', 'veth', 'peer', 'name', inner, 'netns', name);
    ip('addr', 'add', `${net}.1/24`, 'dev', outer);
    ip('link', 'set', outer, 'up');
    ip('-n', name, 'addr', 'add', `${net}.2/24`, 'dev', inner);
    ip('-n', name, 'link', 'set', inner, 'up');
    execFileSync('tc', ['qdisc', 'add', 'dev', outer, 'root', 'tbf', 'rate', '40mbit', 'burst', '32k', 'latency', '200ms'], {
      stdio: 'ignore',
    });
  } catch {
    return undefined;
  }
  return { name, inner, address: `${net}.2` };
}

const host = noSshd ? undefined : namespace();

if (!host) skip(test, 'sync with a host of its own', noSshd ?? 'no network namespaces: not root, or not allowed');
else
  test('a link that goes down in the middle ends the push in seconds, and the next one goes on from there', async () => {
    const { configure, start, json, data, project, there, sshd } = await pair();
    // The same sshd once more, in the namespace.
    const config = path.join(temporaryFolder('jl-ns'), 'sshd_config');
    fs.writeFileSync(
      config,
      fs
        .readFileSync(path.join(sshd.folder, 'sshd_config'), 'utf8')
        .replace(/^ListenAddress.*$/m, `ListenAddress ${host.address}`)
        .replace(/^PidFile.*$/m, 'PidFile none'),
    );
    execFileSync('ip', ['netns', 'exec', host.name, '/usr/sbin/sshd', '-f', config]);
    const ssh = path.join(path.dirname(config), 'ssh_config');
    fs.writeFileSync(ssh, fs.readFileSync(sshd.config, 'utf8').replace('127.0.0.1', host.address));
    configure({ ssh_config: ssh }, { sync: { push: ['data/processed'], retries: 0 } });
    data('big', 30_000_000);
    const { ended } = start('sync:push');
    await pause(5000);
    ip('-n', host.name, 'link', 'set', host.inner, 'down');
    const since = Date.now();
    const { exitCode } = await ended;
    assert.is(exitCode, 1);
    assert.ok(Date.now() - since < 30_000, `${Date.now() - since} ms`);
    assert.not.ok(fs.existsSync(path.join(there, 'data/processed/big')));
    const silent = await json('sync:push');
    assert.equal([silent.exitCode, silent.steps[0].code], [1, 'E_SSH_UNREACHABLE']);
    ip('-n', host.name, 'link', 'set', host.inner, 'up');
    const last = await json('sync:push');
    assert.is(last.exitCode, 0, last.stderr);
    assert.equal(contents(path.join(there, 'data/processed')), contents(path.join(project, 'data/processed')));
  });

test.run();
