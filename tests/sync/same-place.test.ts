import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { contextIn } from '../support/context';
import { temporaryFolder } from '../support/project';
import { skip } from '../support/skip';
import { noSshd, startSshd } from '../support/sshd';
import { contents } from '../support/sync';
import { inHome, synced } from '../support/sync-here';

const test = suite('remotes in what travels');

/** A project with one file in `data`, in a folder of its own unless one is given. */
function projectIn(root: string, remote: object) {
  fs.mkdirSync(path.join(root, 'configs'), { recursive: true });
  fs.mkdirSync(path.join(root, 'data/deep'), { recursive: true });
  fs.writeFileSync(path.join(root, 'data/a'), 'a');
  const setup = { remotes: { gpu: remote }, sync: { push: ['data'], pull: ['data'], retries: 0 } };
  fs.writeFileSync(path.join(root, 'configs/setup.local.yaml'), JSON.stringify(setup));
  return inHome(contextIn(root));
}

const local = (place: string) => ({ type: 'local', path: place });

async function refused(root: string, remote: object, found: RegExp, fix = /set another `remotes\.gpu\.path`/): Promise<void> {
  const context = projectIn(root, remote);
  const before = contents(root);
  for (const direction of ['push', 'pull'] as const) {
    const ending = await synced(context, direction);
    assert.equal([ending.code, direction], ['E_REMOTE_SETTINGS', direction], ending.found);
    assert.match(ending.found, found);
    assert.match(ending.fix ?? '', fix);
  }
  assert.equal(contents(root), before);
}

test('a folder in one that travels, there or not yet', async () => {
  const root = temporaryFolder('jl-same');
  await refused(root, local(path.join(root, 'data/backup')), /it lies in `data`, which travels/);
  await refused(root, local(path.join(root, 'data')), /it lies in `data`, which travels/);
});

test('by a link in the path, and by a link there', async () => {
  const [root, other] = [temporaryFolder('jl-same'), temporaryFolder('jl-other')];
  fs.symlinkSync(root, path.join(other, 'link'));
  await refused(root, local(path.join(other, 'link/data/deep/backup')), /it lies in `data`, which travels/);
  await refused(root, local(path.join(other, 'link')), /it is this project's own folder/);
  fs.symlinkSync(path.join(root, 'data'), path.join(other, 'data'));
  await refused(root, local(other), /`data` of this project is `.*\/data`/);
});

test('a project in what travels there', async () => {
  const volume = temporaryFolder('jl-volume');
  await refused(path.join(volume, 'data/mine'), local(volume), /`data` of this project lies in `.*\/data`/);
});

test('by a second mount of the folder, and of one in it', async () => {
  for (const mounted of ['data', 'data/deep']) {
    const [root, mount] = [temporaryFolder('jl-same'), temporaryFolder('jl-mount')];
    projectIn(root, local('/'));
    if (spawnSync('mount', ['--bind', path.join(root, mounted), mount]).status !== 0)
      return skip({ skip: () => undefined }, 'second mounts', 'no mount --bind here');
    try {
      await refused(root, local(path.join(mount, 'backup')), /it lies in `data`, which travels/);
    } finally {
      spawnSync('umount', [mount]);
    }
  }
});

test('by a link in what travels, whose content comes along', async () => {
  const [root, disk] = [temporaryFolder('jl-same'), temporaryFolder('jl-disk')];
  const context = projectIn(root, local(path.join(disk, 'backup')));
  fs.mkdirSync(path.join(disk, 'backup'));
  fs.symlinkSync(disk, path.join(root, 'data/disk'));
  const { code, found } = await synced(context, 'push');
  assert.is(code, 'E_REMOTE_SETTINGS', found);
  assert.match(found, /which a link in `data` brings along/);
  assert.equal(contents(disk), {});
});

test('a folder of the project that does not travel is a remote', async () => {
  const root = temporaryFolder('jl-same');
  const context = projectIn(root, local(path.join(root, 'backup')));
  assert.is((await synced(context, 'push')).state, 'done');
  assert.equal(Object.keys(contents(path.join(root, 'backup/data'))), ['a']);
});

if (noSshd || !fs.existsSync('/proc/sys/kernel/random/boot_id'))
  skip(test, 'remotes in what travels, by ssh', noSshd ?? 'no /proc to know this machine by');
else
  test('by ssh to this machine', async () => {
    const sshd = await startSshd();
    const remote = (place: string) => ({ type: 'ssh', host: 'box', ssh_config: sshd.config, path: place });
    const root = temporaryFolder('jl-same');
    await refused(root, remote(path.join(root, 'data/backup')), /it lies in `data`, which travels/);
    await refused(root, { ...remote(root), transfer: 'scp' }, /it is this project's own folder/);
    sshd.stop();
  });

test.run();
