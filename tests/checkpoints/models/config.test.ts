import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Subject, subjectsOf } from '../../../tasks/checkpoints/models/subject';
import { verifyStep } from '../../../tasks/checkpoints/models/verify-step';
import { contextWith } from '../../support/context';
import { temporaryFolder } from '../../support/project';
import { makeModel, recordAsHf, weights } from './model';

/** A config.json and the weights beside it. */
const test = suite('config.json of a folder');

const config = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  hidden_size: 4,
  intermediate_size: 6,
  num_attention_heads: 2,
  num_hidden_layers: 2,
  num_key_value_heads: 1,
  vocab_size: 8,
  tie_word_embeddings: false,
};
const tensors: Readonly<Record<string, readonly number[]>> = {
  'model.embed_tokens.weight': [8, 4],
  ...Object.fromEntries(
    [0, 1].flatMap((layer) => [
      [`model.layers.${layer}.self_attn.q_proj.weight`, [4, 4]],
      [`model.layers.${layer}.self_attn.k_proj.weight`, [2, 4]],
      [`model.layers.${layer}.self_attn.v_proj.weight`, [2, 4]],
      [`model.layers.${layer}.self_attn.o_proj.weight`, [4, 4]],
      [`model.layers.${layer}.self_attn.rotary_emb.inv_freq`, [1]],
      [`model.layers.${layer}.mlp.gate_proj.weight`, [6, 4]],
      [`model.layers.${layer}.mlp.up_proj.weight`, [6, 4]],
      [`model.layers.${layer}.mlp.down_proj.weight`, [4, 6]],
    ]),
  ),
  'model.norm.weight': [4],
  'lm_head.weight': [8, 4],
};
const without = (part: string) => Object.fromEntries(Object.entries(tensors).filter(([name]) => !name.includes(part)));

async function verify(configText: string | undefined, shapes = tensors) {
  const folder = path.join(temporaryFolder(), 'model');
  fs.mkdirSync(folder);
  if (configText !== undefined) fs.writeFileSync(path.join(folder, 'config.json'), configText);
  fs.writeFileSync(path.join(folder, 'model.safetensors'), weights(shapes));
  return look(folder);
}

async function look(folder: string) {
  const context = contextWith({}, { path: folder });
  const finding = await verifyStep(subjectsOf(context)[0] as Subject).check(context, 'full', () => undefined, undefined);
  return finding as unknown as { state: string; code?: string; found: string; fix?: string; warning?: string };
}

test('is needed where there are weights that transformers loads', async () => {
  const { state, code, found } = await verify(undefined);
  assert.equal([state, code], ['todo', 'E_MODEL_INCOMPLETE'], found);
  assert.match(found, '`config.json` is missing: transformers loads no folder without it');
});

