import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { projectCopy, runJust, temporaryFolder } from '../../support/project';
import { python310 } from '../../support/python';
import { makeModel, weights } from '../models/model';
import { makeAdapter, newKeys, renamed, tensors } from './adapter';

const test = suite('adapters and versions of PEFT');
const project = projectCopy();
const [, qB] = Object.keys(tensors) as [string, string];
makeModel(path.join(project, 'models', 'llama-3.1-8b'));

const verify = async (args: readonly string[], env: Record<string, string> = {}) => {
  const { stdout, exitCode } = await runJust(project, ['model:verify', ...args, '--json'], env);
  const { steps, error } = JSON.parse(stdout);
  return { exitCode, step: steps[0] ?? error };
};
const folderOf = (name: string) => path.join(project, 'adapters', name);
const read = (name: string) => JSON.parse(fs.readFileSync(path.join(folderOf(name), 'adapter_config.json'), 'utf8'));

/** An environment with a PEFT by its metadata alone: nothing is imported of it. The Python is a real one. */
function environmentWith(peft: string, transformers = '4.45.2'): string {
  const python = python310();
  if (!python) throw new Error('no Python 3.10 here');
  const prefix = temporaryFolder();
  const packages = path.join(prefix, 'lib', 'python3.10', 'site-packages');
  for (const name of [`peft-${peft}`, `transformers-${transformers}`])
    fs.mkdirSync(path.join(packages, `${name}.dist-info`), { recursive: true });
  fs.mkdirSync(path.join(prefix, 'bin'));
  fs.writeFileSync(path.join(prefix, 'bin', 'python'), `#!/bin/sh\nexec '${python}' "$@"\n`, { mode: 0o755 });
  fs.writeFileSync(path.join(prefix, 'pyvenv.cfg'), 'version = 3.10.13\n');
  return prefix;
}

