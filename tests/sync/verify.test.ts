import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { skip } from '../support/skip';
import { noSshd } from '../support/sshd';
import { contents, pair } from '../support/sync';

const test = suite('sync --verify');

if (noSshd) skip(test, 'sync --verify', noSshd);
else {
  test('mends what differs by contents alone, and leaves a manifest that sha256sum reads on the other side', async () => {
    const { json, data, there, project, configure } = await pair();
    configure({}, { sync: { push: ['data/processed'] } });
    for (const name of ['plain', 'new\nline', 'back\\slash', 'sub/ü']) data(name, `contents of ${name}`);
    const first = await json('sync:push', '--verify');
    assert.is(first.exitCode, 0, first.stderr);
    const check = () =>
      execFileSync('sha256sum', ['-c', '--strict', '.just-lora/manifests/data-processed.sha256'], { cwd: there, encoding: 'utf8' });
    assert.is(check().trim().split('\n').length, 4);
    assert.is((await json('sync:push', '--verify')).outcome, 'unchanged');
    const file = path.join(there, 'data/processed/plain');
    const { mtime, size } = fs.statSync(file);
    fs.writeFileSync(file, 'x'.repeat(size));
    fs.utimesSync(file, mtime, mtime);
    assert.is((await json('sync:push')).outcome, 'unchanged');
    assert.throws(check);
    const mended = await json('sync:push', '--verify');
    assert.equal([mended.exitCode, mended.outcome], [0, 'changed'], mended.stderr);
    assert.equal(contents(path.join(there, 'data/processed')), contents(path.join(project, 'data/processed')));
    check();
    data('plain', 'other contents');
    assert.is((await json('sync:push')).exitCode, 0);
    // A manifest that does not hold any more is gone, not wrong.
    const manifest = path.join(there, '.just-lora/manifests/data-processed.sha256');
    assert.not.ok(fs.existsSync(manifest));
    const before = contents(path.join(project, '.just-lora'));
    const unverified = await json('sync:push', '--verify', '--check');
    assert.is(unverified.exitCode, 3);
    assert.is(unverified.steps.find(({ name }: { name: string }) => name === 'push').found, 'no checksum manifest yet');
    assert.equal(contents(path.join(project, '.just-lora')), before);
    assert.is((await json('sync:push', '--verify')).exitCode, 0);
    data('plain', 'changed once more');
    assert.is((await json('sync:push', '--only=data/processed/plain')).exitCode, 0);
    assert.not.ok(fs.existsSync(manifest));
  });

  test('sync:status tells contents that changed behind size and time as such, with commands that mend them', async () => {
    const { json, data, there, project, configure } = await pair();
    for (const transfer of ['rsync', 'scp']) {
      configure({ transfer }, { sync: { push: ['data/processed', 'scripts'], pull: ['data/processed'] } });
      data(transfer, 'as it is');
      assert.is((await json('sync:push', '--only=data/processed')).exitCode, 0);
      const file = path.join(there, 'data/processed', transfer);
      const { mtime } = fs.statSync(file);
      fs.writeFileSync(file, 'x'.repeat(8));
      fs.utimesSync(file, mtime, mtime);
      const status = await json('sync:status', '--verify', '--only=data/processed');
      const { differ, fix } = status.steps.at(-1);
      assert.equal(differ, [{ name: `data/processed/${transfer}`, note: 'other contents' }]);
      assert.match(fix, '`npx just sync:push --verify --only=data/processed` sends');
      assert.match(fix, '`npx just sync:pull --verify --only=data/processed` fetches');
      assert.is((await json('sync:pull', '--verify', '--only=data/processed')).exitCode, 0);
      assert.is(fs.readFileSync(path.join(project, 'data/processed', transfer), 'utf8'), 'x'.repeat(8));
      assert.is((await json('sync:status', '--verify', '--only=data/processed')).exitCode, 0);
    }
  });

  test('a pull is verified the same way', async () => {
    const { json, there, project, configure } = await pair();
    configure({}, { sync: { pull: ['adapters'] } });
    fs.mkdirSync(path.join(there, 'adapters'), { recursive: true });
    fs.writeFileSync(path.join(there, 'adapters/a.bin'), 'adapter');
    const first = await json('sync:pull', '--verify');
    assert.is(first.exitCode, 0, first.stderr);
    execFileSync('sha256sum', ['-c', '--strict', '.just-lora/manifests/adapters.sha256'], { cwd: project });
    assert.is((await json('sync:pull', '--verify')).outcome, 'unchanged');
  });

  test('a mounted volume is a remote too', async () => {
    const { json, data, sshd, project, configure } = await pair();
    const volume = path.join(sshd.folder, 'größe with a blank', 'project');
    configure({ type: 'local', path: volume, host: null }, { sync: { push: ['data/processed'], pull: ['adapters'] } });
    data('a', 'a');
    const missing = await json('sync:push');
    assert.is(missing.steps[0]?.code, 'E_NOT_MOUNTED', missing.stderr);
    fs.mkdirSync(path.dirname(volume));
    const pushed = await json('sync:push', '--verify');
    assert.is(pushed.exitCode, 0, pushed.stderr);
    assert.equal(contents(path.join(volume, 'data/processed')), contents(path.join(project, 'data/processed')));
    fs.mkdirSync(path.join(volume, 'adapters'));
    fs.writeFileSync(path.join(volume, 'adapters/x'), 'x');
    const pulled = await json('sync:pull');
    assert.is(pulled.exitCode, 0, pulled.stderr);
    assert.is(fs.readFileSync(path.join(project, 'adapters/x'), 'utf8'), 'x');
  });
}

test.run();
