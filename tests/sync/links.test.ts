import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { temporaryFolder } from '../support/project';
import { skip } from '../support/skip';
import { noSshd } from '../support/sshd';
import { asked, machine, synced } from '../support/sync-here';

const test = suite('links that travel');

/** A project, and a disk beside it that links lead to. */
async function linked(remote: object = {}, sync: object = {}) {
  const { project, there } = await machine();
  const context = project(remote, { sync: { push: ['data/processed'], pull: ['adapters'], retries: 0, ...sync } });
  const disk = temporaryFolder('jl-nas');
  fs.writeFileSync(path.join(disk, 'train.jsonl'), 'x'.repeat(70_000));
  fs.mkdirSync(path.join(disk, 'images/deep'), { recursive: true });
  fs.writeFileSync(path.join(disk, 'images/deep/a.png'), 'an image');
  const data = path.join(context.root, 'data/processed');
  fs.mkdirSync(data, { recursive: true });
  const push = (options: Record<string, string> = {}, looks = false) => synced(asked(context, options), 'push', looks);
  return { context, push, project: context.root, there, data, far: path.join(there, 'data/processed'), disk };
}

if (noSshd) skip(test, 'links that travel', noSshd);
else {
  for (const [transfer, remote] of [
    ['rsync', {}],
    ['scp', { transfer: 'scp' }],
  ] as const)
    test(`by ${transfer}, what a link outside leads to arrives, with its size in the plan`, async () => {
      const { push, data, far, disk, there } = await linked(remote);
      fs.symlinkSync(path.join(disk, 'train.jsonl'), path.join(data, 'train.jsonl'));
      fs.symlinkSync(path.join(disk, 'images'), path.join(data, 'images'));
      const checked = await push({}, true);
      assert.is(checked.state, 'todo', checked.found);
      const sizes = Object.fromEntries(checked.data.files.map(({ name, bytes }: { name: string; bytes: number }) => [name, bytes]));
      assert.equal([sizes['data/processed/train.jsonl'], sizes['data/processed/images/deep/a.png']], [70_000, 8]);
      const pushed = await push({ verify: '' });
      assert.is(pushed.state, 'done', pushed.found);
      assert.ok(fs.lstatSync(path.join(far, 'train.jsonl')).isFile());
      assert.is(fs.statSync(path.join(far, 'train.jsonl')).size, 70_000);
      assert.is(fs.readFileSync(path.join(far, 'images/deep/a.png'), 'utf8'), 'an image');
      const sums = execFileSync('sha256sum', ['-c', '--strict', '.just-lora/manifests/data-processed.sha256'], {
        cwd: there,
        encoding: 'utf8',
      });
      assert.is(sums.trim().split('\n').length, 2);
      assert.is((await push({ verify: '' }, true)).state, 'done');
      // What it leads to changes.
      fs.writeFileSync(path.join(disk, 'train.jsonl'), 'new');
      assert.is((await push()).state, 'done');
      assert.is(fs.readFileSync(path.join(far, 'train.jsonl'), 'utf8'), 'new');
    });

  test('a link inside stays one, relative as it is', async () => {
    const { push, data, far } = await linked();
    fs.mkdirSync(path.join(data, 'sub'));
    fs.writeFileSync(path.join(data, 'real'), 'real');
    fs.symlinkSync('real', path.join(data, 'latest'));
    fs.symlinkSync('../real', path.join(data, 'sub/up'));
    const pushed = await push({ verify: '' });
    assert.is(pushed.state, 'done', pushed.found);
    assert.equal([fs.readlinkSync(path.join(far, 'latest')), fs.readlinkSync(path.join(far, 'sub/up'))], ['real', '../real']);
    assert.is((await push({ verify: '' }, true)).state, 'done');
  });

  test('a link that leads nowhere outside, in a circle, or around the project is told before anything is sent', async () => {
    const { push, data, there, project, disk } = await linked();
    const link = path.join(data, 'odd');
    for (const [target, what] of [
      ['/nowhere/at/all', /odd.*leads nowhere/],
      // Within the folder too: it would be as broken there.
      ['not-there.jsonl', /odd.*leads nowhere/],
      ['../..', /odd.*(?:the project itself|a circle|holds)/],
      [project, /odd.*(?:the project itself|a circle|holds)/],
      ['/', /odd.*(?:the project itself|a circle|holds)/],
      ['/dev/null', /odd.*(?:no file|neither)/],
    ] as const) {
      fs.symlinkSync(target, link);
      const refused = await push();
      assert.equal(refused.code, 'E_LINK_OUTSIDE', `${target}: ${refused.found}`);
      assert.match(refused.found, what);
      assert.match(refused.fix ?? '', /--exclude/);
      assert.not.ok(fs.existsSync(path.join(there, 'data')));
      fs.rmSync(link);
    }
    // In a folder outside: what leads out of that one.
    fs.symlinkSync('../train.jsonl', path.join(disk, 'images/deep/up'));
    fs.symlinkSync(path.join(disk, 'images/deep'), path.join(data, 'images'));
    assert.equal((await push()).code, 'E_LINK_OUTSIDE');
    fs.rmSync(path.join(disk, 'images/deep/up'));
    fs.symlinkSync('.', path.join(disk, 'images/deep/self'));
    const pushed = await push();
    assert.is(pushed.state, 'done', pushed.found);
    assert.is(fs.readFileSync(path.join(there, 'data/processed/images/a.png'), 'utf8'), 'an image');
    // One that is left out hinders nobody.
    fs.symlinkSync('/nowhere/at/all', link);
    assert.is((await push({ exclude: '/odd' })).state, 'done');
  });

  test('sync.links: keep sends every link as it is, and says which of them lead out', async () => {
    const { push, data, far, disk } = await linked({}, { links: 'keep' });
    fs.symlinkSync(path.join(disk, 'train.jsonl'), path.join(data, 'train.jsonl'));
    const pushed = await push();
    assert.is(pushed.state, 'done', pushed.found);
    assert.is(fs.readlinkSync(path.join(far, 'train.jsonl')), path.join(disk, 'train.jsonl'));
    assert.match(pushed.warning ?? '', /train\.jsonl/);
  });

  test('a link that git tracks and that leads out of the project is not followed', async () => {
    const { push, data, project, disk, there } = await linked();
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@x', ...args], { cwd: project, stdio: 'ignore' });
    fs.symlinkSync(disk, path.join(data, 'planted'));
    git('init', '-q');
    git('add', '-f', 'data/processed/planted');
    const refused = await push();
    assert.is(refused.code, 'E_LINK_OUTSIDE', refused.found);
    assert.match(refused.found, /repository/);
    assert.not.ok(fs.existsSync(path.join(there, 'data')));
  });

  test('by scp a pull brings no link and says which, and a push does not replace one there', async () => {
    const { context, push, there, project, data, disk, far } = await linked({ transfer: 'scp' });
    const adapters = path.join(there, 'adapters/run');
    fs.mkdirSync(adapters, { recursive: true });
    fs.writeFileSync(path.join(adapters, 'a.bin'), 'adapter');
    fs.symlinkSync('a.bin', path.join(adapters, 'latest'));
    fs.symlinkSync(path.join(disk, 'train.jsonl'), path.join(adapters, 'out'));
    const pulled = await synced(context, 'pull');
    assert.is(pulled.state, 'done', pulled.found);
    assert.match(pulled.warning ?? '', /do not travel: .*run\/(?:latest|out).*run\/(?:latest|out)/);
    assert.equal(fs.readdirSync(path.join(project, 'adapters/run')), ['a.bin']);
    fs.mkdirSync(far, { recursive: true });
    fs.symlinkSync(path.join(disk, 'train.jsonl'), path.join(far, 'plain'));
    fs.writeFileSync(path.join(data, 'plain'), 'from here');
    assert.is((await push()).code, 'E_REMOTE_PATH');
    assert.ok(fs.lstatSync(path.join(far, 'plain')).isSymbolicLink());
    assert.is(fs.statSync(path.join(disk, 'train.jsonl')).size, 70_000);
  });

  test('a pull brings links that stay inside, refuses others by name, and content where a link of a push is here', async () => {
    const { context, push, there, project, data, disk } = await linked();
    const adapters = path.join(there, 'adapters/run');
    fs.mkdirSync(adapters, { recursive: true });
    fs.writeFileSync(path.join(adapters, 'a.bin'), 'adapter');
    fs.symlinkSync('a.bin', path.join(adapters, 'latest'));
    assert.is((await synced(context, 'pull')).state, 'done');
    assert.is(fs.readlinkSync(path.join(project, 'adapters/run/latest')), 'a.bin');
    fs.symlinkSync(path.join(disk, 'images'), path.join(adapters, 'out'));
    const refused = await synced(context, 'pull');
    assert.is(refused.code, 'E_UNSAFE_PATH');
    assert.match(refused.found, /adapters\/run\/out.*leads out/);
    // The same folder both ways: what was pushed as content does not take the place of the link here.
    fs.symlinkSync(path.join(disk, 'train.jsonl'), path.join(data, 'train.jsonl'));
    assert.is((await push()).state, 'done');
    const pulled = await synced(asked(context, { only: 'data/processed' }), 'pull');
    assert.is(pulled.code, 'E_UNSAFE_PATH', pulled.found);
    assert.ok(fs.lstatSync(path.join(data, 'train.jsonl')).isSymbolicLink());
    assert.is(fs.statSync(path.join(disk, 'train.jsonl')).size, 70_000);
  });
}

test.run();
