import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { temporaryFolder } from '../support/project';
import { skip } from '../support/skip';
import { mountTmpfs } from '../support/tmpfs';
import { contentFor, contentOf, modelFiles, placeFor } from './model';
import { blobOf } from './repositories';
import { startHub } from './server';

/** Every folder that a person may name with `--source`. */
const test = suite('--source');
const files = modelFiles(300_000, 100_000);
const shards = Object.keys(files).filter((name) => name.endsWith('.safetensors'));

/** The cache as huggingface_hub has it. @returns its snapshot */
function fillCache(cache: string, commit: string): string {
  const top = path.join(cache, 'models--org--tiny');
  const snapshot = path.join(top, 'snapshots', commit);
  for (const folder of ['refs', 'blobs', `snapshots/${commit}`]) fs.mkdirSync(path.join(top, folder), { recursive: true });
  fs.writeFileSync(path.join(top, 'refs/main'), commit);
  for (const [name, content] of Object.entries(files)) {
    const { lfs, sha1, sha256 } = blobOf(name, content);
    const blob = path.join(top, 'blobs', lfs ? sha256 : sha1);
    fs.writeFileSync(blob, content);
    fs.symlinkSync(path.relative(snapshot, blob), path.join(snapshot, name));
  }
  return snapshot;
}

test('a cache, each part of it, and a folder of models are found; the rest is refused before the first byte', async () => {
  const hub = await startHub();
  const commit = hub.add('org/tiny', files).revisions.get('main') ?? '';
  const place = placeFor(hub);
  const elsewhere = temporaryFolder();
  const snapshot = fillCache(path.join(elsewhere, 'hub'), commit);
  const parent = path.join(elsewhere, 'mine');
  const inner = path.join(parent, 'tiny');
  const [empty, other, half] = ['empty', 'other', 'half'].map((name) => path.join(elsewhere, name)) as [string, string, string];
  for (const folder of [inner, empty, other, half]) fs.mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) fs.writeFileSync(path.join(inner, name), content);
  fs.mkdirSync(path.join(other, 'models--org--another'));
  for (const name of ['config.json', 'tokenizer.json']) fs.writeFileSync(path.join(half, name), files[name] ?? '');
  for (const folder of [
    elsewhere,
    path.join(elsewhere, 'hub'),
    path.resolve(snapshot, '../..'),
    path.dirname(snapshot),
    snapshot,
    inner,
    parent,
  ]) {
    hub.seen.length = 0;
    const { outcome, text } = await place.json(`--source=${folder}`);
    assert.is(outcome, 'changed', `${folder}: ${text}`);
    assert.equal(contentOf(place.folder), contentFor(files), folder);
    assert.ok(
      shards.every((shard) => hub.sent(shard) <= 1),
      `${folder}: from the Hub`,
    );
    fs.rmSync(place.folder, { recursive: true });
  }
  for (const [folder, says] of [
    [empty, /holds no files of `org\/tiny`: it is empty/],
    [other, /holds no files of `org\/tiny`: in it are `models--org--another`/],
    [half, /has none of the weights of `org\/tiny` that are missing/],
  ] as const) {
    const { exitCode, step, text } = await place.json(`--source=${folder}`);
    assert.is(exitCode, 1, text);
    assert.is(step.code, 'E_MODEL_SOURCE', text);
    assert.match(String(step.found), says);
    assert.not(fs.existsSync(path.join(place.folder, shards[0] ?? '')), text);
  }
  await hub.close();
});

test('what a folder lacks is told apart, with its size', async () => {
  const hub = await startHub();
  hub.add('org/tiny', files);
  const place = placeFor(hub);
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(files)) if (name !== shards[1]) fs.writeFileSync(path.join(folder, name), content);
  const { stdout } = await place.run(`--source=${folder}`, '--plan');
  assert.match(stdout, /100 kB of it from the Hub, since .* has no `model-00002-of-00002\.safetensors`/);
  assert.match(stdout, /fetch \d+ files \(.*\) from `.*` and 1 file \(100 kB\) from `org\/tiny`/);
  await hub.close();
});

test('a cache on another disk is linked by symbolic links, and stays right', async () => {
  const hub = await startHub();
  const commit = hub.add('org/tiny', files).revisions.get('main') ?? '';
  const disk = temporaryFolder();
  const why = mountTmpfs(disk, 'size=8m');
  if (why) return skip(test, 'a cache on another disk', why);
  fillCache(path.join(disk, 'hub'), commit);
  const place = placeFor(hub, { HF_HOME: disk });
  const { outcome, text } = await place.json('--from-cache=link');
  assert.is(outcome, 'changed', text);
  assert.ok(fs.lstatSync(path.join(place.folder, shards[0] ?? '')).isSymbolicLink());
  assert.equal(contentOf(place.folder), contentFor(files));
  assert.is((await place.json()).outcome, 'unchanged');
  await hub.close();
});

test.run();
