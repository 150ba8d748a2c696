import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { projectCopy, runJust } from '../../support/project';
import { makeModel, weights } from '../models/model';
import { attention, makeAdapter, makeBase, renamed, tensors } from './adapter';

const test = suite('model:verify --adapter');
const project = projectCopy();
makeModel(path.join(project, 'models', 'llama-3.1-8b'));
for (const [name, config, shapes] of [
  ['tied', { tie_word_embeddings: true }, { 'model.embed_tokens.weight': [8, 4], ...modules('weight') }],
  ['gptq', { quantization_config: { quant_method: 'gptq', bits: 4 } }, { 'model.embed_tokens.weight': [8, 4], ...modules('qweight') }],
  ['gpt2', { architectures: ['GPT2LMHeadModel'], model_type: 'gpt2' }, { 'h.0.attn.c_attn.weight': [4, 12], 'wte.weight': [8, 4] }],
] as const)
  makeBase(path.join(project, 'models', name), config, shapes);
function modules(last: string): Record<string, readonly number[]> {
  return { [`model.layers.0.self_attn.q_proj.${last}`]: [4, 4], [`model.layers.0.self_attn.v_proj.${last}`]: [2, 4] };
}
const [qA, qB, vA, vB] = Object.keys(tensors) as [string, string, string, string];
const weightsName = 'adapter_model.safetensors';

interface Row {
  name: string;
  settings?: object;
  shapes?: Readonly<Record<string, readonly number[]>>;
  damage?: (folder: string) => void;
  options?: string[];
  exitCode: number;
  faults: string[];
  says?: RegExp;
}

const file = (folder: string, name = weightsName) => path.join(folder, name);
const edit = (folder: string, change: (text: string) => string) =>
  fs.writeFileSync(file(folder), Buffer.from(change(fs.readFileSync(file(folder), 'latin1')), 'latin1'));

/** Fills every tensor of BF16 with these values, one after the other. */
function fill(folder: string, values: readonly number[]): void {
  const content = fs.readFileSync(file(folder));
  const start = 8 + Number(content.readBigUInt64LE());
  for (let at = start; at < content.length; at += 2) content.writeUInt16LE(values[((at - start) / 2) % values.length] ?? 0, at);
  fs.writeFileSync(file(folder), content);
}

