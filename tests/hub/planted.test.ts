import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { filesIn } from '../support/files-in';
import { contentFor, contentOf, modelFiles, placeFor } from './model';
import { blobOf } from './repositories';
import { startHub } from './server';

/** Whole runs against a Hub that answers something else than a Hub does: nothing of it is written anywhere. */
const test = suite('a Hub that plants');
const files = modelFiles(50_000);
const sha = '0123456789abcdef0123456789abcdef01234567';

const rows = (change: object = {}) =>
  Object.entries(files).map(([name, content]) => {
    const { size, lfs, sha1, sha256 } = blobOf(name, content);
    return {
      type: 'file',
      path: name,
      size,
      oid: sha1,
      ...(lfs ? { lfs: { oid: sha256, size } } : {}),
      ...(name === 'config.json' ? change : {}),
    };
  });

/** Every file of a folder with its content, but for what each run leaves of itself: its record, compiled modules. */
function everyFile(folder: string): string[] {
  const isOwn = (name: string) => /(^|\/)(\.just-lora|\.cache|tools)(\/|$)/.test(name) && !name.includes('models/');
  const names = filesIn(folder).filter((name) => !isOwn(name));
  return names.map(
    (name) =>
      `${createHash('sha1')
        .update(fs.readFileSync(path.join(folder, name)))
        .digest('hex')} ${name}`,
  );
}

for (const [what, of, change, code, found] of [
  ['a commit that is a path', 'revision', { sha: '../../../../../configs/marker' }, 'E_HUB_ANSWER', /`sha`/],
  ['a commit with an end', 'revision', { sha: `${sha}/../../../marker` }, 'E_HUB_ANSWER', /`sha`/],
  ['a hash that is a path', 'tree', { lfs: { oid: '../../../../marker', size: 63 } }, 'E_HUB_ANSWER', /`tree\[2\]\.lfs\.oid`/],
  ['a size below nothing', 'tree', { size: -5 }, 'E_HUB_ANSWER', /`tree\[2\]\.size`/],
  ['a file of git', 'tree', { path: 'sub/.Git/config' }, 'E_MODEL_NAME', /\.Git/],
  ['a file beside the folder', 'tree', { path: '../../configs/marker.json' }, 'E_MODEL_NAME', /marker/],
  ['one name twice', 'tree', { path: 'README.MD' }, 'E_MODEL_NAME', /README\.MD.*README\.md/],
] as const)
  test(`${what} is refused before anything is written`, async () => {
    const hub = await startHub();
    hub.add('org/tiny', files);
    hub.fault = ({ url }) => {
      if (!url.includes(`/${of}/`)) return undefined;
      return { body: JSON.stringify(of === 'tree' ? rows(change) : { id: 'org/tiny', ...change }) };
    };
    const place = placeFor(hub);
    fs.writeFileSync(path.join(place.project, 'configs/marker.json'), '{"marker": true}');
    const before = everyFile(path.dirname(place.project));
    // Left out, a name does no harm.
    const { exitCode, stdout, stderr } = await place.run("--set=download.include=['*']");
    assert.is(exitCode, 1);
    assert.match(stderr + stdout, code);
    assert.match(stderr + stdout, found);
    assert.not.match(stderr + stdout, /^ {4}at /m);
    assert.equal(everyFile(path.dirname(place.project)), before);
    await hub.close();
  });

test('a list of 130,000 files is looked through, and what is wanted of it comes', async () => {
  const hub = await startHub();
  hub.add('org/tiny', files);
  const many = Array.from({ length: 130_000 }, (_, index) => ({ type: 'file', path: `data/part-${index}.bin`, size: 3, oid: sha }));
  hub.fault = ({ url }) => (url.includes('/tree/') ? { body: JSON.stringify([...rows(), ...many]) } : undefined);
  const place = placeFor(hub);
  const { outcome, text } = await place.json();
  assert.is(outcome, 'changed', text.slice(0, 2000));
  assert.equal(contentOf(place.folder), contentFor(files));
  await hub.close();
});

test('a pin is held: another commit is no answer, and is recorded nowhere', async () => {
  const hub = await startHub();
  const commit = hub.add('org/tiny', files).revisions.get('main') ?? '';
  hub.fault = ({ url }) => (url.includes('/revision/') ? { body: JSON.stringify({ id: 'org/tiny', sha }) } : undefined);
  const pinned = placeFor(hub, {}, `org/tiny@${commit}`);
  const folder = path.join(pinned.project, 'models/tiny');
  const refused = await pinned.json();
  assert.is(refused.step.code, 'E_HUB_ANSWER', refused.text);
  assert.ok(String(refused.step.found).includes(sha) && String(refused.step.needed).includes(commit));
  assert.not.ok(fs.existsSync(folder));
  // In capitals it is the same pin.
  const capitals = placeFor(hub, {}, `org/tiny@${commit.toUpperCase()}`);
  assert.is((await capitals.json()).step.code, 'E_HUB_ANSWER');
  hub.fault = () => undefined;
  assert.is((await pinned.json()).step.commit, commit);
  assert.equal(contentOf(folder), contentFor(files));
  await hub.close();
});

test('bytes of another commit than the one that was asked for are none', async () => {
  const hub = await startHub();
  hub.add('org/tiny', files);
  hub.fault = ({ url, path: file }) =>
    url.includes('/resolve/') && file === 'tokenizer.json' ? { headers: { 'X-Repo-Commit': sha } } : undefined;
  const place = placeFor(hub);
  const { step, text } = await place.json();
  assert.is(step.code, 'E_HUB_ANSWER', text);
  assert.match(String(step.found), /X-Repo-Commit/);
  assert.not.ok(fs.existsSync(path.join(place.folder, 'tokenizer.json')));
  await hub.close();
});

test('an index that names a file elsewhere is refused', async () => {
  const hub = await startHub();
  const named = {
    ...files,
    'part-a.safetensors': 'x'.repeat(20),
    'model.safetensors.index.json': '{"weight_map": {"a": "../part-a.safetensors"}}',
  };
  hub.add('org/tiny', named);
  const place = placeFor(hub);
  const { step, text } = await place.json();
  assert.is(step.code, 'E_HUB_ANSWER', text);
  assert.match(String(step.found), /model\.safetensors\.index\.json.*\.\.\/part-a/);
  assert.not.ok(fs.existsSync(place.folder));
  await hub.close();
});

test('what the Hub says of itself passes for nothing of ours', async () => {
  const hub = await startHub();
  hub.add('org/tiny', files);
  const message = 'no\r\n\u001b[2K\u001b[1A✔ download:tiny — every hash checked\u202e';
  hub.fault = ({ url }) => (url.includes('/tree/') ? { status: 403, body: JSON.stringify({ error: message }) } : undefined);
  const { exitCode, stdout, stderr } = await placeFor(hub).run();
  assert.is(exitCode, 1);
  assert.not.match(stdout + stderr, /^✔|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/m);
  assert.match(stdout + stderr, /answered 403 for `org\/tiny`: no ✔ download:tiny/);
  await hub.close();
});

test.run();
