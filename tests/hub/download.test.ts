import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fileFingerprint } from '../../tasks/platform/hashing';
import { runJust } from '../support/project';
import { contentFor, contentOf, leftoversOf, modelFiles, noise, otherFormats, placeFor } from './model';
import { startHub } from './server';

const test = suite('model:download');
const files = modelFiles(3_000_000, 5_000_000);

test('fetches what the model needs, once, and leaves nothing else', async () => {
  const hub = await startHub();
  hub.pageSize = 4;
  hub.add('org/tiny', { ...files, ...otherFormats });
  const place = placeFor(hub);

  const plan = await place.json('--plan');
  assert.is(plan.exitCode, 0);
  assert.not(fs.existsSync(place.folder));
  const index = 'model.safetensors.index.json';
  assert.is(hub.sent() - hub.sent(index), 1, 'the plan asks for one byte to see that it may, and reads the index');
  assert.is(hub.sent(index), Buffer.byteLength(files[index] ?? ''));
  const leftOut = plan.step.leftOut as { path: string; why: string }[];
  assert.equal(leftOut.map(({ path }) => path).sort(), Object.keys(otherFormats).sort());
  assert.is(
    plan.step.remainingBytes,
    Object.values(files).reduce((sum, content) => sum + content.length, 0),
  );
  const words = await place.run('--plan', '--rate=8Mbit/s');
  assert.match(words.stdout, /model-00002-of-00002\.safetensors +5 MB +missing/);
  assert.match(words.stdout, /original\/params\.json +2 B +left out: excluded by `original\/\*`/);
  assert.match(words.stdout, /about 8 s at 1 MB\/s$/m);
  assert.match((await place.run('--plan')).stdout, /about 1 s at 50 MB\/s \(change with `--rate`\)$/m);

  const asked = () => hub.seen.filter(({ url }) => /\/tree\/[0-9a-f]{40}\?(?!.*cursor)/.test(url)).length;
  const askedBefore = asked();
  const first = await place.json('--update');
  assert.is(first.outcome, 'changed', first.text);
  assert.is(asked() - askedBefore, 1, 'the answers of the Hub are those of one moment');
  assert.equal(contentOf(place.folder), contentFor(files));
  assert.equal(leftoversOf(place.folder), []);
  assert.equal(
    fs.readdirSync(place.folder).filter((name) => !(name in files)),
    ['.cache'],
  );

  const before = hub.sent();
  const second = await place.json();
  assert.is(second.outcome, 'unchanged');
  assert.ok(hub.sent() - before <= 1);
  await hub.close();
});

test('reads the names of shards out of an index, however long it is', async () => {
  const hub = await startHub();
  const weight_map = Object.fromEntries(Array.from({ length: 3000 }, (_, layer) => [`model.layers.${layer}.weight`, 'part-a.safetensors']));
  hub.add('org/tiny', {
    'config.json': '{}',
    'model.safetensors.index.json': JSON.stringify({ weight_map }),
    'part-a.safetensors': 'x'.repeat(1000),
    'part-b.safetensors': 'x'.repeat(1000),
  });
  const { step, text } = await placeFor(hub).json('--plan');
  assert.equal(step.leftOut, [{ path: 'part-b.safetensors', size: 1000, why: 'no shard of `model.safetensors.index.json`' }], text);
  await hub.close();
});

test('reports a branch that moved, follows it when asked, and fetches only what differs', async () => {
  const hub = await startHub();
  const repository = hub.add('org/tiny', files);
  const old = repository.revisions.get('main') ?? '';
  const place = placeFor(hub);
  await place.run();
  const next = { ...files, 'config.json': '{"model_type": "llama", "changed": true}' };
  const commit = hub.commit('org/tiny', next);
  const held = await place.json();
  assert.is(held.outcome, 'unchanged');
  assert.is(held.step.commit, old);
  assert.match(String(held.step.warning), new RegExp(`${commit.slice(0, 12)}.*model:download --model=org/tiny --update`));
  assert.equal(contentOf(place.folder), contentFor(files));

  const before = hub.sent('model-00001-of-00002.safetensors');
  const followed = await place.json('--update');
  assert.is(followed.step.commit, commit, followed.text);
  assert.equal(contentOf(place.folder), contentFor(next));
  assert.is(hub.sent('model-00001-of-00002.safetensors'), before);

  const pinned = await runJust(place.project, ['model:download', `--model=org/tiny@${old}`, '--json'], place.env);
  assert.is(JSON.parse(pinned.stdout).steps[0].commit, old);
  assert.equal(contentOf(place.folder), contentFor(files));
  await hub.close();
});

