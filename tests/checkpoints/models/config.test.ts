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
      [`model.layers.${layer}.input_layernorm.weight`, [4]],
      [`model.layers.${layer}.post_attention_layernorm.weight`, [4]],
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
  fs.writeFileSync(path.join(folder, 'tokenizer.json'), '{}');
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
  ['no norm in any layer', {}, without('input_layernorm'), 'needs `model.layers.0.input_layernorm.weight`, `model.layers.1'],
  ['another kind with biases', { model_type: 'qwen2' }, tensors, 'needs `model.layers.0.self_attn.q_proj.bias`, '],
  ['another kind with norms of heads', { model_type: 'qwen3', head_dim: 2 }, tensors, 'needs `model.layers.0.self_attn.q_norm.weight`, '],
  ['another kind with norms', { model_type: 'gemma2', head_dim: 2 }, tensors, 'needs `model.layers.0.pre_feedforward_layernorm.weight`'],
  ['another kind with fused layers', { model_type: 'phi3' }, tensors, 'needs `model.layers.0.self_attn.qkv_proj.weight`'],
  ['biases', { attention_bias: true }, tensors, 'needs `model.layers.0.self_attn.q_proj.bias`, '],
  ['biases of the MLP', { mlp_bias: true }, tensors, 'needs `model.layers.0.mlp.gate_proj.bias`, '],
  ['a head of another width', {}, { ...tensors, 'lm_head.weight': [8, 2] }, '`hidden_size` 4, and `lm_head.weight` is [8,2], which is 2'],
  [
    'queries of another width',
    {},
    { ...tensors, 'model.layers.1.self_attn.q_proj.weight': [4, 2] },
    '`hidden_size` 4, and `model.layers.1.self_attn.q_proj.weight` is [4,2]',
  ],
  [
    'an MLP of another width',
    {},
    { ...tensors, 'model.layers.1.mlp.down_proj.weight': [2, 6] },
    '`hidden_size` 4, and `model.layers.1.mlp.down_proj.weight` is [2,6]',
  ],
  ['a norm of another size', {}, { ...tensors, 'model.norm.weight': [2] }, '`hidden_size` 4, and `model.norm.weight` is [2]'],
  ['a norm with two sides', {}, { ...tensors, 'model.norm.weight': [4, 1] }, '`model.norm.weight` as [4,1], where [4] is needed'],
  ['no width', { hidden_size: undefined }, tensors, 'nothing of `hidden_size`, which transformers then takes as 4096, and `model'],
  ['a number as text', { num_hidden_layers: '2' }, tensors, 'says `num_hidden_layers` "2", which is no whole number'],
  ['no number', { hidden_size: null }, tensors, 'says `hidden_size` null, which is no whole number'],
  [
    'the inner model and an output layer',
    {},
    Object.fromEntries(Object.entries(tensors).map(([tensor, shape]) => [tensor.replace(/^model\./, ''), shape])),
    'needs `model.` before the names of all tensors but `lm_head.weight`',
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
  [
    'a kind with a size of heads of its own',
    { model_type: 'gemma', head_dim: undefined },
    Object.fromEntries(
      Object.entries(tensors).map(([tensor, shape]) => [
        tensor,
        tensor.includes('q_proj') ? [512, 4] : /[kv]_proj/.test(tensor) ? [256, 4] : tensor.includes('o_proj') ? [4, 512] : shape,
      ]),
    ),
  ],
  [
    'the inner model alone',
    { architectures: ['LlamaModel'] },
    Object.fromEntries(Object.entries(without('lm_head')).map(([tensor, shape]) => [tensor.replace('model.', ''), shape])),
  ],
  ['quantised', { quantization_config: { quant_method: 'gptq' }, intermediate_size: 48 }, tensors],
  ['an unknown kind', { model_type: 'other', architectures: ['OtherModel'], vocab_size: 1 }, tensors],
  ['another output', { architectures: ['LlamaForSequenceClassification'] }, { ...without('lm_head'), 'score.weight': [2, 4] }],
  ['code of its own', { auto_map: { AutoModelForCausalLM: 'modeling.Own' }, vocab_size: 1 }, tensors],
] as const)
  test(`that fits its weights is right: ${name}`, async () => {
    const { state, found, warning } = await verify(JSON.stringify({ ...config, ...change }), shapes);
    assert.is(state, 'done', found);
    assert.not.match(warning ?? '', 'config.json');
  });

