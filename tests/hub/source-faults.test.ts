import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { UserError } from '../../tasks/common/errors';
import { RangeWriter } from '../../tasks/hub/partials/range-writer';
import { copyPiece } from '../../tasks/hub/transfer/copy';
import { Places } from '../../tasks/hub/transfer/places';
import { Transfer } from '../../tasks/hub/transfer/transfer';
import { contextWith } from '../support/context';
import { runJust, temporaryFolder } from '../support/project';
import { contentFor, contentOf, leftoversOf, modelFiles, noise, placeFor } from './model';
import { blobOf } from './repositories';
import { type Hub, startHub } from './server';

/** Folders of this machine in which a file of the model is cut, or holds other bytes. */
const test = suite('a source that is not right');
const files = modelFiles(300_000, 100_000);
const first = 'model-00001-of-00002.safetensors';
let hub: Hub;
let commit: string;
test.before(async () => {
  hub = await startHub();
  commit = hub.add('org/tiny', files).revisions.get('main') ?? '';
});
test.after(() => hub.close());

/** A folder with the files, the first shard as it is given. */
function folderWith(shard: Buffer): string {
  const folder = temporaryFolder('source');
  for (const [name, content] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), name === first ? shard : content);
  return folder;
}

const whole = files[first] as Buffer;
const cut = whole.subarray(0, 1000);
const rotten = Buffer.concat([noise(1000, 77), whole.subarray(1000)]);

test('a file that is cut there comes from the Hub, and the plan says so', async () => {
  const folder = folderWith(cut);
  const place = placeFor(hub);
  const { stdout } = await place.run(`--source=${folder}`, '--plan');
  assert.match(stdout, /300 kB of it from the Hub, since .* has not all of `model-00001-of-00002\.safetensors` \(1 kB of 300 kB\)/);
  const { outcome, text } = await place.json(`--source=${folder}`);
  assert.is(outcome, 'changed', text);
  assert.equal(contentOf(place.folder), contentFor(files));
  const offline = placeFor(hub, { HF_HUB_OFFLINE: '1' });
  fs.mkdirSync(path.join(folder, '.cache/huggingface/trees'), { recursive: true });
  fs.cpSync(path.join(place.folder, '.cache/huggingface'), path.join(folder, '.cache/huggingface'), { recursive: true });
  const refused = await offline.json(`--source=${folder}`);
  assert.is(refused.step.code, 'E_HUB_OFFLINE', refused.text);
  assert.match(String(refused.step.found), /has not all of `model-00001-of-00002\.safetensors` \(1 kB of 300 kB\)/);
});

test('a file with other bytes there comes from the Hub', async () => {
  const place = placeFor(hub);
  const { outcome, text } = await place.json(`--source=${folderWith(rotten)}`);
  assert.is(outcome, 'changed', text);
  assert.match(text, /model-00001-of-00002\.safetensors` holds other bytes than the commit: it comes from the Hub/);
  assert.equal(contentOf(place.folder), contentFor(files));
  assert.equal(leftoversOf(place.folder), []);
});

test('without a network the file is named, and `model:verify` only where it can tell what is wrong', async () => {
  const folder = folderWith(rotten);
  const offline = placeFor(hub, { HF_HUB_OFFLINE: '1' });
  // By its links alone: the blob is called as its bytes should be.
  const top = path.join(String(offline.env.HOME), '.cache/huggingface/hub/models--org--tiny');
  for (const name of ['refs', 'blobs', `snapshots/${commit}`]) fs.mkdirSync(path.join(top, name), { recursive: true });
  fs.writeFileSync(path.join(top, 'refs/main'), commit);
  for (const [name, content] of Object.entries(files)) {
    const { lfs, sha1, sha256 } = blobOf(name, content);
    const blob = path.join(top, 'blobs', lfs ? sha256 : sha1);
    fs.writeFileSync(blob, name === first ? cut : content);
    fs.symlinkSync(blob, path.join(top, 'snapshots', commit, name));
  }
  const cached = await offline.json('--from-cache=copy');
  assert.is(cached.step.code, 'E_MODEL_SOURCE', cached.text);
  assert.match(
    String(cached.step.found),
    /model-00001-of-00002\.safetensors` holds other bytes than the commit, and HF_HUB_OFFLINE is set/,
  );
  assert.match(String(cached.step.fix), /^`unset HF_HUB_OFFLINE`, then run the same command again: that file comes from the Hub$/);
  // The size of the cut file was no size of the commit's.
  const mended = await placeAt(offline).json();
  assert.is(mended.outcome, 'changed', mended.text);
  assert.equal(contentOf(offline.folder), contentFor(files));

  fs.cpSync(path.join(offline.folder, '.cache'), path.join(folder, '.cache'), { recursive: true });
  const other = placeFor(hub, { HF_HUB_OFFLINE: '1' });
  const named = await other.json(`--source=${folder}`);
  assert.is(named.step.code, 'E_MODEL_SOURCE', named.text);
  const [, command = ''] = /^`npx just (model:verify .*)` lists everything/m.exec(String(named.step.fix)) ?? [];
  assert.match((await runJust(other.project, command.split(' '), other.env)).stdout, /model-00001-of-00002\.safetensors/);
});

/** The same project with the network. */
function placeAt({ project, folder, env }: ReturnType<typeof placeFor>) {
  const online = { ...env, HF_HUB_OFFLINE: undefined };
  return {
    async json() {
      const { stdout, stderr } = await runJust(project, ['model:download', '--model=org/tiny', '--json'], online);
      const { outcome } = JSON.parse(stdout || '{}');
      return { outcome, text: stdout + stderr, folder };
    },
  };
}

test('a file that becomes short while it is copied goes on elsewhere, and is named where it cannot', async () => {
  const context = contextWith({});
  const copying = (name: string, offline?: string) => {
    const folder = path.join(context.root, name);
    const place = path.join(folder, 'there');
    fs.mkdirSync(folder);
    fs.writeFileSync(place, cut);
    const said: string[] = [];
    const file = { path: first, size: whole.length, sha256: createHash('sha256').update(whole).digest('hex') };
    const places = new Places({ places: new Map([[first, place]]), verify: undefined }, offline, (text) => said.push(text));
    const transfer = new Transfer(
      context,
      { repo: 'org/tiny', commit, folder, files: [file], totalBytes: file.size, thereBytes: 0 },
      async (of, range) => {
        const at = places.of(first);
        if (at !== undefined) return copyPiece(of, range, at);
        const landing = new RangeWriter(of, range);
        landing.take(whole.subarray(...range));
        landing.note();
      },
      async ({ partial }) => void said.push(`${partial.ranges.total} bytes`),
      async () => '',
      (one, why) => places.leave(one, why),
    );
    return { said, ended: transfer.run(() => undefined) };
  };
  const online = copying('online');
  await online.ended;
  assert.match(online.said.join('; '), /there` ends after 1000 of 300000 bytes: it comes from the Hub; 300000 bytes$/);
  const { code, found } = await copying('offline', 'HF_HUB_OFFLINE').ended.then(
    () => ({ code: 'none', found: '' }),
    (error: UserError) => error.fault,
  );
  assert.is(code, 'E_MODEL_SOURCE');
  assert.match(found, /there` ends after 1000 of 300000 bytes, and HF_HUB_OFFLINE is set$/);
});

test.run();