test('one of today is said not to load in the profiles, and gets a copy for a version', async () => {
  makeAdapter(folderOf('today'), { settings: newKeys });
  fs.writeFileSync(path.join(folderOf('today'), 'tokenizer.json'), '{}');
  fs.writeFileSync(path.join(folderOf('today'), 'optimizer.pt'), 'PK');
  const before = await verify(['--adapter=adapters/today']);
  assert.is(before.exitCode, 0, JSON.stringify(before.step));
  assert.match(
    before.step.warning,
    /PEFT 0\.7\.0.* and .*PEFT 0\.12\.0.*will not load it: PEFT 0\.7\.0 ends in a TypeError.*--for=0\.7\.0` writes a copy/,
  );
  const plan = await verify(['--adapter=adapters/today', '--for=0.12.0', '--check']);
  assert.is(plan.exitCode, 3);
  assert.not(fs.existsSync(folderOf('today-peft-0.12.0')), 'a look writes nothing');
  const made = await verify(['--adapter=adapters/today', '--for=0.12.0']);
  assert.is(made.exitCode, 0, JSON.stringify(made.step));
  const copy = read('today-peft-0.12.0');
  assert.equal(
    Object.keys(newKeys).filter((key) => key in copy),
    ['layer_replication', 'use_dora', 'use_rslora'],
    'what 0.12 knows stays',
  );
  assert.equal(fs.readdirSync(folderOf('today-peft-0.12.0')).sort(), [
    'adapter_config.json',
    'adapter_model.safetensors',
    'tokenizer.json',
  ]);
  const both = ['--adapter=adapters/today-peft-0.12.0', '--adapter=adapters/today'];
  const again = JSON.parse((await runJust(project, ['model:verify', ...both, '--for=0.12.0', '--json'])).stdout);
  assert.is(again.outcome, 'unchanged', 'the copy loads, and once is enough');
  fs.writeFileSync(path.join(folderOf('today-peft-0.12.0'), 'adapter_config.json'), '{"mine": 1}');
  const kept = await verify(['--adapter=adapters/today', '--for=0.12.0']);
  assert.is(kept.exitCode, 1);
  assert.match(kept.step.found, /is there already/);
  assert.equal(read('today-peft-0.12.0'), { mine: 1 }, 'what a person has is kept');
});

test('what means something is named, and no copy is written', async () => {
  const cases = [
    ['0.7.0', 'rslora', { use_rslora: true }, /`use_rslora` means something.*PEFT 0\.8\.0 or newer/],
    ['0.7.0', 'olora', { init_lora_weights: 'olora' }, /`init_lora_weights` `olora` means something.*PEFT 0\.12\.0/],
    ['0.12.0', 'tying', { ensure_weight_tying: true }, /`ensure_weight_tying` means something.*PEFT 0\.18\.0 or newer/],
    // Since 0.14 an unknown key is left out without an error.
    ['0.16.0', 'experts', { target_parameters: ['q_proj.weight', 'v_proj.weight'] }, /`target_parameters` means something.*PEFT 0\.17\.0/],
    ['0.16.0', 'future', { brand_new_key: true }, /`brand_new_key` means something.*one newer than PEFT 0\.21\.2/],
  ] as const;
  for (const [, name, settings] of cases) makeAdapter(folderOf(name), { settings });
  for (const version of new Set(cases.map(([version]) => version))) {
    const these = cases.filter(([of]) => of === version);
    const args = these.map(([, name]) => `--adapter=adapters/${name}`);
    const { stdout, exitCode } = await runJust(project, ['model:verify', ...args, `--for=${version}`, '--check', '--json']);
    assert.is(exitCode, 1, stdout);
    for (const [index, [, , , says]] of these.entries()) assert.match(JSON.parse(stdout).steps[index].fix, says);
  }
});

/** Keys by which the PEFT that wrote an adapter is told; all versions write all that they know. */
const always = {
  ...Object.fromEntries(['auto_mapping', 'layers_pattern', 'layers_to_transform', 'modules_to_save', 'revision'].map((key) => [key, null])),
  ...{ bias: 'none', inference_mode: true, alpha_pattern: {}, rank_pattern: {} },
};
const by = {
  '0.12.0': { ...always, use_rslora: false, use_dora: false, layer_replication: null },
  '0.14.0': { ...always, exclude_modules: null, lora_bias: false },
  '0.15.0': { ...always, exclude_modules: null, lora_bias: false, corda_config: null },
  '0.21.2': { ...always, ...newKeys },
  nobody: {},
};

// What the libraries do with each is held by the test of the three profiles.
test('patterns that versions read by other rules are judged by the one that trained the adapter', async () => {
  const crossed = { rank_pattern: { q_proj: 2 }, alpha_pattern: { 'self_attn.q_proj': 64 } };
  const begin = { alpha_pattern: { '^model.*q_proj': 64 } };
  const begins = { rank_pattern: { '^model.*q_proj': 4 }, alpha_pattern: { '^model.*q_proj': 64 } };
  const same = { rank_pattern: { q_proj: 2, 'layers\\.0\\.self_attn\\.v_proj': 2 }, alpha_pattern: { q_proj: 64 } };
  const cases = [
    ['0.12.0', crossed, { '0.7.0': 'todo', '0.12.0': 'done', '0.14.0': 'todo', '0.21.2': 'todo' }],
    ['0.14.0', crossed, { '0.12.0': 'todo', '0.14.0': 'done', '0.15.0': 'done', '0.21.2': 'done' }],
    ['0.12.0', begin, { '0.12.0': 'done', '0.14.0': 'done', '0.15.0': 'todo', '0.21.2': 'todo' }],
    ['0.15.0', begin, { '0.14.0': 'todo', '0.15.0': 'done', '0.21.2': 'done' }],
    ['0.21.2', begin, { '0.12.0': 'todo', '0.21.2': 'done' }],
    ['nobody', begin, { '0.12.0': 'blocked', '0.21.2': 'blocked' }],
    // The rank of its tensors says by which rule it was trained.
    ['nobody', begins, { '0.12.0': 'done', '0.21.2': 'todo' }],
    ['nobody', same, { '0.12.0': 'done', '0.14.0': 'done', '0.21.2': 'done' }],
  ] as const;
  const name = (index: number) => `patterns-${index}`;
  for (const [index, [writer, settings]] of cases.entries())
    makeAdapter(folderOf(name(index)), { settings: { ...by[writer], ...settings } });
  const python = `--python=${python310()}`;
  const asked = async (version: string, ...more: string[]) => {
    const these = cases.flatMap(([, , expected], index) => (version in expected ? [index] : []));
    const args = these.map((index) => `--adapter=adapters/${name(index)}`);
    const { stdout } = await runJust(project, ['model:verify', ...args, `--for=${version}`, python, '--json', ...more]);
    return new Map(these.map((index, at) => [index, JSON.parse(stdout).steps[at]]));
  };
  for (const version of ['0.7.0', '0.12.0', '0.14.0', '0.15.0', '0.21.2'] as const)
    for (const [index, step] of await asked(version, '--check')) {
      const expected = new Map<string, string>(Object.entries(cases[index]?.[2] ?? {})).get(version);
      assert.is(step.state, expected, `${version} ${JSON.stringify(cases[index])} ${step.found}`);
      if (expected !== 'done' && version === '0.21.2') assert.match(step.found, /by another rule than the PEFT that/);
    }
  // The copy names each module in full: every version reads that alike.
  const { stdout } = await runJust(project, ['model:verify', `--adapter=adapters/${name(0)}`, '--for=0.21.2', python, '--json']);
  assert.is(JSON.parse(stdout).outcome, 'changed', stdout);
  const copy = read(`${name(0)}-peft-0.21.2`);
  assert.equal(
    [copy.rank_pattern, copy.alpha_pattern],
    [{}, {}],
    'in training the key of the ranks counted for both: rank 2 and alpha 4, as for all',
  );
  const verdict = JSON.parse(
    (await runJust(project, ['model:verify', `--adapter=adapters/${name(0)}-peft-0.21.2`, '--for=0.21.2', '--json'])).stdout,
  );
  assert.is(verdict.outcome, 'unchanged');
});

test('a copy has the names that PEFT matches, and the same bytes', async () => {
  makeAdapter(folderOf('wrapped'), {
    settings: newKeys,
    shapes: renamed((name) => `module.${name.replace('.weight', '.default.weight')}`),
  });
  const { exitCode, step } = await verify(['--adapter=adapters/wrapped', '--for=0.12.0']);
  assert.is(exitCode, 0, JSON.stringify(step));
  const content = fs.readFileSync(path.join(folderOf('wrapped-peft-0.12.0'), 'adapter_model.safetensors'));
  const length = Number(content.readBigUInt64LE());
  assert.ok(Object.keys(JSON.parse(content.subarray(8, 8 + length).toString())).includes(qB));
  const original = fs.readFileSync(path.join(folderOf('wrapped'), 'adapter_model.safetensors'));
  assert.ok(content.subarray(8 + length).equals(original.subarray(-56)), 'the bytes of the tensors');
});

test('the PEFT of the environment that is there counts, and the newest', async () => {
  makeAdapter(folderOf('here'), { settings: newKeys });
  const old = await verify(['--adapter=adapters/here'], { VIRTUAL_ENV: environmentWith('0.12.0') });
  assert.is(old.exitCode, 1);
  assert.equal(old.step.files[0].problem, 'adapter-peft');
  assert.match(old.step.found, /does not load in .*: PEFT 0\.12\.0 ends in a TypeError/);
  const newer = await verify(['--adapter=adapters/here'], { VIRTUAL_ENV: environmentWith('0.18.0') });
  assert.is(newer.exitCode, 0, JSON.stringify(newer.step));
  assert.equal([newer.step.peft.version, newer.step.peft.loads], ['0.18.0', true]);
});

test('expressions are those of Python', async () => {
  const cases = [
    ['flags', '(?i).*\\.(?P<m>Q|v)_proj\\Z', undefined],
    ['half', '.*\\.q_proj', /none of `target_modules`/],
    ['none', 'q_proj|v_proj', /no module of the base model matches/],
    ['wrong', '((', /an expression that Python refuses, `\(\(`: missing \)/],
  ] as const;
  for (const [name, target_modules] of cases) makeAdapter(folderOf(`re-${name}`), { settings: { target_modules } });
  const args = cases.map(([name]) => `--adapter=adapters/re-${name}`);
  const { stdout } = await runJust(project, ['model:verify', ...args, '--json'], { VIRTUAL_ENV: environmentWith('0.21.2') });
  for (const [index, [, , says]] of cases.entries()) {
    const step = JSON.parse(stdout).steps[index];
    assert.is(step.state, says ? 'blocked' : 'done', JSON.stringify(step));
    if (says) assert.match(step.found, says);
    else assert.is(step.warning, undefined);
  }
});

test('experts by the names of transformers 5 need it', async () => {
  const folder = path.join(project, 'models', 'moe');
  fs.mkdirSync(folder, { recursive: true });
  const config = { architectures: ['MixtralForCausalLM'], model_type: 'mixtral', num_local_experts: 2 };
  fs.writeFileSync(path.join(folder, 'config.json'), JSON.stringify(config));
  fs.writeFileSync(path.join(folder, 'model.safetensors'), weights({ 'model.layers.0.block_sparse_moe.experts.0.w1.weight': [4, 4] }));
  const experts = 'base_model.model.model.layers.0.mlp.experts';
  makeAdapter(folderOf('moe'), {
    settings: { base_model_name_or_path: 'models/moe', target_modules: [], target_parameters: ['mlp.experts.down_proj'] },
    shapes: { [`${experts}.lora_A.weight`]: [4, 4], [`${experts}.lora_B.weight`]: [4, 4] },
  });
  const four = await verify(['--adapter=adapters/moe'], { VIRTUAL_ENV: environmentWith('0.18.0', '4.57.6') });
  assert.is(four.exitCode, 1, JSON.stringify(four.step));
  assert.match(four.step.fix, /transformers 5/);
  const five = await verify(['--adapter=adapters/moe'], { VIRTUAL_ENV: environmentWith('0.21.2', '5.24.0') });
  assert.is(five.exitCode, 0, JSON.stringify(five.step));
});

test('a run without an adapter of its own names its checkpoints, the newest first', async () => {
  for (const step of [20, 100, 3]) makeAdapter(path.join(folderOf('run'), `checkpoint-${step}`));
  fs.writeFileSync(path.join(folderOf('run'), 'checkpoint-100', 'optimizer.pt'), 'PK');
  // A run that diverged: Python writes NaN, and reads it.
  const state = '{"log_history": [{"loss": 0.5, "grad_norm": NaN}]}';
  fs.writeFileSync(path.join(folderOf('run'), 'checkpoint-100', 'trainer_state.json'), state);
  const { exitCode, step } = await verify(['--adapter=adapters/run']);
  assert.is(exitCode, 1);
  assert.match(step.found, /checkpoint-100 \(an adapter, loss 0\.5, pickles: optimizer\.pt\), checkpoint-20 .*checkpoint-3 /);
  assert.match(step.fix, /--adapter=adapters\/run\/checkpoint-100/);
});

test('a model and an adapter point to each other', async () => {
  const model = await verify(['--adapter=models/llama-3.1-8b']);
  assert.is(model.exitCode, 1);
  assert.match(model.step.fix, /model:verify --path=models\/llama-3\.1-8b/);
  makeAdapter(folderOf('plain'));
  const adapter = await verify(['--path=adapters/plain']);
  assert.is(adapter.exitCode, 1);
  assert.match(adapter.step.fix, /model:verify --adapter=adapters\/plain/);
});

test('options that say nothing are refused', async () => {
  for (const args of [['--for=0.12.0'], ['--adapter=adapters/plain', '--for=new']])
    assert.is((await verify(args)).exitCode, 2, args.join(' '));
});

test.run();
