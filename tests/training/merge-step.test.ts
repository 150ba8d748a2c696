import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Context } from '../../tasks/engine/context';
import { mergeStep } from '../../tasks/training/merge-step';
import { makeAdapter, tensors } from '../checkpoints/adapters/adapter';
import { weights } from '../checkpoints/models/model';
import { mergeProject as project } from './merge-project';

/** The step that merges, with a program in the place of Python that does to the folder what tasks/training/merge.py does. */
const test = suite('the step that merges');

async function merge(context: Context): Promise<string[]> {
  const told: string[] = [];
  const { seen } = await mergeStep.check(context, 'quick', () => undefined);
  for (const action of (await mergeStep.plan?.(context, seen)) ?? [])
    await action.run(context, ({ text }) => void told.push(text ?? ''), seen);
  return told;
}

const look = async (context: Context) => {
  const { seen: _, ...finding } = await mergeStep.check(context, 'quick', () => undefined);
  return finding as typeof finding & { code?: string; fix: string };
};
const left = (root: string) => fs.readdirSync(path.join(root, 'models')).sort();

test('a model of its own, with what it was made of; base and adapter stay, and a second run has nothing to do', async () => {
  const { root, context } = project();
  assert.equal([(await look(context())).state, (await look(context())).found], ['todo', 'not merged yet']);
  assert.equal(await merge(context()), ['merging']);
  assert.equal(left(root), ['first-merged', 'llama-3.1-8b']);
  const done = await look(context());
  assert.is(done.state, 'done', JSON.stringify(done));
  assert.is(done.found, '`models/first-merged`, first in llama-3.1-8b (bfloat16), logits within 4.0e-3 of both together');
  const record = JSON.parse(fs.readFileSync(path.join(root, 'models/first-merged/merge.json'), 'utf8'));
  assert.equal([record.base.name, record.adapter.name, record.result.dtype], ['llama-3.1-8b', 'first', 'bfloat16']);
  assert.not.match(JSON.stringify(record), root, 'no path of this machine');
});

test('the merged weights are for those who may read the rest, whatever safetensors wrote', async () => {
  const { root, context } = project(
    "copy(); for (const name of fs.readdirSync(job.folder)) if (/safetensors$/.test(name)) fs.chmodSync(job.folder + '/' + name, 0o600); end({ ok: true });",
  );
  await merge(context());
  const folder = path.join(root, 'models/first-merged');
  const modes = fs.readdirSync(folder).map((name) => fs.statSync(path.join(folder, name)).mode & 0o777);
  assert.equal([...new Set(modes)], [0o666 & ~process.umask()]);
});

test('rounding that takes much of what was learned is a warning; another type is another model, with its own room and memory', async () => {
  const little = project('copy(); end({ ok: true, adapterDifference: 0.012, dtype: job.dtype ?? "bfloat16" });');
  await merge(little.context());
  const warned = await look(little.context());
  assert.match(
    'warning' in warned && warned.warning ? warned.warning : '',
    /^rounding to bfloat16 takes up to 33 % .*`npx just train:merge --name=first --into=first-merged-32 --dtype=float32` keeps/,
  );
  assert.is((await look(little.context({ options: { dtype: 'float32' } }))).code, 'E_MERGED_EXISTS');
  const other = little.context({ options: { dtype: 'float32', into: 'full' } });
  const { seen } = await mergeStep.check(other, 'quick', () => undefined);
  const { seen: half } = await mergeStep.check(little.context({ options: { into: 'full' } }), 'quick', () => undefined);
  assert.is(seen?.mergedBytes, (half?.mergedBytes ?? 0) * 2);
  assert.is(seen?.memoryBytes, half?.memoryBytes);
  await merge(other);
  assert.match((await look(other)).found, /\(float32\)/);
  const fault = await look(little.context({ options: { dtype: 'int4' } })).catch((error) => error.fault);
  assert.is(fault.code, 'E_USAGE');
});