const rows: Row[] = [
  {
    name: 'fits its base model',
    exitCode: 0,
    faults: [],
    says: /LORA, for `meta-llama\/Meta-Llama-3.1-8B-Instruct`, .* rank 2, alpha 4, BF16, 28 parameters/,
  },
  {
    name: 'names its base by the folder of another machine',
    settings: { base_model_name_or_path: '/workspace/project/models/llama-3.1-8b' },
    exitCode: 0,
    faults: [],
  },
  { name: 'is for the base that was asked for', options: ['--model=llama-3.1-8b'], exitCode: 0, faults: [] },
  { name: 'is for another base', options: ['--model=mistral-7b'], exitCode: 1, faults: ['adapter_config.json adapter-base'] },
  {
    name: 'has a base that is not here',
    settings: { base_model_name_or_path: 'owner/other' },
    exitCode: 0,
    faults: [],
    says: /not on this machine.*npx just model:download --model=owner\/other/,
  },
  { name: 'names no base', settings: { base_model_name_or_path: null }, exitCode: 1, faults: ['adapter_config.json adapter-base'] },
  {
    name: 'targets by an expression, without a Python to judge it',
    settings: { target_modules: '.*\\.(q|v)_proj' },
    exitCode: 0,
    faults: [],
    says: /not judged without a Python environment/,
  },
  {
    name: 'targets a module that the base lacks',
    settings: { target_modules: ['q_proj', 'v_proj', 'w_proj'] },
    exitCode: 0,
    faults: [],
    says: /targets `w_proj` too, which the base model does not have: PEFT passes over it/,
  },
  {
    name: 'targets nothing',
    settings: { target_modules: [] },
    exitCode: 1,
    faults: ['adapter_config.json adapter-config'],
    says: /names no `target_modules`/,
  },
  {
    name: 'is of another method',
    settings: { peft_type: 'IA3' },
    shapes: { [`${attention}.q_proj.ia3_l`]: [4, 1] },
    exitCode: 0,
    faults: [],
    says: /IA3 is not LoRA: its tensors were not compared/,
  },
  {
    name: 'is of a method that no PEFT knows',
    settings: { peft_type: 'FOO' },
    shapes: { [`${attention}.q_proj.foo_l`]: [4, 1] },
    exitCode: 0,
    faults: [],
    says: /PEFT 0\.21\.2 has no method `FOO`, the newest that is known here/,
  },
  {
    name: 'has weights that its configuration does not target',
    settings: { target_modules: ['q_proj'] },
    exitCode: 1,
    faults: [`${weightsName} adapter-target`],
  },
  {
    name: 'lacks weights of a target',
    settings: { target_modules: ['q_proj', 'v_proj', 'lm_head'] },
    exitCode: 1,
    faults: ['adapter_config.json adapter-target'],
  },
  {
    name: 'has another rank than its configuration',
    settings: { r: 8 },
    exitCode: 1,
    faults: [`${weightsName} adapter-rank`],
    says: /has rank 2, the configuration says 8/,
  },
  {
    name: 'has a rank of its own for one module',
    settings: { r: 8, rank_pattern: { q_proj: 2, 'self_attn.v_proj': 2 } },
    exitCode: 0,
    faults: [],
  },
  {
    name: 'has the shape of another base',
    shapes: { [qA]: [2, 4], [qB]: [6, 2], [vA]: [2, 4], [vB]: [2, 2] },
    exitCode: 1,
    faults: [`${weightsName} adapter-shape`],
    says: /goes from 4 to 6, the base model's from 4 to 4/,
  },
  {
    name: 'has half of a pair',
    shapes: { [qA]: [2, 4], [qB]: [4, 2], [vA]: [2, 4] },
    exitCode: 1,
    faults: [`${weightsName} adapter-shape`],
  },
  {
    name: 'is for modules that the base lacks',
    shapes: Object.fromEntries(Object.entries(tensors).map(([name, shape]) => [name.replace('layers.0', 'layers.7'), shape])),
    settings: { layers_to_transform: [7] },
    exitCode: 1,
    faults: ['adapter_config.json adapter-target', `${weightsName} adapter-base`],
  },
  {
    name: 'holds integers',
    damage: (folder) => edit(folder, (text) => text.replace('"BF16"', '"I16" ')),
    exitCode: 1,
    faults: [`${weightsName} adapter-dtype`],
  },
  {
    name: 'is truncated',
    damage: (folder) => fs.truncateSync(file(folder), fs.statSync(file(folder)).size - 3),
    exitCode: 1,
    faults: [`${weightsName} truncated`],
    says: /is truncated: \d+ of \d+ bytes/,
  },
  {
    name: 'has a wrong header',
    damage: (folder) => edit(folder, (text) => text.replace('{', '[')),
    exitCode: 1,
    faults: [`${weightsName} bad-header`],
  },
  {
    name: 'holds no LoRA at all',
    damage: (folder) => fs.writeFileSync(file(folder), weights({ a: [2] })),
    settings: { layers_to_transform: [0] },
    exitCode: 1,
    faults: ['adapter_config.json adapter-target', `${weightsName} adapter-target`],
  },
  {
    name: 'is a pointer of Git LFS',
    damage: (folder) => fs.writeFileSync(file(folder), 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n'),
    exitCode: 1,
    faults: [`${weightsName} pointer`],
    says: /git lfs pull/,
  },
  { name: 'has no weights', damage: (folder) => fs.rmSync(file(folder)), exitCode: 1, faults: [`${weightsName} missing`] },
  {
    name: 'has a pickle instead',
    damage: (folder) => fs.renameSync(file(folder), file(folder, 'adapter_model.bin')),
    exitCode: 1,
    faults: [`${weightsName} missing`, 'adapter_model.bin pickle'],
  },
  {
    name: 'has no configuration',
    damage: (folder) => fs.rmSync(file(folder, 'adapter_config.json')),
    exitCode: 1,
    faults: ['adapter_config.json missing'],
  },
  {
    name: 'has a configuration that is no JSON',
    damage: (folder) => fs.writeFileSync(file(folder, 'adapter_config.json'), '{'),
    exitCode: 1,
    faults: ['adapter_config.json adapter-config'],
  },
  { name: 'has no rank', settings: { r: 0 }, exitCode: 1, faults: ['adapter_config.json adapter-config'] },
  // What PEFT 0.21.2 writes and loads (its own logits come back exactly), on a base of two modules.
  {
    name: 'has full paths, a layer and patterns',
    settings: {
      target_modules: ['model.layers.0.self_attn.q_proj', 'v_proj'],
      layers_to_transform: [0],
      layers_pattern: 'layers',
      r: 8,
      rank_pattern: { q_proj: 2, 'layers.0.self_attn.v_proj': 2 },
    },
    exitCode: 0,
    faults: [],
  },
  {
    name: 'is for experts: parameters, and no module',
    settings: { target_modules: [], target_parameters: ['layers.0.self_attn.q_proj.weight'] },
    shapes: { [qA]: [2, 4], [qB]: [4, 2] },
    exitCode: 0,
    faults: [],
    says: /`target_parameters` means something, so no copy helps: PEFT 0.17.0 or newer is needed/,
  },
  {
    name: 'nests one parameter in another',
    settings: { target_modules: [], target_parameters: ['mlp.experts.gate_up_proj', 'mlp.experts.down_proj'] },
    shapes: Object.fromEntries(
      ['experts.base_layer', 'experts'].flatMap((module) => [
        [`base_model.model.model.layers.0.mlp.${module}.lora_A.weight`, [8, 4]],
        [`base_model.model.model.layers.0.mlp.${module}.lora_B.weight`, [4, 8]],
      ]),
    ),
    exitCode: 1,
    faults: ['adapter_config.json adapter-target', `${weightsName} adapter-base`],
  },
  {
    name: 'stacks layers anew',
    settings: {
      layer_replication: [
        [0, 1],
        [0, 1],
      ],
    },
    shapes: { ...tensors, ...renamed((name) => name.replace('layers.0', 'layers.1')) },
    exitCode: 0,
    faults: [],
  },
  {
    name: 'is for the embedding and the head of a tied base',
    settings: { base_model_name_or_path: 'models/tied', target_modules: ['q_proj', 'v_proj', 'embed_tokens', 'lm_head'] },
    shapes: {
      ...tensors,
      'base_model.model.lm_head.lora_A.weight': [2, 4],
      'base_model.model.lm_head.lora_B.weight': [8, 2],
      'base_model.model.lm_head.base_layer.weight': [8, 4],
      'base_model.model.model.embed_tokens.lora_embedding_A': [2, 8],
      'base_model.model.model.embed_tokens.lora_embedding_B': [4, 2],
    },
    exitCode: 0,
    faults: [],
  },
  {
    name: 'is for a base in GPTQ',
    settings: { base_model_name_or_path: 'models/gptq' },
    exitCode: 0,
    faults: [],
  },
  {
    name: 'is for a base of Conv1D, without `fan_in_fan_out`',
    settings: { base_model_name_or_path: 'models/gpt2', target_modules: ['c_attn'] },
    shapes: {
      'base_model.model.transformer.h.0.attn.c_attn.lora_A.weight': [2, 4],
      'base_model.model.transformer.h.0.attn.c_attn.lora_B.weight': [12, 2],
    },
    exitCode: 0,
    faults: [],
  },
  {
    name: 'has DoRA',
    settings: { use_dora: true },
    shapes: { ...tensors, [`${attention}.q_proj.lora_magnitude_vector`]: [4], [`${attention}.v_proj.lora_magnitude_vector`]: [2] },
    exitCode: 0,
    faults: [],
  },
  { name: 'lacks the magnitudes of DoRA', settings: { use_dora: true }, exitCode: 1, faults: [`${weightsName} adapter-shape`] },
  {
    name: 'trains tokens and saves whole modules',
    settings: { modules_to_save: ['lm_head'], trainable_token_indices: { embed_tokens: [1, 2] } },
    shapes: {
      ...tensors,
      'base_model.model.lm_head.weight': [8, 4],
      'base_model.model.model.embed_tokens.token_adapter.trainable_tokens_delta': [2, 4],
    },
    exitCode: 0,
    faults: [],
  },
  {
    name: 'lacks a module that it saves',
    settings: { modules_to_save: ['lm_head'] },
    exitCode: 1,
    faults: [`${weightsName} adapter-target`],
  },
  {
    name: 'was trained with a larger vocabulary',
    shapes: { ...tensors, 'base_model.model.model.embed_tokens.weight': [10, 4], 'base_model.model.lm_head.weight': [10, 4] },
    exitCode: 1,
    faults: [`${weightsName} adapter-vocabulary`],
    says: /is \[10,4\], the base model's is \[8,4\]: the vocabulary was resized.*resize_token_embeddings\(10\)/,
  },
  // ZeRO-3: a header without tensors, tensors without elements. A copy of the same is no cure.
  {
    name: 'holds no tensor',
    damage: (folder) => fs.writeFileSync(file(folder), weights({})),
    exitCode: 1,
    faults: [`${weightsName} adapter-empty`],
    says: /ZeRO-3.*a copy from the training machine is as empty/,
  },
  {
    name: 'holds tensors without elements',
    settings: { modules_to_save: ['lm_head'] },
    shapes: { ...tensors, 'base_model.model.lm_head.weight': [0] },
    exitCode: 1,
    faults: [`${weightsName} adapter-empty`],
  },
  // PEFT 0.7 to 0.20 load each of these without an error, and lora_B stays 0.
  ...(
    [
      ['its own name', (name: string) => name.replace('.weight', '.default.weight')],
      ['DistributedDataParallel', (name: string) => `module.${name}`],
      ['a wrapped inner model', (name: string) => name.replace('base_model.model.', 'base_model.model.module.')],
      ['torch.compile', (name: string) => name.replace('base_model.model.', 'base_model.model._orig_mod.')],
      ['FSDP', (name: string) => name.replace('self_attn', '_fsdp_wrapped_module.self_attn')],
      ['activation checkpointing', (name: string) => name.replace('layers.0', 'layers.0._checkpoint_wrapped_module')],
      ['PEFT twice', (name: string) => `base_model.model.${name}`],
    ] as const
  ).map(
    ([what, change]): Row => ({
      name: `has ${what} in its names`,
      shapes: renamed(change),
      exitCode: 1,
      faults: [`${weightsName} adapter-name`],
      says: /4 of 4 names that PEFT does not match/,
    }),
  ),
  {
    name: 'has names without their beginning',
    shapes: renamed((name) => name.replace('base_model.model.', '')),
    exitCode: 1,
    faults: [`${weightsName} adapter-name`],
  },
  {
    name: 'is of the inner model',
    shapes: renamed((name) => name.replace('model.model.', 'model.')),
    exitCode: 1,
    faults: ['adapter_config.json adapter-target', `${weightsName} adapter-base`],
  },
  // What PEFT repeats at each load.
  {
    name: 'has PiSSA by chance',
    settings: { init_lora_weights: 'pissa_niter_4' },
    exitCode: 1,
    faults: ['adapter_config.json adapter-init'],
  },
  {
    name: 'has PiSSA',
    settings: { init_lora_weights: 'pissa' },
    exitCode: 0,
    faults: [],
    says: /PEFT repeats at each load.*load the base in 16 bits/,
  },
  {
    name: 'has PiSSA on a base in 4 bits',
    settings: { init_lora_weights: 'pissa', base_model_name_or_path: 'models/gptq' },
    exitCode: 1,
    faults: ['adapter_config.json adapter-init'],
    says: /TypeError/,
  },
  {
    name: 'has CorDA',
    settings: { init_lora_weights: 'corda', corda_config: {} },
    exitCode: 1,
    faults: ['adapter_config.json adapter-init'],
  },
  // What PEFT 0.12 ends with an error at, or takes another adapter from: each was asked of it (tests/remote/adapters.py).
  ...(
    [
      [{ r: '2' }, /has `r` "2", a number above 0 is needed/],
      [{ r: null }, /`r` null/],
      [{ r: true }, /`r` true/],
      [{ lora_alpha: '32' }, /has `lora_alpha` "32", a number is needed/],
      [{ lora_alpha: null }, /`lora_alpha` null/],
      [{ lora_alpha: 0 }, /has `lora_alpha` 0: the adapter changes nothing/],
      [{ lora_alpha: false }, /the adapter changes nothing/],
      [{ lora_dropout: '0.1' }, /`lora_dropout` "0\.1"/],
      [{ lora_dropout: 1.5 }, /a number up to 1 is needed/],
      [{ rank_pattern: null }, /a mapping of names to numbers above 0 is needed/],
      [{ rank_pattern: { q_proj: '2' } }, /`rank_pattern` \{"q_proj":"2"\}/],
      [{ alpha_pattern: ['q_proj'] }, /a mapping of names to numbers is needed/],
      [{ alpha_pattern: { q_proj: '4' } }, /`alpha_pattern`/],
      [{ bias: null }, /`none`, `all` or `lora_only` is needed/],
      [{ bias: true }, /`bias` true/],
      [{ target_modules: { q_proj: 1 } }, /names, or one expression is needed/],
      [{ target_modules: 7 }, /`target_modules` 7/],
      [{ modules_to_save: 'lm_head' }, /a list of names is needed/],
      [{ layers_to_transform: ['0'] }, /a number, or a list of numbers is needed/],
      [{ layer_replication: [[0]] }, /a list of pairs of numbers is needed/],
      [{ init_lora_weights: 7 }, /true, false or a name is needed/],
      [{ peft_type: 'LOHA' }, /has `peft_type` `LOHA`, and its tensors are those of LoRA/],
    ] as const
  ).map(
    ([settings, says]): Row => ({
      name: `says ${JSON.stringify(settings)}`,
      settings,
      exitCode: 1,
      faults: ['adapter_config.json adapter-config'],
      says,
    }),
  ),
  ...(
    [
      [{ use_dora: 1 }, `${weightsName} adapter-shape`, /which `use_dora` needs/],
      [
        { use_dora: 0, use_rslora: null, fan_in_fan_out: null, init_lora_weights: null, layers_to_transform: [], lora_alpha: 4.5 },
        undefined,
      ],
      [{ use_rslora: 'false' }, undefined, /`use_rslora` is the text "false", which Python takes for true/],
    ] as const
  ).map(
    ([settings, fault, says]): Row => ({
      name: `says ${JSON.stringify(settings)}`,
      settings,
      exitCode: fault === undefined ? 0 : 1,
      faults: fault === undefined ? [] : [fault],
      ...(says ? { says } : {}),
    }),
  ),
  {
    name: 'has tensors of nothing',
    shapes: { ...tensors, 'foo.bar': [2], 'base_model.model.model.layers.0.nothing.weight': [2, 2] },
    exitCode: 0,
    faults: [],
    says: /`foo\.bar`, `base_model\.model\.model\.layers\.0\.nothing\.weight`: tensors that no part of a LoRA adapter has, and that PEFT passes over/,
  },
  { name: 'has its kind in small letters', settings: { peft_type: 'lora' }, exitCode: 1, faults: ['adapter_config.json adapter-config'] },
  // Words for the base.
  ...[
    '/home/user/.cache/huggingface/hub/models--meta-llama--Llama-3.1-8B-Instruct/snapshots/0123456789abcdef0123456789abcdef01234567',
    'C:\\Users\\me\\models\\Meta-Llama-3.1-8B-Instruct\\',
    '/home/user/.cache/modelscope/hub/models/LLM-Research/Meta-Llama-3___1-8B-Instruct',
    'unsloth/meta-llama-3.1-8b-instruct-unsloth-bnb-4bit',
    'unsloth/Meta-Llama-3.1-8B-Instruct-bnb-4bit',
    'hugging-quants/Meta-Llama-3.1-8B-Instruct-AWQ-INT4',
    'https://huggingface.co/meta-llama/Llama-3.1-8B-Instruct',
  ].map(
    (word): Row => ({
      name: `calls its base ${word}`,
      settings: { base_model_name_or_path: word },
      options: ['--model=llama-3.1-8b'],
      exitCode: 0,
      faults: [],
    }),
  ),
  {
    name: 'is held against a folder that says nothing',
    settings: { base_model_name_or_path: 'unsloth/meta-llama-3.1-8b-instruct-unsloth-bnb-4bit' },
    options: ['--model=models/tied'],
    exitCode: 0,
    faults: [],
    says: /whether that is `models\/tied` is unknown/,
  },
  {
    name: 'calls its base by a folder that says nothing',
    settings: { base_model_name_or_path: '/workspace/output/merged' },
    options: ['--model=llama-3.1-8b'],
    exitCode: 0,
    faults: [],
    says: /whether that is `llama-3.1-8b` is unknown/,
  },
  {
    name: 'calls its base by the folder of another model in the cache',
    settings: {
      base_model_name_or_path: '/cache/hub/models--mistralai--Mistral-7B-Instruct-v0.3/snapshots/0123456789abcdef0123456789abcdef01234567',
    },
    options: ['--model=llama-3.1-8b'],
    exitCode: 1,
    faults: ['adapter_config.json adapter-base'],
    says: /is for `.*Mistral.*`, not for `llama-3.1-8b`.*model:download --model=mistral-7b/,
  },
  // With every value read.
  {
    name: 'holds values that are no numbers',
    damage: (folder) => fill(folder, [0x7fc0, 0x7f80, 0x3f80]),
    options: ['--full'],
    exitCode: 1,
    faults: [`${weightsName} adapter-values`],
    says: /NaN, \d+ infinite.*diverged/,
  },
  {
    name: 'was never trained',
    damage: (folder) => fill(folder, [0]),
    options: ['--full'],
    exitCode: 0,
    faults: [],
    says: /every `lora_B` is 0: it changes nothing/,
  },
];

/** All that need no option of their own are looked at in one run, as a person with many adapters does it. */
const ofRow = (row: Row) => `a${rows.indexOf(row)}`;
for (const row of rows) {
  const folder = path.join(project, 'adapters', ofRow(row));
  makeAdapter(folder, { ...(row.settings ? { settings: row.settings } : {}), ...(row.shapes ? { shapes: row.shapes } : {}) });
  row.damage?.(folder);
}
const verify = async (chosen: readonly Row[], ...options: string[]) => {
  const args = chosen.map((row) => `--adapter=adapters/${ofRow(row)}`);
  const { stdout } = await runJust(project, ['model:verify', ...args, ...options, '--json']);
  return JSON.parse(stdout).steps as Record<string, unknown>[];
};

function hold({ exitCode, faults, says }: Row, step: Record<string, unknown>): void {
  const shown = JSON.stringify(step);
  const files = step.files as { path: string; problem: string; state: string }[];
  const wrong = files.filter(({ state }) => state !== 'ok');
  assert.equal(wrong.map((one) => `${one.path} ${one.problem}`).sort(), [...faults].sort(), shown);
  assert.is(step.state === 'done' ? 0 : 1, exitCode, shown);
  if (exitCode === 1) assert.match(String(step.fix), /`|diverged/);
  if (says) assert.match(`${step.found}; ${step.warning ?? ''}; ${step.fix ?? ''}`, says);
}

const groups = new Map<string, Row[]>();
for (const row of rows) groups.set(row.options?.join(' ') ?? '', [...(groups.get(row.options?.join(' ') ?? '') ?? []), row]);
for (const [options, group] of groups) {
  let looks: ReturnType<typeof verify> | undefined;
  for (const [index, row] of group.entries())
    test(`an adapter that ${row.name}`, async () => {
      looks ??= verify(group, ...options.split(' ').filter(Boolean));
      hold(row, (await looks)[index] ?? {});
    });
}

test('says where no adapter is', async () => {
  const { exitCode, stdout } = await runJust(project, ['model:verify', '--adapter=adapters/none', '--json']);
  assert.is(exitCode, 1);
  assert.is(JSON.parse(stdout).steps[0].code, 'E_MODEL_PATH');
});

test('names the model that an adapter waits for as what comes next', async () => {
  const own = projectCopy();
  makeAdapter(path.join(own, 'adapters/first'), { settings: { base_model_name_or_path: 'mistralai/Mistral-7B-Instruct-v0.3' } });
  const adapter = await runJust(own, ['model:verify', '--adapter=adapters/first', '--env=local']);
  assert.match(adapter.stdout, /\nnext: `npx just model:download --model=mistral-7b`, the model that `adapters\/first` is for\n/);
  makeModel(path.join(own, 'models/llama-3.1-8b'));
  const args = ['model:verify', '--model=llama-3.1-8b'];
  const local = await runJust(own, [...args, '--env=local']);
  assert.match(local.stdout, /\nnext: `npx just model:download --model=mistral-7b`/, local.stderr);
  fs.rmSync(path.join(own, 'adapters/first'), { recursive: true });
  assert.not.match((await runJust(own, [...args, '--env=local'])).stdout, 'next: ');
  assert.match((await runJust(own, [...args, '--env=remote'])).stdout, /\nnext: `npx just setup:remote`\n/);
});

test('takes one thing to look at', async () => {
  assert.is((await runJust(project, ['model:verify', '--path=models', '--model=all'])).exitCode, 2);
});

test.run();
