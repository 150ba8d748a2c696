import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { weights } from '../checkpoints/models/model';
import { runJust } from '../support/project';
import { contentFor, contentOf, modelFiles, type Place, placeFor } from './model';
import { type Hub, startHub } from './server';

/** What a person made stays: a download stops before it, and `--repair` moves it where it is kept. */
const test = suite("a person's files in a model's folder");
const weightsFile = 'model.safetensors';
const { 'model.safetensors.index.json': _, 'model-00001-of-00001.safetensors': __, ...texts } = modelFiles(1);
const tensors = (rows: number) => ({ 'model.layers.0.self_attn.q_proj.weight': [rows, 1000] });
const files = {
  ...texts,
  'config.json': '{"architectures": ["OtherModel"], "model_type": "other"}\n',
  'tokenizer_config.json': '{"model_max_length": 64}\n',
  [weightsFile]: weights(tensors(5000), 3),
};
const template = '{"model_max_length": 64, "chat_template": "{{ messages }}"}\n';
const replaced = '.cache/just-lora/replaced';

interface Case {
  hub: Hub;
  place: Place;
  at(name: string): string;
}

async function begin(there: Readonly<Record<string, string | Buffer>>): Promise<Case> {
  const hub = await startHub();
  hub.add('org/tiny', files);
  const place = placeFor(hub);
  const at = (name: string) => path.join(place.folder, name);
  for (const [name, content] of Object.entries(there)) {
    fs.mkdirSync(place.folder, { recursive: true });
    fs.writeFileSync(at(name), content);
  }
  return { hub, place, at };
}

/** What was kept, by the name that it had. */
function keptOf({ at }: Case): Record<string, Buffer> {
  const names = fs.existsSync(at(replaced)) ? fs.readdirSync(at(replaced)) : [];
  return Object.fromEntries(names.map((name) => [name.replace(/\.\d{4}-[^.]*$/, ''), fs.readFileSync(at(`${replaced}/${name}`))]));
}

/** The cure as it is printed, run. */
async function cure({ place }: Case, step: Record<string, unknown>): Promise<Record<string, unknown>> {
  const command = /`npx just (model:download [^`]+)`/.exec(String(step.fix))?.[1] ?? '';
  assert.match(command, / --repair$/);
  return JSON.parse((await runJust(place.project, [...command.split(' '), '--json'], place.env)).stdout);
}

for (const [what, rows, size] of [
  ['of the same size', 5000, 'same'],
  ['that is smaller', 4500, 'other'],
] as const)
  test(`a fine-tune ${what} is not replaced unasked, and kept where it is`, async () => {
    const mine = weights(tensors(rows), 7);
    const there = { ...files, [weightsFile]: mine };
    const it = await begin(there);
    const plan = await it.place.run('--plan');
    if (size === 'same') assert.match(plan.stdout, /stop before a whole file gives way that was not downloaded/);
    else assert.match(plan.stdout + plan.stderr, /E_MODEL_EDITED/);
    const sent = it.hub.sent();
    const { step, text } = await it.place.json();
    assert.equal([step.state, step.code], [size === 'same' ? 'failed' : 'blocked', 'E_MODEL_EDITED'], text);
    assert.match(String(step.fix), /`mv models\/tiny models\/tiny\.kept`/);
    assert.match(String(step.found), /^`models\/tiny\/model\.safetensors` is not what `org\/tiny` has at commit/);
    assert.ok(it.hub.sent() - sent <= 1, 'nothing was fetched');
    assert.equal(contentOf(it.place.folder), contentFor(there));
    const verify = await runJust(it.place.project, ['model:verify', '--model=org/tiny'], it.place.env);
    assert.is(verify.exitCode, 0, verify.stdout + verify.stderr);

    const cured = await cure(it, step);
    assert.is(cured.outcome, 'changed', JSON.stringify(cured));
    assert.equal(contentOf(it.place.folder), contentFor(files));
    assert.equal(keptOf(it), { [weightsFile]: mine });
    await runJust(it.place.project, ['model:clean', '--model=org/tiny'], it.place.env);
    assert.equal(keptOf(it), { [weightsFile]: mine });
    await it.hub.close();
  });

test('an edit of a file that was downloaded is not put back unasked', async () => {
  const it = await begin({});
  assert.is((await it.place.json()).outcome, 'changed');
  fs.writeFileSync(it.at('tokenizer_config.json'), template);
  const { step, text } = await it.place.json();
  assert.equal([step.state, step.code], ['blocked', 'E_MODEL_EDITED'], text);
  assert.is(fs.readFileSync(it.at('tokenizer_config.json'), 'utf8'), template);
  const plan = await it.place.run('--plan', '--repair');
  assert.match(plan.stdout, /was not downloaded is kept in `models\/tiny\/\.cache\/just-lora\/replaced`/);
  assert.is((await cure(it, step)).outcome, 'changed');
  assert.equal(contentOf(it.place.folder), contentFor(files));
  assert.equal(keptOf(it), { 'tokenizer_config.json': Buffer.from(template) });
  await it.hub.close();
});

test('what is cut, empty or no such file at all is mended as before', async () => {
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 10000000\n`;
  for (const there of [
    { [weightsFile]: files[weightsFile].subarray(0, 9_000_000), 'config.json': '' },
    { [weightsFile]: pointer, 'tokenizer_config.json': '<html>no</html>', 'README.md': '' },
  ]) {
    const it = await begin({ ...files, ...there });
    const { outcome, text } = await it.place.json();
    assert.is(outcome, 'changed', text);
    assert.equal(contentOf(it.place.folder), contentFor(files));
    await it.hub.close();
  }
});