for (const [name, change, shapes, says] of [
  ['no kind of model', undefined, tensors, 'names no `model_type`: transformers'],
  ['an architecture alone', { model_type: undefined }, tensors, 'names no `model_type`: transformers'],
  ['more layers', { num_hidden_layers: 3 }, tensors, '`num_hidden_layers` 3, and the tensors have 2 of these layers (no `model.layers.2`)'],
  ['a layer between', {}, without('layers.0.'), '`num_hidden_layers` 2, and the tensors have 1 of these layers (no `model.layers.0`)'],
  ['another vocabulary', { vocab_size: 10 }, tensors, '`vocab_size` 10, and `model.embed_tokens.weight` is [8,4], which is 8'],
  ['another vocabulary of the head', {}, { ...tensors, 'lm_head.weight': [9, 4] }, '`vocab_size` 8, and `lm_head.weight` is [9,4]'],
  ['another MLP', { intermediate_size: 7 }, tensors, '`intermediate_size` 7, and `model.layers.0.mlp.gate_proj.weight` is [6,4]'],
  ['another width', { hidden_size: 5 }, tensors, '`hidden_size` 5, and `model.embed_tokens.weight` is [8,4], which is 4'],
  [
    'other heads',
    { num_attention_heads: 4, head_dim: 2 },
    tensors,
    '`num_attention_heads × head_dim` 8, and `model.layers.0.self_attn.q_proj.weight`',
  ],
  ['another size of heads', { head_dim: 1 }, tensors, '`num_attention_heads × head_dim` 2, and'],
  [
    'other heads of keys',
    { num_key_value_heads: 2 },
    tensors,
    '`num_key_value_heads × head_dim` 4, and `model.layers.0.self_attn.k_proj.weight` is [2,4]',
  ],
  ['a list of other layers', { layer_types: ['full_attention'] }, tensors, '`num_hidden_layers` 2, and its `layer_types` is of 1'],
  ['a tensor of one layer', {}, without('layers.1.mlp.up_proj'), 'needs `model.layers.1.mlp.up_proj.weight`, which no file has'],
  ['a tensor of all layers', {}, without('self_attn.o_proj'), 'needs `model.layers.0.self_attn.o_proj.weight`, `model.layers.1'],
  ['no norm', {}, without('model.norm'), 'needs `model.norm.weight`, which no file has'],
  ['no embedding', {}, without('embed_tokens'), 'needs `model.embed_tokens.weight`, which no file has'],
  [
    'no output layer, and not said',
    { tie_word_embeddings: undefined },
    without('lm_head'),
    'says nothing of `tie_word_embeddings`, which is false',
  ],
  ['no output layer', {}, without('lm_head'), '`tie_word_embeddings` false, and no tensor is `lm_head.weight`'],
] as const)
  test(`that says otherwise than the weights is told: ${name}`, async () => {
    const { state, code, found, fix } = await verify(JSON.stringify(change === undefined ? {} : { ...config, ...change }), shapes);
    assert.equal([state, code], ['blocked', 'E_MODEL_DAMAGED'], found);
    assert.match(found, says);
    assert.match(fix ?? '', 'that was saved with these weights');
  });

for (const [name, change, shapes] of [
  ['all as it is', {}, tensors],
  ['tied, without an output layer', { tie_word_embeddings: true }, without('lm_head')],
  ['tied, with one', { tie_word_embeddings: true }, tensors],
  ['a kind that is tied where nothing is said', { tie_word_embeddings: undefined, model_type: 'gemma', head_dim: 2 }, without('lm_head')],
  ['a kind with a size of heads of its own', { model_type: 'qwen3', num_attention_heads: 4, num_key_value_heads: 4 }, tensors],
  [
    'the inner model alone',
    { architectures: ['LlamaModel'] },
    Object.fromEntries(Object.entries(without('lm_head')).map(([tensor, shape]) => [tensor.replace('model.', ''), shape])),
  ],
  ['quantised', { quantization_config: { quant_method: 'gptq' }, intermediate_size: 48 }, tensors],
  ['an unknown kind', { model_type: 'other', vocab_size: 1 }, tensors],
  ['code of its own', { auto_map: { AutoModelForCausalLM: 'modeling.Own' }, vocab_size: 1 }, tensors],
  ['names of another program', { vocab_size: 1 }, { 'tok_embeddings.weight': [8, 4] }],
] as const)
  test(`that fits its weights is right: ${name}`, async () => {
    const { state, found, warning } = await verify(JSON.stringify({ ...config, ...change }), shapes);
    assert.is(state, 'done', found);
    assert.not.match(warning ?? '', 'config.json');
  });

test('that leaves layers out is a warning', async () => {
  const { state, warning } = await verify(JSON.stringify({ ...config, num_hidden_layers: 1 }));
  assert.is(state, 'done');
  assert.match(warning ?? '', '`num_hidden_layers` 1, and the tensors have 2 layers: transformers leaves 1 of them out');
});

test('is compared over shards, and not where a commit has it so', async () => {
  const folder = path.join(temporaryFolder(), 'model');
  const files = makeModel(folder);
  const text = JSON.stringify({ ...config, vocab_size: 9, num_hidden_layers: 1 });
  fs.writeFileSync(path.join(folder, 'config.json'), text);
  assert.match((await look(folder)).found, '`vocab_size` 9');
  recordAsHf(folder, { ...files, 'config.json': Buffer.from(text) });
  assert.is((await look(folder)).state, 'done');
});

test.run();
