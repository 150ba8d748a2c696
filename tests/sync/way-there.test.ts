import { execSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { temporaryFolder } from '../support/project';
import { skip } from '../support/skip';
import { noSshd } from '../support/sshd';
import { asked, machine, synced } from '../support/sync-here';

const test = suite('what is in the way of a push');

const write = (file: string, text: string) => {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
};

/** A folder of one name here, and what stands at that name there. */
async function scene(remote: Record<string, unknown>) {
  const { project, there } = await machine();
  const root = typeof remote['path'] === 'string' ? remote['path'] : there;
  const context = project(remote, { sync: { push: ['data/processed'], retries: 0 } });
  const [near, far] = [path.join(context.root, 'data/processed'), path.join(root, 'data/processed')];
  write(path.join(near, 'sub/inner.txt'), 'from here');
  write(path.join(near, 'top.txt'), 'from here too');
  fs.mkdirSync(far, { recursive: true });
  return { context, near, far };
}

const volume = () => path.join(temporaryFolder('jl-volume'), 'project');
const cure = (fix = '') => (/^`(.*)`, then run/.exec(fix) ?? [])[1] ?? '';

if (noSshd) skip(test, 'what is in the way of a push', noSshd);
else {
  for (const [by, remote] of [
    ['rsync', () => ({})],
    ['scp', () => ({ transfer: 'scp' })],
    ['a volume', () => ({ type: 'local', host: null, path: volume() })],
  ] as const) {
    test(`by ${by}, a file there is not replaced by a folder, nor a folder by a file`, async () => {
      const { context, near, far } = await scene(remote());
      write(path.join(far, 'sub'), 'the only copy');
      write(path.join(far, 'sub.kept'), 'of another time');
      for (const options of [{}, { plan: '' }]) {
        const refused = await synced(asked(context, options), 'push');
        assert.equal(
          [refused.code, refused.found],
          ['E_REMOTE_PATH', '`data/processed/sub` is a file on `gpu` and a folder here'],
          refused.found,
        );
      }
      assert.equal(fs.readdirSync(far).sort(), ['sub', 'sub.kept']);
      execSync(cure((await synced(context, 'push')).fix));
      const done = await synced(context, 'push');
      assert.is(done.state, 'done', done.found);
      assert.equal(
        ['sub.kept', 'sub.kept-2', 'sub/inner.txt'].map((name) => fs.readFileSync(path.join(far, name), 'utf8')),
        ['of another time', 'the only copy', 'from here'],
      );
      write(path.join(far, 'top.txt.d/row'), 'made there');
      write(path.join(near, 'top.txt.d'), 'a file here');
      const folder = await synced(context, 'push');
      assert.equal([folder.code, folder.found], ['E_REMOTE_PATH', '`data/processed/top.txt.d` is a folder on `gpu` and a file here']);
      execSync(cure(folder.fix));
      assert.is((await synced(context, 'push')).state, 'done');
      assert.is(fs.readFileSync(path.join(far, 'top.txt.d.kept/row'), 'utf8'), 'made there');
      // The folder that travels is a file there.
      fs.rmSync(far, { recursive: true });
      write(far, 'a file');
      const whole = await synced(context, 'push');
      assert.equal([whole.code, whole.found], ['E_REMOTE_PATH', '`data/processed` is a file on `gpu` and a folder here']);
      execSync(cure(whole.fix));
      assert.is((await synced(context, 'push')).state, 'done');
      assert.is(fs.readFileSync(`${far}.kept`, 'utf8'), 'a file');
    });

    test(`by ${by}, a link inside of the folder there is neither replaced nor written through; the folder itself may be one`, async () => {
      const { context, far } = await scene(remote());
      const disk = temporaryFolder('jl-disk');
      write(path.join(disk, 'own.txt'), 'on the disk');
      fs.symlinkSync(disk, path.join(far, 'sub'));
      const refused = await synced(context, 'push');
      assert.equal([refused.code, refused.found], ['E_REMOTE_PATH', '`data/processed/sub` is a link on `gpu` and a folder here']);
      assert.ok(fs.lstatSync(path.join(far, 'sub')).isSymbolicLink());
      assert.equal(fs.readdirSync(disk), ['own.txt']);
      assert.match(refused.fix ?? '', '`npx just sync:push --exclude=/sub`');
      assert.is((await synced(asked(context, { exclude: '/sub' }), 'push')).state, 'done');
      assert.match(refused.fix ?? '', '`npx just sync:push --only=data/processed/sub`');
      assert.is((await synced(asked(context, { only: 'data/processed/sub' }), 'push')).state, 'done');
      assert.equal(fs.readdirSync(disk).sort(), ['inner.txt', 'own.txt']);
      fs.rmSync(path.join(far, 'sub'));
      fs.rmSync(path.join(far, 'top.txt'));
      fs.symlinkSync(path.join(disk, 'own.txt'), path.join(far, 'top.txt'));
      const file = await synced(context, 'push');
      assert.equal([file.code, file.found], ['E_REMOTE_PATH', '`data/processed/top.txt` is a link on `gpu` and a file here']);
      assert.is(fs.readFileSync(path.join(disk, 'own.txt'), 'utf8'), 'on the disk');
      fs.rmSync(far, { recursive: true });
      fs.symlinkSync(disk, far);
      assert.is((await synced(context, 'push')).state, 'done');
      assert.is(fs.readFileSync(path.join(disk, 'sub/inner.txt'), 'utf8'), 'from here');
      assert.ok(fs.lstatSync(far).isSymbolicLink());
    });
  }

  test('a pull by rsync over a folder here that holds something says how it is moved', async () => {
    const { project, there } = await machine();
    const context = project();
    write(path.join(there, 'adapters/first'), 'a file there');
    write(path.join(context.root, 'adapters/first/mine.txt'), 'mine');
    const refused = await synced(context, 'pull');
    assert.equal([refused.code, refused.found], ['E_UNSAFE_PATH', '`adapters/first` is a folder here and a file there'], refused.found);
    execSync(cure(refused.fix), { cwd: context.root });
    assert.is((await synced(context, 'pull')).state, 'done');
    assert.is(fs.readFileSync(path.join(context.root, 'adapters/first.kept/mine.txt'), 'utf8'), 'mine');
  });

  test('by rclone to a disk, neither', async () => {
    const { context, far } = await scene({ type: 'rclone', host: null, path: `:local:${volume()}` });
    const root = far.replace(/^:local:/, '');
    fs.mkdirSync(root, { recursive: true });
    const disk = temporaryFolder('jl-disk');
    fs.symlinkSync(disk, path.join(root, 'sub'));
    const refused = await synced(context, 'push');
    assert.equal(
      [refused.code, refused.found],
      ['E_REMOTE_PATH', '`data/processed/sub` is a link on `gpu` and a folder here'],
      refused.found,
    );
    assert.equal(fs.readdirSync(disk), []);
    fs.rmSync(path.join(root, 'sub'));
    write(path.join(root, 'sub'), 'the only copy');
    const file = await synced(context, 'push');
    assert.equal([file.code, file.found], ['E_REMOTE_PATH', '`data/processed/sub` is a file on `gpu` and a folder here'], file.found);
    fs.rmSync(path.join(root, 'sub'));
    assert.is((await synced(context, 'push')).state, 'done');
  });
}

test.run();
