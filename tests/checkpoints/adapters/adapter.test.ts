import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { projectCopy, runJust } from '../../support/project';
import { makeModel, weights } from '../models/model';
import { makeAdapter, tensors } from './adapter';

const test = suite('model:verify --adapter');
const project = projectCopy();
makeModel(path.join(project, 'models', 'llama-3.1-8b'));
const [qA, qB, vA, vB] = Object.keys(tensors) as [string, string, string, string];
const weightsName = 'adapter_model.safetensors';

interface Row {
  name: string;
  settings?: object;
  shapes?: Record<string, readonly number[]>;
  damage?: (folder: string) => void;
  options?: string[];
  exitCode: number;
  faults: string[];
  says?: RegExp;
}

const file = (folder: string, name = weightsName) => path.join(folder, name);
const edit = (folder: string, change: (text: string) => string) =>
  fs.writeFileSync(file(folder), Buffer.from(change(fs.readFileSync(file(folder), 'latin1')), 'latin1'));

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
  { name: 'targets by an expression', settings: { target_modules: '.*\\.(q|v)_proj' }, exitCode: 0, faults: [] },
  {
    name: 'targets a module that the base lacks',
    settings: { target_modules: ['q_proj', 'v_proj', 'w_proj'] },
    exitCode: 1,
    faults: ['adapter_config.json adapter-target'],
    says: /targets `w_proj`, which the base model does not have/,
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
    exitCode: 0,
    faults: [],
    says: /IA3 is not LoRA: its tensors were not compared/,
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
    faults: [`${weightsName} adapter-base`],
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
    faults: [`${weightsName} adapter-target`],
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
];

for (const [index, { name, settings, shapes, damage, options = [], exitCode, faults, says }] of rows.entries())
  test(`an adapter that ${name}`, async () => {
    const folder = path.join(project, 'adapters', `a${index}`);
    makeAdapter(folder, { ...(settings ? { settings } : {}), ...(shapes ? { shapes: shapes as typeof tensors } : {}) });
    damage?.(folder);
    const args = ['model:verify', `--adapter=adapters/a${index}`, ...options];
    const json = await runJust(project, [...args, '--json']);
    const [step] = JSON.parse(json.stdout).steps;
    const wrong = step.files.filter(({ state }: { state: string }) => state !== 'ok');
    assert.equal(
      wrong.map((one: { path: string; problem: string }) => `${one.path} ${one.problem}`).sort(),
      [...faults].sort(),
      json.stdout,
    );
    assert.is(json.exitCode, exitCode, json.stdout);
    if (exitCode === 1) assert.match(step.fix, 'npx just sync:pull');
    if (says) assert.match((await runJust(project, args)).stdout, says);
  });

test('says where no adapter is', async () => {
  const { exitCode, stdout } = await runJust(project, ['model:verify', '--adapter=adapters/none', '--json']);
  assert.is(exitCode, 1);
  assert.is(JSON.parse(stdout).steps[0].code, 'E_MODEL_PATH');
});

test('takes one thing to look at', async () => {
  assert.is((await runJust(project, ['model:verify', '--path=models', '--model=all'])).exitCode, 2);
});

test.run();