test('rot on the disk is mended, and a copy with new times is no edit', async () => {
  const it = await begin({});
  await it.place.run();
  const { mtime, atime } = fs.statSync(it.at(weightsFile));
  const handle = fs.openSync(it.at(weightsFile), 'r+');
  fs.writeSync(handle, 'rot', 9_000_000);
  fs.closeSync(handle);
  fs.utimesSync(it.at(weightsFile), atime, mtime);
  assert.is((await it.place.json()).outcome, 'changed');
  assert.equal(contentOf(it.place.folder), contentFor(files));

  // With a new time too: what was there is kept aside.
  fs.writeFileSync(it.at(weightsFile), Buffer.concat([files[weightsFile].subarray(0, -3), Buffer.from('rot')]));
  const plan = await it.place.run('--plan');
  assert.not.match(plan.stdout, /stop before/);
  assert.is((await it.place.json()).outcome, 'changed');
  assert.equal(contentOf(it.place.folder), contentFor(files));
  assert.equal(keptOf(it)[weightsFile]?.subarray(-3).toString(), 'rot');

  const later = new Date(Date.now() + 60_000);
  for (const name of Object.keys(files)) fs.utimesSync(it.at(name), later, later);
  const next = { ...files, 'tokenizer_config.json': '{"model_max_length": 128}\n' };
  it.hub.commit('org/tiny', next);
  const { outcome, text } = await it.place.json('--update');
  assert.is(outcome, 'changed', text);
  assert.equal(contentOf(it.place.folder), contentFor(next));
  await it.hub.close();
});

test('large weights that were downloaded: what begins as they do was damaged later, what does not was trained', async () => {
  const large = { ...texts, [weightsFile]: weights(tensors(55_000), 3) };
  const hub = await startHub();
  hub.add('org/tiny', large);
  const place = placeFor(hub);
  const file = path.join(place.folder, weightsFile);
  assert.is((await place.json()).outcome, 'changed');
  const write = (at: number) => {
    const handle = fs.openSync(file, 'r+');
    fs.writeSync(handle, 'other bytes', at);
    fs.closeSync(handle);
  };
  write(105_000_000);
  const sent = hub.sent();
  assert.is((await place.json()).outcome, 'changed');
  assert.ok(hub.sent() - sent < 20_000_000, 'one block, not all of it');
  assert.equal(contentOf(place.folder), contentFor(large));
  assert.not.ok(fs.existsSync(path.join(place.folder, replaced)));
  write(5_000_000);
  const { step, text } = await place.json();
  assert.equal([step.state, step.code], ['failed', 'E_MODEL_EDITED'], text);
  assert.not.equal(contentOf(place.folder), contentFor(large));
  await hub.close();
});

test.run();
