import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { unmounted } from '../../tasks/sync/guards/mounted';
import { contextWith } from '../support/context';
import { temporaryFolder } from '../support/project';
import { skip } from '../support/skip';
import { contents } from '../support/sync';
import { lookedAt, synced } from '../support/sync-here';
import { mountTmpfs } from '../support/tmpfs';

const test = suite('volumes that are not mounted');

const fstab = '# comment /nas\nUUID=1 / ext4 defaults 0 1\nnas:/export\t/srv/nas\\040data nfs noauto 0 0\n/dev/sdb1 none swap sw 0 0\n';

test('a mount point of fstab without its mount, and a usual place without one, are told', () => {
  assert.match(unmounted('/srv/nas data/project', '/', fstab, undefined) ?? '', /`\/srv\/nas data` is not mounted/);
  assert.is(unmounted('/srv/nas data/project', '/srv/nas data', fstab, undefined), undefined);
  for (const folder of ['/mnt/usb/project', '/media/me/DISK', '/run/media/me/DISK/x', '/Volumes/DISK/x']) {
    assert.match(unmounted(folder, '/', '', undefined) ?? '', /nothing is mounted/, folder);
    assert.is(unmounted(folder, folder, '', undefined), undefined);
  }
  assert.is(unmounted('/mnt/data/project', '/mnt', '', undefined), undefined);
  assert.is(unmounted('/home/me/disk', '/', fstab, undefined), undefined);
  assert.match(unmounted('/home/me/disk', '/', '', '/home/me/disk') ?? '', /where it was/);
});

/** A project with one file, pushed to a folder. */
function projectFor(volume: string) {
  const context = contextWith({ remotes: { disk: { type: 'local', path: path.join(volume, 'project') } }, sync: { push: ['data'] } });
  fs.mkdirSync(path.join(context.root, 'data'));
  fs.writeFileSync(path.join(context.root, 'data/a'), 'a');
  return context;
}

test('one that was there for the last push and is not now gets nothing', async () => {
  const volume = temporaryFolder('jl-volume');
  const missing = mountTmpfs(volume, 'size=4m');
  if (missing) return skip({ skip: () => undefined }, 'a volume that goes', missing);
  const context = projectFor(volume);
  assert.is((await synced(context, 'push')).state, 'done');
  spawnSync('umount', [volume]);
  const { code, found, fix } = await lookedAt(context);
  assert.is(code, 'E_NOT_MOUNTED', found);
  assert.match(fix, /mount it/);
  assert.equal(contents(volume), {});
  mountTmpfs(volume, 'size=4m');
  assert.is((await synced(context, 'push')).state, 'done');
});

test('a marker decides where a mount cannot tell', async () => {
  const volume = temporaryFolder('jl-volume');
  fs.writeFileSync(path.join(volume, '.just-lora-volume'), '');
  const context = projectFor(volume);
  assert.is((await synced(context, 'push')).state, 'done');
  fs.renameSync(path.join(volume, '.just-lora-volume'), path.join(volume, 'gone'));
  assert.is((await lookedAt(context)).code, 'E_NOT_MOUNTED');
  fs.renameSync(path.join(volume, 'gone'), path.join(volume, '.just-lora-volume'));
  assert.is((await synced(context, 'push')).state, 'done');
});

test.run();