test('what is planned counts the weights that are loaded, and not those of another format beside them', async () => {
  const { root, context } = project('copy(); end({ ok: true });');
  const planned = async () => (await mergeStep.check(context(), 'quick', () => undefined)).seen;
  const before = await planned();
  fs.writeFileSync(path.join(root, 'models/llama-3.1-8b/consolidated.safetensors'), Buffer.alloc(5000));
  const after = await planned();
  assert.ok(before && before.mergedBytes > 0);
  assert.equal([after?.mergedBytes, after?.memoryBytes], [before?.mergedBytes, before?.memoryBytes]);
});

test('another adapter, or a folder of somebody else, is never written over; the old one is kept when asked', async () => {
  const { root, context } = project();
  await merge(context());
  fs.writeFileSync(path.join(root, 'models/first-merged/mine.txt'), 'mine');
  makeAdapter(path.join(root, 'adapters/first'), { settings: { base_model_name_or_path: 'llama-3.1-8b', lora_alpha: 99 } });
  const other = await look(context());
  assert.equal([other.state, other.code], ['blocked', 'E_MERGED_EXISTS']);
  assert.match(other.found, /merged of something else: `adapter_config\.json` changed$/);
  assert.match(other.fix, '--into=first-merged-2`');
  fs.mkdirSync(path.join(root, 'models/first-merged-2'));
  assert.match((await look(context())).fix, '--into=first-merged-3`');
  fs.rmdirSync(path.join(root, 'models/first-merged-2'));
  assert.is((await look(context({ options: { into: 'second' } }))).state, 'todo');
  await merge(context({ forced: true }));
  const kept = left(root).find((name) => name.startsWith('first-merged-before-')) ?? '';
  assert.is(fs.readFileSync(path.join(root, 'models', kept, 'mine.txt'), 'utf8'), 'mine');
  assert.is((await look(context())).state, 'done');
  assert.match((await look(context({ options: { into: kept } }))).found, /something else/);
  const model = await look(context({ options: { into: 'llama-3.1-8b' } }));
  assert.equal([model.code, /is the place of a base model/.test(model.found)], ['E_MERGED_EXISTS', true], 'the base itself');
});

test('a merge that fails, answers otherwise or changes nothing leaves no model behind', async () => {
  for (const [does, said] of [
    [
      `copy(); end({ ok: false, stage: 'reload', error: 'ValueError: the merged model gives other logits' }); process.exit(1);`,
      /other logits/,
    ],
    ['copy(); end({ ok: true, adapterDifference: 0 });', /changes no answer/],
    ["copy(); process.kill(process.pid, 'SIGKILL');", /Python ended/],
  ] as const) {
    const { root, context } = project(does);
    const error = await merge(context()).then(
      () => undefined,
      (thrown) => thrown.fault,
    );
    assert.is(error?.code, 'E_MERGE', does);
    assert.match(error.found, said);
    assert.equal(left(root), ['llama-3.1-8b']);
  }
});

test('what a merge that was killed left is not kept, and a model that was damaged since is told', async () => {
  const { root, context } = project();
  const rest = path.join(root, 'models/.first-merged.merging');
  fs.mkdirSync(rest);
  fs.writeFileSync(path.join(rest, 'half'), 'half');
  await merge(context());
  assert.equal(left(root), ['first-merged', 'llama-3.1-8b']);
  const [weights = ''] = fs.readdirSync(path.join(root, 'models/first-merged')).filter((name) => name.endsWith('.safetensors'));
  fs.truncateSync(path.join(root, 'models/first-merged', weights), 60);
  const damaged = await look(context());
  assert.equal([damaged.state, damaged.code], ['blocked', 'E_MODEL_DAMAGED'], JSON.stringify(damaged));
  assert.match(
    'fix' in damaged && damaged.fix ? damaged.fix : '',
    /^`npx just train:merge --name=first --into=first-merged --force=merge`/,
  );
});

