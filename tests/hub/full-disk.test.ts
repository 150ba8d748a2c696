import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { projectCopy, runJust, temporaryFolder } from '../support/project';
import { skip } from '../support/skip';
import { mountTmpfs } from '../support/tmpfs';
import { contentFor, contentOf, modelFiles, placeFor } from './model';
import { startHub } from './server';

const test = suite('downloads onto a full disk');
const files = modelFiles(20_000_000);

const disk = temporaryFolder();
const unmounted = mountTmpfs(disk, 'size=100m');

if (unmounted) skip(test, 'a full disk', unmounted);
else
  test('is refused before the first byte, ends well in between, and is no matter to a model that is whole', async () => {
    const hub = await startHub();
    hub.add('org/tiny', files);
    const place = placeFor(hub);
    const folder = path.join(disk, 'tiny');
    const models = ['--set', `paths.models_dir=${disk}`];
    fs.writeFileSync(path.join(disk, 'ballast'), Buffer.alloc(40_000_000));
    const refused = await place.json(...models);
    assert.is(refused.exitCode, 1);
    assert.is(refused.step.state, 'blocked');
    assert.is(refused.step.code, 'E_MODEL_SPACE');
    assert.match(String(refused.step.found), /20\.1 MB to fetch and 50 MB headroom/);
    assert.is(hub.sent('model-00001-of-00001.safetensors'), 0);
    assert.not(fs.existsSync(folder));

    // Room enough by the look, and taken by somebody else while the bytes come.
    fs.rmSync(path.join(disk, 'ballast'));
    hub.rate = 300_000;
    const { child, ended } = place.start(...models);
    while (hub.sent('model-00001-of-00001.safetensors') < 1_000_000 && child.exitCode === null)
      await new Promise((resolve) => setTimeout(resolve, 20));
    execFileSync('sh', ['-c', `head -c 200000000 /dev/zero > "${disk}/ballast" 2>/dev/null || true`]);
    hub.rate = 0;
    const { exitCode, stderr, stdout } = await ended;
    assert.is(exitCode, 1);
    assert.match(stdout + stderr, /E_DISK_FULL/);
    assert.not(fs.existsSync(path.join(folder, 'model-00001-of-00001.safetensors')));
    fs.rmSync(path.join(disk, 'ballast'));
    const resumed = await place.json(...models);
    assert.is(resumed.outcome, 'changed', resumed.text);
    assert.equal(contentOf(folder), contentFor(files));

    execFileSync('sh', ['-c', `head -c 200000000 /dev/zero > "${disk}/ballast" 2>/dev/null || true`]);
    assert.is((await place.json(...models)).outcome, 'unchanged');
    await hub.close();
  });

if (!unmounted)
  test('is cleaned of partial files though no lock can be written on it', async () => {
    for (const name of fs.readdirSync(disk)) fs.rmSync(path.join(disk, name), { recursive: true });
    const project = projectCopy(path.join(disk, 'project'));
    const partial = path.join(project, 'models/tiny/.cache/huggingface/download/x.partial');
    fs.mkdirSync(path.dirname(partial), { recursive: true });
    fs.writeFileSync(partial, Buffer.alloc(1_000_000, 1));
    execFileSync('sh', ['-c', `head -c 200000000 /dev/zero > "${disk}/ballast" 2>/dev/null || true`]);
    const { exitCode, stderr } = await runJust(project, ['model:clean']);
    assert.is(exitCode, 0, stderr);
    assert.not(fs.existsSync(partial));
    assert.not(fs.existsSync(path.join(project, '.just-lora/lock.json')));
  });

if (!unmounted)
  test('a disk that is mounted read-only is no matter to a whole model, and named where something is wrong', async () => {
    for (const name of fs.readdirSync(disk)) fs.rmSync(path.join(disk, name), { recursive: true });
    const hub = await startHub();
    hub.add('org/tiny', files);
    const place = placeFor(hub);
    const models = ['--set', `paths.models_dir=${disk}`];
    const remount = (how: 'ro' | 'rw') => execFileSync('mount', ['-o', `remount,${how}`, disk]);
    assert.is((await place.json(...models)).outcome, 'changed');
    remount('ro');
    try {
      assert.is((await place.json(...models)).outcome, 'unchanged');
      // Written again: with a time that hf's mark still covers the hash alone has to be taken anew, and is kept in the project.
      const config = path.join(disk, 'tiny/config.json');
      const written = fs.statSync(config).mtimeMs / 1000;
      const writeAgain = (mtime: number) => {
        remount('rw');
        fs.writeFileSync(config, String(files['config.json']));
        fs.utimesSync(config, mtime, mtime);
        remount('ro');
      };
      writeAgain(written);
      assert.is((await place.json(...models)).outcome, 'changed');
      assert.is((await place.json(...models)).outcome, 'unchanged');
      writeAgain(written + 60);
      const { exitCode, step } = await place.json(...models);
      assert.is(exitCode, 1);
      assert.equal([step.state, step.code], ['blocked', 'E_NOT_WRITABLE']);
      assert.match(String(step.found), new RegExp(`${path.basename(disk)}/tiny\` cannot be written`));
    } finally {
      remount('rw');
    }
    await hub.close();
  });

test.run();
