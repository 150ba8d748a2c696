import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { contentFor, contentOf, leftoversOf, modelFiles, type Place, placeFor } from './model';
import { blobOf } from './repositories';
import { type Hub, startHub } from './server';

/** Files that come from another folder of the machine: the cache of Hugging Face's libraries, a colleague's disk. */
const test = suite('models from elsewhere on this machine');
const files = modelFiles(9_000_000, 500_000);
const first = 'model-00001-of-00002.safetensors';

/** The cache as huggingface_hub has it: blobs named by their hash, and links to them by name. */
function fillCache(home: string, commit: string, names: readonly string[]): string {
  const top = path.join(home, '.cache/huggingface/hub/models--org--tiny');
  const snapshot = path.join(top, 'snapshots', commit);
  for (const folder of ['refs', 'blobs', `snapshots/${commit}`]) fs.mkdirSync(path.join(top, folder), { recursive: true });
  fs.writeFileSync(path.join(top, 'refs/main'), commit);
  for (const name of names) {
    const content = files[name] ?? '';
    const { lfs, sha1, sha256 } = blobOf(name, content);
    const blob = path.join(top, 'blobs', lfs ? sha256 : sha1);
    fs.writeFileSync(blob, content);
    fs.symlinkSync(path.relative(snapshot, blob), path.join(snapshot, name));
  }
  return snapshot;
}

/** What `hf download --local-dir` of 0.36 leaves: no list of the commit. */
function fillByHf(folder: string, commit: string, those: Readonly<Record<string, string | Buffer>> = files): void {
  for (const [name, content] of Object.entries(those)) {
    const { lfs, sha1, sha256 } = blobOf(name, content);
    const metadata = path.join(folder, '.cache/huggingface/download', `${name}.metadata`);
    fs.mkdirSync(path.dirname(metadata), { recursive: true });
    fs.writeFileSync(path.join(folder, name), content);
    fs.writeFileSync(metadata, `${commit}\n${lfs ? sha256 : sha1}\n${Date.now() / 1000}\n`);
  }
}

async function start(): Promise<{ hub: Hub; place: Place; commit: string }> {
  const hub = await startHub();
  const commit = hub.add('org/tiny', files).revisions.get('main') ?? '';
  return { hub, place: placeFor(hub), commit };
}

test('a cache that holds a part of the model is no whole model', async () => {
  const { hub, place, commit } = await start();
  fillCache(String(place.env.HOME), commit, ['config.json', 'tokenizer.json', first]);
  const offline = placeFor(hub, { HOME: place.env.HOME, HF_HUB_OFFLINE: '1' });
  const refused = await offline.json('--from-cache=copy');
  assert.is(refused.step.code, 'E_HUB_OFFLINE', refused.text);
  assert.match(String(refused.step.found), /no list of its files/);
  assert.is((await place.json('--from-cache=link')).outcome, 'changed');
  assert.equal(contentOf(place.folder), contentFor(files));
  assert.is(hub.sent(first), 0);
  await hub.close();
});

test('a cache that holds all of it needs no network, by its own list or by its links', async () => {
  const { hub, place, commit } = await start();
  const snapshot = fillCache(String(place.env.HOME), commit, Object.keys(files));
  const offline = placeFor(hub, { HOME: place.env.HOME, HF_HUB_OFFLINE: '1' });
  assert.is((await offline.json('--from-cache=link')).outcome, 'changed');
  assert.equal(contentOf(offline.folder), contentFor(files));
  assert.is(hub.seen.length, 0);
  fs.rmSync(offline.folder, { recursive: true });
  fs.rmSync(path.join(snapshot, 'generation_config.json'));
  const rows = Object.entries(files).map(([name, content]) => {
    const { size, lfs, sha1, sha256 } = blobOf(name, content);
    return [name, { size, blob_id: sha1, ...(lfs ? { lfs_sha256: sha256, lfs_size: size } : {}) }];
  });
  fs.mkdirSync(path.join(snapshot, '../../trees'));
  fs.writeFileSync(
    path.join(snapshot, `../../trees/${commit}.json`),
    JSON.stringify({ format_version: 1, files: Object.fromEntries(rows) }),
  );
  const lacking = await offline.json('--from-cache=link');
  assert.is(lacking.step.code, 'E_HUB_OFFLINE', lacking.text);
  assert.match(String(lacking.step.found), /the cache `.*` has no `generation_config\.json`/);
  await hub.close();
});

test('wrong bytes in the cache never get the name of a file: that one comes from the Hub', async () => {
  const { hub, place, commit } = await start();
  const snapshot = fillCache(String(place.env.HOME), commit, Object.keys(files));
  const rotten = Buffer.from(files[first] ?? '');
  rotten[4_000_000] = (rotten[4_000_000] ?? 0) ^ 1;
  fs.writeFileSync(path.join(snapshot, first), rotten);
  const linked = await place.json('--from-cache=link');
  assert.is(linked.outcome, 'changed', linked.text);
  assert.match(linked.text, /has other bytes than the commit in 1 file: `model-00001/);
  assert.equal(contentOf(place.folder), contentFor(files));
  assert.is(hub.sent(first), 9_000_000);
  assert.ok(fs.readFileSync(path.join(snapshot, first)).equals(rotten), 'the cache is not ours to mend');
  assert.equal(leftoversOf(place.folder), []);

  fs.rmSync(place.folder, { recursive: true });
  const copied = await place.json('--from-cache=copy');
  assert.is(copied.outcome, 'changed', copied.text);
  assert.match(copied.text, /model-00001-of-00002\.safetensors` holds other bytes than the commit: it comes from the Hub/);
  assert.equal(contentOf(place.folder), contentFor(files));
  assert.is(hub.sent(first), 18_000_000);
  assert.equal(leftoversOf(place.folder), []);
  await hub.close();
});

