import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { projectCopy, runJust } from '../../support/project';
import { weights } from '../models/model';
import { attention, makeAdapter, makeBase, tensors } from './adapter';

/** What an adapter trains beside its matrices: whole modules, and rows of tokens. Each was asked of PEFT 0.7.0 to 0.21.2. */
const test = suite('model:verify --adapter, of what is trained whole');
const project = projectCopy();
const own = {
  'model.embed_tokens.weight': [8, 4],
  'model.layers.0.self_attn.q_proj.weight': [4, 4],
  'model.layers.0.self_attn.q_proj.bias': [4],
  'model.layers.0.self_attn.v_proj.weight': [2, 4],
  'model.layers.0.self_attn.rotary_emb.inv_freq': [2],
  'model.layers.0.mlp.up_proj.weight': [6, 4],
  'model.layers.0.mlp.down_proj.weight': [4, 6],
  'model.layers.0.input_layernorm.weight': [4],
  'model.norm.weight': [4],
};
for (const [name, config, shapes] of [
  ['base', { tie_word_embeddings: false }, { ...own, 'lm_head.weight': [8, 4] }],
  ['tied', { tie_word_embeddings: true }, own],
] as const)
  makeBase(path.join(project, 'models', name), config, shapes);

const whole = (...names: (keyof typeof own | 'lm_head.weight')[]) =>
  Object.fromEntries(names.map((name) => [`base_model.model.${name}`, name === 'lm_head.weight' ? [8, 4] : own[name]]));
const rows = (module: string, shape = [2, 4]) => ({ [`base_model.model.${module}.token_adapter.trainable_tokens_delta`]: shape });
const mlp = whole('model.layers.0.mlp.up_proj.weight', 'model.layers.0.mlp.down_proj.weight');