test('leaves nothing of another commit beside the files of this one, but what a person has', async () => {
  const hub = await startHub();
  const { 'model.safetensors.index.json': _, ...rest } = Object.fromEntries(
    Object.entries(files).filter(([name]) => !/^model-/.test(name)),
  );
  const old = { ...rest, 'model.safetensors': noise(1_000_000, 9), 'old.txt': 'old', 'edited.txt': 'old' };
  hub.add('org/tiny', old);
  const place = placeFor(hub);
  await place.run();
  assert.equal(contentOf(place.folder), contentFor(old));
  fs.writeFileSync(path.join(place.folder, 'edited.txt'), 'mine');
  fs.writeFileSync(path.join(place.folder, 'notes.txt'), 'mine');
  hub.commit('org/tiny', files);
  const followed = await place.json('--update');
  assert.is(followed.outcome, 'changed', followed.text);
  assert.equal(contentOf(place.folder), contentFor({ ...files, 'edited.txt': 'mine', 'notes.txt': 'mine' }));
  await hub.close();
});

test('does not put one model in the place of another of the same name', async () => {
  const hub = await startHub();
  hub.add('org/tiny', files);
  const other = { ...files, 'config.json': '{"model_type": "mistral"}' };
  hub.add('other/tiny', other, { formerly: ['former/tiny'] });
  const place = placeFor(hub);
  await place.run();
  const ask = async (...args: string[]) =>
    JSON.parse((await runJust(place.project, ['model:download', ...args, '--json'], place.env)).stdout);
  const [refused] = (await ask('--model=other/tiny')).steps;
  assert.equal([refused.state, refused.code], ['blocked', 'E_MODEL_FOLDER']);
  assert.match(refused.found, /`models\/tiny` holds `org\/tiny`, and `other\/tiny` would take its place/);
  assert.equal(contentOf(place.folder), contentFor(files));
  const command = /`npx just (model:download [^`]+)`/.exec(refused.fix)?.[1] ?? '';
  assert.is((await ask(...command.split(' ').slice(1))).outcome, 'changed');
  assert.equal(contentOf(place.folder), contentFor(other));

  hub.commit('other/tiny', files);
  const renamed = await ask('--model=former/tiny', '--update');
  assert.is(renamed.outcome, 'changed', JSON.stringify(renamed));
  await hub.close();
});

test('mends what is missing, cut or broken since, and keeps what a person wrote', async () => {
  const hub = await startHub();
  hub.add('org/tiny', files);
  const place = placeFor(hub);
  await place.run();
  const at = (name: string) => path.join(place.folder, name);
  fs.rmSync(at('generation_config.json'));
  fs.truncateSync(at('model-00001-of-00002.safetensors'), 1_000_000);
  fs.writeFileSync(at('config.json'), `${files['config.json']}`.replace('llama"}', 'LLAMA'));
  const handle = fs.openSync(at('model-00002-of-00002.safetensors'), 'r+');
  fs.writeSync(handle, 'flip', 4_000_000);
  fs.closeSync(handle);
  fs.utimesSync(at('model-00002-of-00002.safetensors'), 1_000_000, 1_000_000);
  fs.writeFileSync(at('notes.txt'), 'mine');

  const mended = await place.json();
  assert.is(mended.outcome, 'changed', mended.text);
  assert.equal(contentOf(place.folder), contentFor({ ...files, 'notes.txt': 'mine' }));
  const kept = fs.readdirSync(at('.cache/just-lora/replaced')).find((name) => name.startsWith('config.json'));
  assert.match(fs.readFileSync(at(`.cache/just-lora/replaced/${kept}`), 'utf8'), /LLAMA/);
  await hub.close();
});

test('works without the network where nothing is missing, and says so where something is', async () => {
  const hub = await startHub();
  hub.add('org/tiny', files);
  const place = placeFor(hub);
  const offline = { ...place.env, HF_HUB_OFFLINE: '1' };
  const refused = JSON.parse((await runJust(place.project, ['model:download', '--model=org/tiny', '--json'], offline)).stdout);
  assert.is(refused.steps[0].code, 'E_HUB_OFFLINE');
  assert.is(hub.seen.length, 0);
  await place.run();
  const asked = hub.seen.length;
  const whole = JSON.parse((await runJust(place.project, ['model:download', '--model=org/tiny', '--json'], offline)).stdout);
  assert.is(whole.outcome, 'unchanged');
  assert.is(hub.seen.length, asked);
  await hub.close();
});

test('repairs what no look at names and times can see', async () => {
  const hub = await startHub();
  hub.add('org/tiny', files);
  const place = placeFor(hub);
  await place.run();
  const name = 'model-00001-of-00002.safetensors';
  const stampFile = path.join(place.folder, '.cache/just-lora/stamps', `${name}.json`);
  const handle = fs.openSync(path.join(place.folder, name), 'r+');
  fs.writeSync(handle, 'rot', 1000);
  fs.closeSync(handle);
  // As if a disk had lost the bits without anybody's writing: the stamp fits the file that it vouches for.
  const stamp = fileFingerprint(fs.statSync(path.join(place.folder, name), { bigint: true }));
  fs.writeFileSync(stampFile, JSON.stringify({ ...JSON.parse(fs.readFileSync(stampFile, 'utf8')), ...stamp }));
  assert.is((await place.json()).outcome, 'unchanged');
  const before = hub.sent('model-00002-of-00002.safetensors');
  const repaired = await place.json('--repair');
  assert.is(repaired.outcome, 'changed', repaired.text);
  assert.equal(contentOf(place.folder), contentFor(files));
  assert.is(hub.sent('model-00002-of-00002.safetensors'), before);
  await hub.close();
});

test('takes the models of the settings, under their names, and refuses what is none', async () => {
  const hub = await startHub();
  hub.add('org/tiny', { ...files, 'extra.txt': 'x' }, { formerly: ['org/old-name'] });
  const place = placeFor(hub);
  fs.writeFileSync(
    path.join(place.project, 'configs/setup.yaml'),
    'models:\n  small:\n    repo: org/old-name\n    exclude: ["*.txt"]\n  off:\n    repo: org/none\n    enabled: false\n',
  );
  const { stdout } = await runJust(place.project, ['model:download', '--json'], place.env);
  const { outcome, steps } = JSON.parse(stdout);
  assert.is(outcome, 'changed', stdout);
  assert.equal(
    steps.map(({ name }: { name: string }) => name),
    ['download:small'],
  );
  assert.equal(contentOf(path.join(place.project, 'models/small')), contentFor(files));
  const wrong = await runJust(place.project, ['model:download', '--model=smal'], place.env);
  assert.is(wrong.exitCode, 2);
  assert.match(wrong.stderr, /did you mean `--model=small`/);
  await hub.close();
});

test('cleans partial files and nothing else', async () => {
  const hub = await startHub();
  hub.add('org/tiny', files);
  hub.fault = ({ path, server }) => (server === 'cdn' && path === 'model-00002-of-00002.safetensors' ? { status: 500 } : undefined);
  const place = placeFor(hub, {}, 'org/tiny');
  const { child, ended } = place.start();
  for (let waited = 0; waited < 200 && !leftoversOf(place.folder).some((name) => name.endsWith('.ranges')); waited++)
    await new Promise((resolve) => setTimeout(resolve, 50));
  child.kill('SIGKILL');
  await ended;
  const there = contentOf(place.folder);
  const clean = (...args: string[]) => runJust(place.project, ['model:clean', '--model=org/tiny', ...args, '--json'], place.env);
  const listed = JSON.parse((await clean('--plan')).stdout).steps[0];
  assert.ok(listed.files.length >= 2);
  assert.ok(leftoversOf(place.folder).length >= 2);
  assert.is(JSON.parse((await clean()).stdout).outcome, 'changed');
  assert.equal(leftoversOf(place.folder), []);
  assert.equal(contentOf(place.folder), there);
  await hub.close();
});

test('Ctrl-C ends it at once with 130, and the next run goes on', async () => {
  const hub = await startHub();
  const large = modelFiles(20_000_000, 20_000_000);
  hub.add('org/tiny', large);
  hub.rate = 500_000;
  const place = placeFor(hub);
  const { child, ended } = place.start();
  while (hub.sent() < 6_000_000) await new Promise((resolve) => setTimeout(resolve, 20));
  const begun = performance.now();
  child.kill('SIGINT');
  const { exitCode } = await ended;
  assert.is(exitCode, 130);
  assert.ok(performance.now() - begun < 3000);
  const before = hub.sent();
  hub.rate = 0;
  assert.is((await place.json()).outcome, 'changed');
  assert.equal(contentOf(place.folder), contentFor(large));
  const twice = hub.sent() - Object.values(large).reduce((sum, content) => sum + content.length, 0);
  assert.ok(twice <= 8_000_000, `${twice} bytes twice, ${before} before the end`);
  await hub.close();
});

test.run();