test('what a folder lacks is asked for before the first byte', async () => {
  const { hub, commit } = await start();
  hub.add('org/tiny', files, { gated: true });
  const place = placeFor(hub);
  fillCache(
    String(place.env.HOME),
    commit,
    Object.keys(files).filter((name) => name !== 'tokenizer.json'),
  );
  const refused = await place.json('--from-cache=copy');
  assert.is(refused.step.state, 'blocked', refused.text);
  assert.is(refused.step.code, 'E_HUB_NO_TOKEN');
  assert.not(fs.existsSync(place.folder));
  await hub.close();
});

test("hf's folder is adopted without the network too", async () => {
  const { hub, commit } = await start();
  const offline = placeFor(hub, { HF_HUB_OFFLINE: '1' });
  fillByHf(offline.folder, commit);
  const adopted = await offline.json();
  assert.is(adopted.outcome, 'changed', adopted.text);
  assert.is((await offline.json()).outcome, 'unchanged');
  const lacking = placeFor(hub, { HF_HUB_OFFLINE: '1' });
  fillByHf(lacking.folder, commit);
  for (const name of [first, `.cache/huggingface/download/${first}.metadata`]) fs.rmSync(path.join(lacking.folder, name));
  assert.is((await lacking.json()).step.code, 'E_HUB_OFFLINE');
  assert.is(hub.seen.length, 0);
  await hub.close();
});

for (const whose of ['hf', 'we'] as const)
  test(`of a file that ${whose} fetched, only the block where it went wrong comes again`, async () => {
    const block = 16 * 1024 * 1024;
    const large = modelFiles(3 * block + 1_000_000, 500_000);
    const [name = ''] = Object.keys(large).filter((one) => one.startsWith('model-00001'));
    const content = large[name] as Buffer;
    const hub = await startHub();
    const commit = hub.add('org/tiny', large).revisions.get('main') ?? '';
    const place = placeFor(hub);
    if (whose === 'hf') fillByHf(place.folder, commit, large);
    assert.is((await place.json()).outcome, 'changed');
    const flip = (...offsets: number[]) => {
      const handle = fs.openSync(path.join(place.folder, name), 'r+');
      for (const at of offsets) fs.writeSync(handle, Buffer.from([(content[at] ?? 0) ^ 1]), 0, 1, at);
      fs.closeSync(handle);
    };
    for (const [offsets, most] of [
      [[block + 5], block],
      [[content.length - 1], 1_000_000],
      [[7, 100], block],
      // What is wrong in more than one block comes whole: the first block, then all of it.
      [[5, 2 * block + 5], block + content.length],
    ] as const) {
      flip(...offsets);
      hub.seen.length = 0;
      const mended = await place.json('--repair');
      assert.is(mended.outcome, 'changed', mended.text);
      assert.equal(contentOf(place.folder), contentFor(large));
      assert.is(hub.sent(name), most, `wrong at ${offsets}`);
    }
    assert.equal(
      leftoversOf(place.folder).filter((one) => !one.includes('replaced')),
      [],
    );

    // A link shares its bytes with the cache: nothing is written into those.
    const twin = path.join(String(place.env.HOME), 'twin');
    fs.linkSync(path.join(place.folder, name), twin);
    flip(block + 5);
    const rotten = fs.readFileSync(twin);
    assert.is((await place.json()).outcome, 'changed');
    assert.equal(contentOf(place.folder), contentFor(large));
    assert.ok(fs.readFileSync(twin).equals(rotten));
    await hub.close();
  });

test("hf's folder is adopted at the commit that it holds, and a branch that moved since is told", async () => {
  const { hub, place, commit } = await start();
  const next = hub.commit('org/tiny', { ...files, [first]: Buffer.alloc(9_000_000, 7) });
  fillByHf(place.folder, commit);
  const adopted = await place.json();
  assert.is(adopted.step.commit, commit, adopted.text);
  assert.is(hub.sent(first), 0);
  assert.match(String(adopted.step.warning), new RegExp(`${next.slice(0, 12)}.*--update`));
  assert.is((await place.json('--update')).step.commit, next);

  // A folder that another repository has filled: its commit means nothing here.
  const other = placeFor(hub);
  const metadata = path.join(other.folder, '.cache/huggingface/download/config.json.metadata');
  fs.mkdirSync(path.dirname(metadata), { recursive: true });
  fs.writeFileSync(path.join(other.folder, 'config.json'), '{}');
  fs.writeFileSync(metadata, `${createHash('sha1').update('other').digest('hex')}\n${'0'.repeat(40)}\n${Date.now() / 1000}\n`);
  const fetched = await other.json();
  assert.is(fetched.step.commit, next, fetched.text);
  await hub.close();
});

test('a wrong word is told before anything is looked at, with exit code 2', async () => {
  const { hub, place } = await start();
  for (const option of ['--from-cache=steal', '--backend=curl', '--rate=fast']) {
    const { exitCode, stderr } = await place.run(option);
    assert.is(exitCode, 2, option);
    assert.match(stderr, /E_USAGE/);
  }
  assert.is(hub.seen.length, 0);
  await hub.close();
});

test('the plan of a model that is whole lists its files too', async () => {
  const { hub, place } = await start();
  await place.run();
  const { stdout } = await place.run('--plan');
  assert.match(stdout, /model-00001-of-00002\.safetensors +9 MB +there, hash checked/);
  await hub.close();
});

test.run();
