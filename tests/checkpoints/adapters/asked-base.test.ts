import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { writeModelRecord } from '../../../tasks/hub/store/model-record';
import { thisHost } from '../../../tasks/platform';
import type { Commit } from '../../../tasks/untrusted/hashes';
import { projectCopy, runJust } from '../../support/project';
import { commit, makeModel, weights } from '../models/model';
import { makeAdapter, tensors } from './adapter';

const test = suite('model:verify --adapter --model');
const project = projectCopy();
makeModel(path.join(project, 'models/base'));
const empty = path.join(project, 'models/empty');
fs.mkdirSync(empty);
fs.writeFileSync(path.join(empty, 'config.json'), '{"model_type": "llama"}');
const wrongShape = Object.fromEntries(
  Object.entries(tensors).map(([name, shape]) => [name, name.includes('v_proj.lora_B') ? [6, 2] : shape]),
);
for (const [name, base, shapes] of [
  ['right', 'models/base', tensors],
  ['wrongshape', 'models/base', wrongShape],
  ['nameless', null, tensors],
  ['nameless-wrong', null, wrongShape],
  ['elsewhere', '/workspace/output/merged', tensors],
  ['weightless', 'models/empty', tensors],
] as const)
  makeAdapter(path.join(project, 'adapters', name), { settings: { base_model_name_or_path: base }, shapes });

interface Looked {
  exitCode: number | null;
  code?: string;
  text: string;
}

async function verify(adapter: string, ...options: string[]): Promise<Looked> {
  const { exitCode, stdout } = await runJust(project, ['model:verify', `--adapter=adapters/${adapter}`, ...options, '--json']);
  const { error, steps } = JSON.parse(stdout);
  const { code, found, warning = '', fix = '' } = error ?? steps[0];
  return { exitCode, code, text: `${found}; ${warning}; ${fix}` };
}

test('a name that no model has is wrong usage, as without an adapter', async () => {
  for (const model of ['lama-3.1-8b', 'nosuch', 'all', 'present', '', 'models/nosuch', '/nowhere/nosuch']) {
    const { exitCode, code, text } = await verify('wrongshape', `--model=${model}`);
    assert.equal([exitCode, code], [2, 'E_USAGE'], `${model}: ${text}`);
  }
  assert.match((await verify('right', '--model=lama-3.1-8b')).text, 'did you mean `--model=llama-3.1-8b`?');
});

test('a model that was not downloaded leaves the own base to compare with, and the question open', async () => {
  const wrong = await verify('wrongshape', '--model=llama-3.1-8b');
  assert.equal([wrong.exitCode, wrong.code], [1, 'E_ADAPTER'], wrong.text);
  for (const [adapter, compared] of [
    ['right', 'it was compared with its own base `models/base` alone'],
    ['elsewhere', 'nothing was compared with it'],
  ] as const) {
    const open = await verify(adapter, '--model=llama-3.1-8b@main');
    assert.equal([open.exitCode, open.code], [3, 'E_MODEL_INCOMPLETE'], open.text);
    assert.match(open.text, `whether it is for \`llama-3.1-8b\` is unknown: that model is not on this machine, and ${compared}`);
    assert.match(open.text, '`npx just model:download --model=llama-3.1-8b` brings it');
    assert.not.match(open.text, 'another machine');
  }
  const alone = await verify('elsewhere');
  assert.is(alone.exitCode, 0);
  assert.match(alone.text, 'a folder of another machine that is unknown here');
});

test('the record of a downloaded folder says which model it is', async () => {
  const own = path.join(project, 'models/recorded');
  makeModel(own);
  writeModelRecord(thisHost(), own, { repo: 'mistralai/Mistral-7B-Instruct-v0.3', revision: 'main', commit: commit as Commit, files: [] });
  makeAdapter(path.join(project, 'adapters/recorded'), { settings: { base_model_name_or_path: 'models/recorded' } });
  for (const [model, exitCode, says] of [
    ['recorded', 0, ''],
    ['mistral-7b', 0, ''],
    ['llama-3.1-8b', 1, 'is for `models/recorded`, not for `llama-3.1-8b`'],
  ] as const) {
    const looked = await verify('recorded', `--model=${model}`);
    assert.is(looked.exitCode, exitCode, looked.text);
    assert.match(looked.text, says);
  }
});

test('`--model` stands in for a base that is not named, and what is to be written is what the Hub knows', async () => {
  const right = await verify('nameless', '--model=base');
  assert.is(right.exitCode, 0, right.text);
  assert.match(right.text, `\`${path.join(project, 'models/base')}\` in adapter_config.json`);
  assert.is((await verify('nameless-wrong', '--model=base')).exitCode, 1);
  const absent = await verify('nameless', '--model=llama-3.1-8b');
  assert.is(absent.exitCode, 3, absent.text);
  assert.match(absent.text, '`meta-llama/Llama-3.1-8B-Instruct` in adapter_config.json');
});

test('a base whose weights cannot be read was not compared', async () => {
  assert.match((await verify('weightless')).text, 'modules and shapes were not compared with it');
});

test('a model of another folder is still compared', async () => {
  fs.mkdirSync(path.join(project, 'elsewhere'));
  fs.writeFileSync(path.join(project, 'elsewhere/config.json'), '{"model_type": "llama"}');
  fs.writeFileSync(
    path.join(project, 'elsewhere/model.safetensors'),
    weights({ 'model.layers.0.self_attn.q_proj.weight': [4, 4], 'model.layers.0.self_attn.v_proj.weight': [2, 4] }),
  );
  assert.is((await verify('nameless', `--model=${path.join(project, 'elsewhere')}`)).exitCode, 0);
});

test.run();