const cases: readonly [settings: object, shapes: object, says: RegExp | undefined][] = [
  [{ modules_to_save: ['input_layernorm'] }, {}, /lacks `model\.layers\.0\.input_layernorm\.weight` of `modules_to_save`/],
  // The end of a name counts, whatever is before it.
  [{ modules_to_save: ['norm'] }, whole('model.norm.weight'), /lacks `model\.layers\.0\.input_layernorm\.weight` of/],
  [{ modules_to_save: ['norm'] }, whole('model.norm.weight', 'model.layers.0.input_layernorm.weight'), undefined],
  [{ modules_to_save: ['head'] }, {}, /lacks `lm_head\.weight`/],
  [{ modules_to_save: ['mlp'] }, {}, /lacks `model\.layers\.0\.mlp\.\w+_proj\.weight`, `model\.layers\.0\.mlp\.\w+_proj\.weight` of/],
  [{ modules_to_save: ['mlp'] }, whole('model.layers.0.mlp.up_proj.weight'), /lacks `model\.layers\.0\.mlp\.down_proj\.weight` of/],
  [{ modules_to_save: ['mlp'] }, mlp, undefined],
  [
    { modules_to_save: ['q_proj'], target_modules: ['v_proj'] },
    whole('model.layers.0.self_attn.q_proj.weight'),
    /lacks `model\.layers\.0\.self_attn\.q_proj\.bias`/,
  ],
  [{ modules_to_save: ['lm_head'], base_model_name_or_path: 'models/tied' }, {}, /lacks `lm_head\.weight`/],
  [
    { modules_to_save: ['embed_tokens'], ensure_weight_tying: true, base_model_name_or_path: 'models/tied' },
    whole('model.embed_tokens.weight'),
    /lacks `lm_head\.weight`/,
  ],
  [{ trainable_token_indices: [1, 2] }, {}, /lacks the rows of `model\.embed_tokens` that `trainable_token_indices` names/],
  [{ trainable_token_indices: [1, 2] }, rows('model.embed_tokens'), undefined],
  [{ trainable_token_indices: [1, 8] }, rows('model.embed_tokens'), /has 8 in `trainable_token_indices`.*has 8 rows: PEFT ends/],
  [{ trainable_token_indices: [1, -1] }, rows('model.embed_tokens'), /has `trainable_token_indices` \[1,-1\], a list of whole numbers/],
  [{ trainable_token_indices: [1] }, rows('model.embed_tokens'), /holds 2 rows of `model\.embed_tokens`.*names 1/],
  [{ trainable_token_indices: [1, 2] }, rows('model.embed_tokens', [2, 3]), /of 3 values, the base model's have 4/],
  [{ trainable_token_indices: { embed_tokens: [1, 2], lm_head: [1, 2] } }, rows('model.embed_tokens'), /lacks the rows of `lm_head`/],
  [
    { trainable_token_indices: { embed_tokens: [1, 2], lm_head: [1, 2] }, base_model_name_or_path: 'models/tied' },
    rows('model.embed_tokens'),
    undefined,
  ],
  [{ trainable_token_indices: { wte: [1, 2] } }, rows('wte'), /names `wte` in `trainable_token_indices`, which no module/],
  [{}, rows('model.embed_tokens'), /holds rows of `model\.embed_tokens`, which `trainable_token_indices` does not name/],
  [{ trainable_token_indices: [1, 2], base_model_name_or_path: 'owner/absent' }, {}, /lacks the rows of `the embedding`/],
  ...['CAUSALLM', 'causal_lm', ''].map(
    (task_type) => [{ task_type }, {}, /has `task_type` ".*", one of CAUSAL_LM, .* is needed; write what is needed/] as const,
  ),
  [{ task_type: null }, {}, undefined],
  [
    { target_modules: ['v_proj'], target_parameters: ['q_proj.weight'], lora_dropout: 0.05 },
    {},
    /has `target_parameters` and `lora_dropout` 0\.05, which PEFT refuses together; write `"lora_dropout": 0`/,
  ],
] as unknown as typeof cases;

const look = async (names: readonly string[], ...options: string[]) => {
  const args = names.map((name) => `--adapter=adapters/${name}`);
  const { stdout } = await runJust(project, ['model:verify', ...args, ...options, '--json']);
  return JSON.parse(stdout).steps as { state: string; found: string; warning?: string; fix?: string; files: { path: string }[] }[];
};
const folderOf = (name: string) => path.join(project, 'adapters', name);
const targetsOf = (settings: { target_modules?: readonly string[]; target_parameters?: unknown }) =>
  Object.fromEntries(
    Object.entries(tensors).filter(
      ([name]) => settings.target_parameters || (settings.target_modules ?? ['q_proj', 'v_proj']).some((target) => name.includes(target)),
    ),
  );

test('modules that are saved whole, rows of tokens, and fields that PEFT refuses', async () => {
  for (const [index, [settings, shapes]] of cases.entries())
    makeAdapter(folderOf(`a${index}`), {
      settings: { base_model_name_or_path: 'models/base', ...settings },
      shapes: { ...targetsOf(settings), ...shapes },
    });
  const steps = await look(cases.map((_, index) => `a${index}`));
  for (const [index, [, , says]] of cases.entries()) {
    const shown = `${JSON.stringify(cases[index])} ${JSON.stringify(steps[index])}`;
    assert.is(steps[index]?.state, says ? 'blocked' : 'done', shown);
    if (says) assert.match(`${steps[index]?.found}; ${steps[index]?.fix}`.replace(/ \(E_\w+\)/, ''), says, shown);
  }
});

/** One tensor of a type of one byte, of these bytes. */
function oneByte(dtype: string, bytes: readonly number[]): Buffer {
  const names = Object.keys(targetsOf({ target_modules: ['q_proj'] }));
  const header = Object.fromEntries(names.map((name, at) => [name, { dtype, shape: tensors[name], data_offsets: [at * 8, at * 8 + 8] }]));
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.alloc(names.length * 8, 0x38), Buffer.alloc(0)]).fill(Buffer.from(bytes), 8 + text.length);
}

test('values of eight bits are read too', async () => {
  const types = [
    ['F8_E4M3', [0x38, 0x7e, 0xfe], undefined],
    ['F8_E4M3', [0x38, 0x7f, 0xff], /has \d+ NaN/],
    ['F8_E5M2', [0x38, 0x7b, 0xfb], undefined],
    ['F8_E5M2', [0x38, 0x7c, 0x7d], /has \d+ NaN, \d+ infinite/],
    ['F8_E5M2', [0x00, 0x80], /every `lora_B` is 0: it changes nothing/],
  ] as const;
  for (const [index, [dtype, bytes]] of types.entries()) {
    makeAdapter(folderOf(`f${index}`), { settings: { base_model_name_or_path: 'models/base', target_modules: ['q_proj'] } });
    fs.writeFileSync(path.join(folderOf(`f${index}`), 'adapter_model.safetensors'), oneByte(dtype, bytes));
  }
  const steps = await look(
    types.map((_, index) => `f${index}`),
    '--full',
  );
  for (const [index, [, , says]] of types.entries()) {
    const text = `${steps[index]?.found} ${steps[index]?.warning ?? ''}`;
    if (says) assert.match(text, says);
    else assert.not.match(text, /NaN|infinite|changes nothing/);
  }
});

