import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { contextWith } from '../support/context';
import { temporaryFolder } from '../support/project';
import { asked, inHome, synced } from '../support/sync-here';

const test = suite('manifests of several folders');

const folders = ['data/processed', 'data-processed', 'data/x[1]', 'data/x*', 'data/x1', 'a-/b', 'a/-b'];

/** A project with a file in each of these folders, and a volume. */
function made() {
  const there = temporaryFolder('jl-volume');
  const context = inHome(contextWith({ remotes: { disk: { type: 'local', path: there } }, sync: { push: folders } }));
  const write = (folder: string, text: string) => {
    fs.mkdirSync(path.join(context.root, folder), { recursive: true });
    fs.writeFileSync(path.join(context.root, folder, 'o'), text);
  };
  for (const folder of folders) write(folder, folder);
  const manifests = path.join(there, '.just-lora/manifests');
  const checked = () =>
    fs.readdirSync(manifests).flatMap((name) => {
      const { status, stdout } = spawnSync('sha256sum', ['-c', '--strict', path.join(manifests, name)], { cwd: there, encoding: 'utf8' });
      return status === 0 ? stdout.trim().replace(/\/o: OK$/, '') : [`${name} does not hold`];
    });
  return { context, there, manifests, write, checked };
}

test('each has one of its own, and what changes loses its own alone', async () => {
  const { context, manifests, write, checked } = made();
  const verified = await synced(asked(context, { verify: '' }), 'push');
  assert.is(verified.state, 'done', verified.found);
  assert.equal(checked().sort(), [...folders].sort());
  assert.ok(fs.existsSync(path.join(manifests, 'data-processed.sha256')), 'its name is told in the documentation');
  write('data/x[1]', 'changed');
  assert.is((await synced(context, 'push')).state, 'done');
  assert.equal(checked().sort(), folders.filter((folder) => folder !== 'data/x[1]' && folder !== 'data/x1').sort());
});

test('one under an older name goes with the next change', async () => {
  const { context, manifests, write } = made();
  assert.is((await synced(context, 'push')).state, 'done');
  fs.mkdirSync(manifests, { recursive: true });
  fs.writeFileSync(path.join(manifests, 'data-processed.sha256'), 'what an older just-lora wrote for data-processed');
  write('data-processed', 'changed');
  assert.is((await synced(context, 'push')).state, 'done');
  assert.equal(fs.readdirSync(manifests), []);
});

test.run();
