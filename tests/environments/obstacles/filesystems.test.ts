import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { UserError } from '../../../tasks/common/errors';
import { roomObstacle } from '../../../tasks/environments/obstacles/room';
import { importsFinding } from '../../../tasks/environments/proof/imports-finding';
import { withFullDisk } from '../../../tasks/environments/python/full-disk';
import { loaderFault } from '../../../tasks/environments/python/loader-fault';
import { assess } from '../../../tasks/environments/venv/assess';
import { localEnvironment } from '../../../tasks/environments/venv/index';
import { thisHost } from '../../../tasks/platform';
import { noexecMount } from '../../../tasks/platform/mounts';
import { storageStep } from '../../../tasks/storage/storage-step';
import { projectCopy, temporaryFolder } from '../../support/project';
import { python310 } from '../../support/python';
import { skip } from '../../support/skip';
import { mountTmpfs } from '../../support/tmpfs';
import { contextFor } from '../../support/transcript';

const test = suite('filesystems and loaders that keep an environment from working');

/** A small filesystem with hardly an inode, and one that starts no program. */
const [few, noexec] = [temporaryFolder('few'), temporaryFolder('noexec')] as const;
const unmounted = mountTmpfs(few, 'size=8m,nr_inodes=40') ?? mountTmpfs(noexec, 'size=64m,noexec');

const onMounts = 'no inodes, little room for temporary files, noexec';
if (unmounted) skip(test, onMounts, unmounted);
else {
  test('no inodes: seen before the installation, by `storage`, and named where it is full', async () => {
    const project = projectCopy();
    const context = contextFor(project, { sets: ['remote.profile=as-asked', `paths.data_raw=${path.join(few, 'raw')}`] });
    const room = await roomObstacle(
      context,
      { environment: path.join(few, 'env'), cache: few, links: true },
      { download: 1e5, installed: 5e6 },
    );
    assert.is(room?.code, 'E_ROOM');
    assert.match(room?.found ?? '', /\d+ files can still be made in `.*few.*` \(inodes\), about 84 are needed/);
    const storage = await storageStep.check(context, 'quick');
    assert.is(storage.state, 'blocked', storage.found);
    assert.match(storage.found, /inodes free in/);
    for (let one = 0; fs.statfsSync(few).ffree > 0; one++) fs.writeFileSync(path.join(few, String(one)), '');
    const full = await withFullDisk(
      context,
      new UserError({ code: 'E_DISK_FULL', found: 'no space left on the device', fix: 'free some' }),
      [path.join(few, 'env')],
    );
    assert.match(full.fault.found, /on the filesystem of `.*few.*` no inode is left/);
  });

  test('a small TMPDIR: pip needs it, uv does not, `storage` tells it', async () => {
    const project = projectCopy();
    const context = contextFor(project, { env: { TMPDIR: few } });
    const places = { environment: project, cache: project, links: false };
    const size = { download: 1e6, installed: 1e6 };
    assert.is(await roomObstacle(context, places, size), undefined);
    const room = await roomObstacle(context, { ...places, largest: 800e6 }, size);
    assert.match(room?.found ?? '', /free in `.*few.*`, where temporary files go, 880 MB needed/);
    assert.match(room?.fix ?? '', /TMPDIR/);
    const { warning = '' } = { warning: '', ...(await storageStep.check(context, 'quick')) };
    assert.match(warning, /free for temporary files in .*TMPDIR/);
    process.env.TMPDIR = '';
  });

  test('noexec: said before anything is built, with the mount, and what is there is not to be built again', async () => {
    assert.is(noexecMount(thisHost(), path.join(noexec, 'not', 'there')), noexec);
    assert.is(noexecMount(thisHost(), temporaryFolder()), undefined);
    const context = contextFor(projectCopy(), { sets: [`environments.local.path=${path.join(noexec, 'venv')}`] });
    const found = await assess(context, localEnvironment(context), 'quick');
    assert.is('code' in found ? found.code : JSON.stringify(found), 'E_NOEXEC');
    assert.match('fix' in found ? found.fix : '', /environments\.local\.path.*\n.*remount,exec/);
    const { warning = '' } = { warning: '', ...(await storageStep.check(context, 'quick')) };
    assert.match(warning, /mounted with `noexec`/);
  });

  test('a library on noexec, as Python says it', () => {
    const library = fs
      .readdirSync(path.join(path.dirname(path.dirname(fs.realpathSync(python310() as string))), 'lib/python3.10/lib-dynload'))
      .find((name) => name.startsWith('_json.'));
    const place = path.join(
      path.dirname(path.dirname(fs.realpathSync(python310() as string))),
      'lib/python3.10/lib-dynload',
      library as string,
    );
    fs.copyFileSync(place, path.join(noexec, '_json.so'));
    const script = `import importlib.util as u\ntry:\n u.module_from_spec(u.spec_from_file_location("_json", "${noexec}/_json.so"))\nexcept ImportError as e: print("ImportError:", e)`;
    const said = execFileSync(python310() as string, ['-c', script], { encoding: 'utf8' });
    const fault = loaderFault({ env: {} }, said);
    assert.is(fault?.code, 'E_NOEXEC', said);
    assert.match(fault?.found ?? '', /_json\.so` cannot be loaded: its filesystem is mounted with `noexec`/);
  });
}

const said: readonly [text: string, found: RegExp, code: string][] = [
  [
    'ImportError: /env/lib/libtorch.so: undefined symbol: cudnnGetVersion',
    /`\/env\/lib\/libtorch\.so` lacks `cudnnGetVersion`/,
    'E_LIBRARY_LOAD',
  ],
  [
    "ImportError: /lib/x86_64-linux-gnu/libstdc++.so.6: version `GLIBCXX_3.4.30' not found (required by /env/x.so)",
    /`\/lib\/x86_64-linux-gnu\/libstdc\+\+\.so\.6` is older than `\/env\/x\.so` needs: it has no `GLIBCXX_3\.4\.30`/,
    'E_LIBRARY_LOAD',
  ],
  [
    'python: error while loading shared libraries: libpython3.10.so.1.0: cannot open shared object file: No such file or directory',
    /`libpython3\.10\.so\.1\.0` cannot be loaded: cannot open/,
    'E_LIBRARY_LOAD',
  ],
  ['OSError: libcudart.so.12: cannot open shared object file: No such file or directory', /libcudart\.so\.12/, 'E_LIBRARY_LOAD'],
  ['ImportError: /x/a.so: failed to map segment from shared object: Operation not permitted', /noexec/, 'E_NOEXEC'],
];
for (const [text, found, code] of said)
  test(`the loader: ${text.slice(0, 70)}`, () => {
    const fault = loaderFault({ env: { LD_LIBRARY_PATH: '/usr/local/wrong' } }, text);
    assert.is(fault?.code, code);
    assert.match(fault?.found ?? '', found);
    assert.match(fault?.found ?? '', /`LD_LIBRARY_PATH` is `\/usr\/local\/wrong`/);
    assert.match(fault?.fix ?? '', /^`unset LD_LIBRARY_PATH`/);
    const finding = importsFinding([{ library: 'torch', ok: false, error: text, ms: 1 }], {
      versions: new Map(),
      requirements: 'x.yml',
      platform: 'linux',
    });
    assert.is(finding.state, 'blocked');
    assert.not.match('fix' in finding ? String(finding.fix) : '', /env:remote/);
  });

test.run();