test('matrices of zeros beside a module that was trained whole are not nothing', async () => {
  makeAdapter(folderOf('zero'), {
    settings: { base_model_name_or_path: 'models/base', modules_to_save: ['lm_head'] },
    shapes: { ...tensors, ...whole('lm_head.weight') },
  });
  const file = path.join(folderOf('zero'), 'adapter_model.safetensors');
  const content = fs.readFileSync(file);
  // The tensors lie in the order of their names: those of the matrices are first.
  content.fill(0, content.length - (56 + 64), content.length - 64);
  fs.writeFileSync(file, content);
  const [step] = await look(['zero'], '--full');
  assert.match(step?.warning ?? '', 'every `lora_B` is 0: of what it holds, `base_model.model.lm_head.weight` alone can change anything');
  assert.not.match(step?.warning ?? '', 'changes nothing');
});

test('weights under another name are named, with the command that gives them theirs', async () => {
  makeAdapter(folderOf('renamed'));
  const [from, to] = ['adapter_model-v2.safetensors', 'adapter_model.safetensors'].map((name) => path.join(folderOf('renamed'), name));
  fs.renameSync(to as string, from as string);
  fs.writeFileSync(path.join(folderOf('renamed'), 'other.safetensors'), weights({ a: [2] }));
  const [step] = await look(['renamed']);
  assert.match(step?.found ?? '', 'is missing; weights of an adapter are in `adapter_model-v2.safetensors`');
  assert.match(step?.fix ?? '', '`mv adapters/renamed/adapter_model-v2.safetensors adapters/renamed/adapter_model.safetensors`');
});

test('a type that is no float is no question of the base', async () => {
  makeAdapter(folderOf('i8'));
  const file = path.join(folderOf('i8'), 'adapter_model.safetensors');
  fs.writeFileSync(file, Buffer.from(fs.readFileSync(file, 'latin1').replaceAll('"BF16"', '"I16" '), 'latin1'));
  const [step] = await look(['i8']);
  assert.not.match(step?.fix ?? '', '--model');
  assert.match(step?.fix ?? '', 'save it again in floats');
});

test('a method of its own is judged by its own keys', async () => {
  const vera = { peft_type: 'VERA', projection_prng_key: 0, d_initial: 0.1, vera_dropout: 0.1, base_model_name_or_path: 'models/base' };
  const lambdas = { [`${attention}.q_proj.vera_lambda_b`]: [4], [`${attention}.q_proj.vera_lambda_d`]: [2] };
  makeAdapter(folderOf('vera'), { settings: { ...vera, save_projection: false }, shapes: lambdas });
  makeAdapter(folderOf('vera-without'), { settings: { ...vera, save_projection: true }, shapes: lambdas });
  makeAdapter(folderOf('loha'), {
    settings: { peft_type: 'LOHA', alpha: 4, module_dropout: 0, exclude_modules: null, base_model_name_or_path: 'models/base' },
    shapes: { [`${attention}.q_proj.hada_w1_a`]: [4, 2] },
  });
  makeAdapter(folderOf('bone'), { settings: { peft_type: 'BONE' }, shapes: { [`${attention}.q_proj.bone_block`]: [4, 4] } });
  const steps = await look(['vera', 'vera-without', 'loha', 'bone']);
  assert.match(steps[0]?.warning ?? '', '`VERA` means something, so no copy helps: PEFT 0.11.0 or newer is needed');
  assert.match(steps[1]?.found ?? '', 'lacks `base_model.vera_A`, which `save_projection` says is in it');
  assert.match(steps[2]?.warning ?? '', 'PEFT 0.7.0 ends in a TypeError: it does not know `exclude_modules`');
  assert.match(steps[3]?.warning ?? '', 'PEFT 0.21.2 has no method `BONE` any more');
  const of = async (version: string) => (await look(['vera'], `--for=${version}`, '--check'))[0]?.state;
  assert.equal([await of('0.18.1.dev0'), await of('0.10.0')], ['done', 'blocked']);
});

test.run();