test('no adapter, one that is wrong, a base that is not here, and a name that is none: each is said before anything is read', async () => {
  const { root, context } = project();
  assert.equal((({ code, found }) => [code, found])(await look(context({ options: { name: 'none' } }))), [
    'E_ADAPTER',
    '`adapters/none` is not there',
  ]);
  fs.truncateSync(path.join(root, 'adapters/first/adapter_model.safetensors'), 20);
  const cut = await look(context());
  assert.equal(
    [cut.code, cut.fix.split('\n')[1]],
    ['E_ADAPTER', 'or `npx just train --name=first --force=training`, which keeps this one under another name'],
  );
  makeAdapter(path.join(root, 'adapters/first'), { settings: { base_model_name_or_path: 'nobody/nothing' } });
  const gone = await look(context());
  assert.equal([gone.code, 'fix' in gone && gone.fix], ['E_MODEL_INCOMPLETE', '`npx just model:download --model=nobody/nothing`']);
  for (const options of [{ name: '../x' }, { into: 'a/b' }]) {
    const fault = await look(context({ options })).catch((error) => error.fault);
    assert.is(fault.code, 'E_USAGE');
  }
});

test('what cannot be a part of the weights is refused before the base is loaded, with the reason', async () => {
  const { root, context } = project();
  const folder = path.join(root, 'models/tied');
  fs.mkdirSync(folder);
  fs.writeFileSync(path.join(folder, 'config.json'), '{"model_type": "llama", "tie_word_embeddings": true}');
  const shapes = { 'model.layers.0.self_attn.q_proj.weight': [4, 4], 'model.layers.0.self_attn.v_proj.weight': [2, 4] };
  fs.writeFileSync(path.join(folder, 'model.safetensors'), weights({ 'model.embed_tokens.weight': [8, 4], ...shapes }));
  const biases = Object.fromEntries(
    Object.entries(tensors).flatMap(([name, [rows = 0]]) => (name.includes('lora_B') ? [[name.replace('.weight', '.bias'), [rows]]] : [])),
  );
  const tied = { base_model_name_or_path: 'models/tied' };
  const matrices = { 'base_model.model.lm_head.lora_A.weight': [2, 4], 'base_model.model.lm_head.lora_B.weight': [8, 2] };
  const rowsOf = (module: string) => ({ [`base_model.model.${module}.token_adapter.trainable_tokens_delta`]: [2, 4] });
  const cases = [
    [{ task_type: 'SEQ_CLS', modules_to_save: ['score'] }, { 'base_model.model.score.weight': [2, 4] }, /has no head of that task/],
    [{ alora_invocation_tokens: [7, 8] }, {}, /is an aLoRA/],
    [{ layer_replication: [[0, 1]] }, {}, /stacks the layers of its base anew/],
    [{ lora_bias: true }, biases, /has no bias that it could be added to/],
    [{ ...tied, modules_to_save: ['lm_head'] }, { 'base_model.model.lm_head.weight': [8, 4] }, /changes `lm_head`, .*tie_word_embeddings/],
    [{ ...tied, modules_to_save: ['embed_tokens'] }, { 'base_model.model.model.embed_tokens.weight': [8, 4] }, /tie_word_embeddings/],
    [{ ...tied, target_modules: ['q_proj', 'v_proj', 'lm_head'] }, matrices, /changes `lm_head`/],
    [{ modules_to_save: ['lm_head'] }, { 'base_model.model.lm_head.weight': [8, 4] }, undefined],
    [{ ...tied, task_type: null }, {}, undefined],
    [{ ...tied, trainable_token_indices: { lm_head: [1, 2] } }, rowsOf('lm_head'), /changes `lm_head`/],
    [{ ...tied, trainable_token_indices: [1, 2] }, rowsOf('model.embed_tokens'), undefined],
    // A copy that PEFT saves by itself.
    [tied, { 'base_model.model.model.embed_tokens.weight': [8, 4] }, undefined],
  ] as const;
  for (const [settings, more, says] of cases) {
    const config = { base_model_name_or_path: 'llama-3.1-8b', ...settings };
    makeAdapter(path.join(root, 'adapters/first'), { settings: config });
    fs.writeFileSync(path.join(root, 'adapters/first/adapter_model.safetensors'), weights({ ...tensors, ...more }, 0));
    const found = await look(context());
    assert.is(found.state, says ? 'blocked' : 'todo', JSON.stringify([settings, found]));
    if (!says) continue;
    assert.equal([found.code, says.test(found.found)], ['E_ADAPTER', true], found.found);
    assert.match(found.fix, /PeftModel\.from_pretrained\(AutoModelFor(CausalLM|SequenceClassification)/);
  }
});

test.run();
