import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { repository } from '../support/project';
import { skip } from '../support/skip';
import { noSshd } from '../support/sshd';
import { contents, pair } from '../support/sync';

const test = suite('scripts of sync');
const names = ['sync_to_remote.sh', 'sync_from_remote.sh'];

if (spawnSync('shellcheck', ['--version']).status !== 0) skip(test, 'shellcheck of the scripts', 'no shellcheck: install shellcheck');
else
  test('shellcheck has nothing to say, and they are executable', () => {
    for (const name of names) {
      const file = path.join(repository, 'scripts', name);
      const { stdout, status } = spawnSync('shellcheck', [file], { encoding: 'utf8' });
      assert.is(status, 0, stdout);
      assert.is(fs.statSync(file).mode & 0o111, 0o111);
    }
  });

test('an unfilled template says where to fill it in, and hostile places are refused', () => {
  for (const name of names) {
    const run = (...args: string[]) => spawnSync(path.join(repository, 'scripts', name), args, { encoding: 'utf8' });
    const unfilled = run();
    assert.is(unfilled.status, 2);
    assert.match(unfilled.stderr, /not filled in.*TODO lines at the top/s);
    assert.match(run('--help').stdout, /Usage:/);
    for (const [host, place] of [
      ['-oProxyCommand=x', 'a'],
      ['h;id', 'a'],
      ['h', '$(id)'],
      ['h', '/'],
      ['h', 'a/../b'],
      ['h', '-x'],
      ['h', 'a b'],
    ])
      assert.is(run(host ?? '', place ?? '').status, 2, `${host} ${place}`);
  }
});

if (noSshd) skip(test, 'scripts of sync for real', noSshd);
else
  test('send and fetch for real', async () => {
    const { project, there, sshd, data } = await pair();
    for (const name of names) fs.cpSync(path.join(repository, 'scripts', name), path.join(project, 'scripts', name));
    data('train.jsonl', 50_000);
    fs.mkdirSync(path.join(there, 'adapters/run'), { recursive: true });
    fs.writeFileSync(path.join(there, 'adapters/run/a.bin'), 'adapter');
    const run = (name: string, ...args: string[]) =>
      spawnSync(path.join(project, 'scripts', name), [...args, 'box', there], {
        encoding: 'utf8',
        env: { ...process.env, REMOTE_SSH_CONFIG: sshd.config },
      });
    const dry = run('sync_to_remote.sh', '--dry-run');
    assert.not.ok(fs.existsSync(path.join(there, 'data')), dry.stderr);
    const sent = run('sync_to_remote.sh');
    assert.is(sent.status, 0, sent.stderr);
    assert.equal(contents(path.join(there, 'data/processed')), contents(path.join(project, 'data/processed')));
    assert.not.ok(fs.existsSync(path.join(there, 'configs/setup.local.yaml')));
    // What is newer there stays.
    const newer = path.join(there, 'data/processed/train.jsonl');
    fs.writeFileSync(newer, 'work of a person');
    const later = Date.now() / 1000 + 60;
    fs.utimesSync(newer, later, later);
    assert.is(run('sync_to_remote.sh').status, 0);
    assert.is(fs.readFileSync(newer, 'utf8'), 'work of a person');
    const fetched = run('sync_from_remote.sh');
    assert.is(fetched.status, 0, fetched.stderr);
    assert.is(fs.readFileSync(path.join(project, 'adapters/run/a.bin'), 'utf8'), 'adapter');
    fs.rmSync(path.join(there, 'adapters'), { recursive: true });
    const none = run('sync_from_remote.sh');
    assert.equal([none.status, none.stderr], [2, `box has no ${there}/adapters\n\nfix: train there first, or correct REMOTE_PATH\n`]);
  });

test.run();