test('that ties the embeddings to an output layer, which is there alone, is a warning; both missing are not', async () => {
  const tied = JSON.stringify({ ...config, tie_word_embeddings: true });
  const { state, found, warning } = await verify(tied, without('embed_tokens'));
  assert.is(state, 'done', found);
  assert.match(warning ?? '', 'transformers takes it for both, but 4.51 to 4.57, which give neither of them values');
  const none = Object.fromEntries(Object.entries(without('embed_tokens')).filter(([name]) => name !== 'lm_head.weight'));
  assert.match((await verify(tied, none)).found, 'needs `model.embed_tokens.weight`, which no file has');
});

test('that leaves layers out is a warning', async () => {
  const { state, warning } = await verify(JSON.stringify({ ...config, num_hidden_layers: 1 }));
  assert.is(state, 'done');
  assert.match(warning ?? '', '`num_hidden_layers` 1, and the tensors have 2 layers: transformers leaves 1 of them out');
});

const named = (rename: (name: string) => string) =>
  Object.fromEntries(Object.entries(tensors).map(([tensor, shape]) => [rename(tensor), shape]));

for (const [name, shapes, says] of [
  ['of another program', { 'tok_embeddings.weight': [8, 4] }, 'holds `tok_embeddings.weight`, and a model of the kind `llama` has'],
  ['of nothing', { foo: [3] }, 'holds `foo`, and a model of the kind `llama` has `model.embed_tokens.weight`'],
  ['of PEFT', named((tensor) => `base_model.model.${tensor}`), '(PEFT: `merge_and_unload()`'],
  ['of PEFT, of one layer', named((tensor) => tensor.replace('q_proj.weight', 'q_proj.base_layer.weight')), '(PEFT: '],
  ['of DataParallel', named((tensor) => `module.${tensor}`), '(`DataParallel` or DeepSpeed'],
  ['of torch.compile', named((tensor) => `_orig_mod.${tensor}`), '(`torch.compile`'],
  ['of FSDP, within', named((tensor) => tensor.replace(/layers\.(\d)\./, 'layers.$1._fsdp_wrapped_module.')), '(FSDP'],
  ['of a model with images', named((tensor) => `language_model.${tensor}`), 'holds `language_model.model.embed_tokens.weight`'],
] as const)
  test(`names of tensors that transformers does not know are told: ${name}`, async () => {
    const { state, code, found, fix } = await verify(JSON.stringify(config), shapes);
    assert.equal([state, code], ['blocked', 'E_MODEL_DAMAGED'], found);
    assert.match(found, says);
    assert.match(fix ?? '', 'with `save_pretrained`');
  });

test('names that a wrapper gave are told of kinds that we do not know too, and of quantised weights', async () => {
  for (const change of [{ model_type: 'other' }, { quantization_config: { quant_method: 'awq' } }]) {
    const { state, found } = await verify(
      JSON.stringify({ ...config, ...change }),
      named((tensor) => `module.${tensor}`),
    );
    assert.is(state, 'blocked', found);
  }
});

test('tensors that the kind of model has no place for are a warning, and are asked of no other layer', async () => {
  const { state, found, warning } = await verify(JSON.stringify(config), {
    ...tensors,
    'model.layers.0.self_attn.q_proj.bias': [4],
    'model.layers.0.self_attn.q_proj.lora_A.default.weight': [2, 4],
  });
  assert.is(state, 'done', found);
  assert.match(warning ?? '', 'the kind of model `llama`, which has no `model.layers.0.self_attn.q_proj.bias`');
  assert.match(warning ?? '', 'transformers leaves 2 tensors out');
});

test('values and kinds that nobody we know reads are a warning', async () => {
  for (const [change, says] of [
    [{ hidden_act: 'banana' }, 'says `hidden_act` `banana`, which transformers 4.57 does not know'],
    [{ rope_scaling: { rope_type: 'banana', factor: 2 } }, 'says `rope_type` `banana`'],
    [{ model_type: 'bananna' }, 'names the kind of model `bananna`, which is not known here'],
  ] as const) {
    const { state, found, warning } = await verify(JSON.stringify({ ...config, ...change }));
    assert.is(state, 'done', found);
    assert.match(warning ?? '', says);
  }
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
