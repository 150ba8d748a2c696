import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { temporaryFolder } from '../support/project';
import { trainingProject } from '../support/training';
import { testConfigs } from './configs';

/** Real models, loaded by the real transformers. */
const test = suite('model:verify --load with transformers');

const training = trainingProject('compat');
const { project, python } = training;
const models = path.join(project, 'models');

test.before(async () => {
  const { exitCode, stderr } = await training.run('conda');
  assert.is(exitCode, 0, stderr);
  execFileSync(python, [path.join(__dirname, 'tiny-models.py'), models], { stdio: 'pipe' });
});

async function load(folder: string) {
  const { exitCode, report } = await training.run('model:verify', `--path=${folder}`, '--load');
  return { exitCode, step: report.steps[0] };
}

for (const [name, model] of [
  ['llama', 'LlamaForCausalLM'],
  ['mistral', 'MistralForCausalLM'],
] as const)
  test(`${model} is loaded, reads a chat template and generates a token`, async () => {
    const { exitCode, step } = await load(path.join(models, name));
    assert.is(exitCode, 0, JSON.stringify(step));
    const { load: loaded, ...facts } = step;
    assert.equal([loaded.model, loaded.chatTemplate, loaded.parameters], [model, true, 26784]);
    assert.equal([facts.architecture, facts.parameters, facts.dtype, facts.shards], [model, 26784, 'BF16', 2]);
    assert.type(loaded.generated, 'number');
    assert.ok(loaded.tokens > 5 && loaded.peakMemoryBytes > 1e8, JSON.stringify(loaded));
  });

test('on the meta device the tensors of the files are held against the model', () => {
  const scratch = temporaryFolder();
  const folder = path.join(models, 'llama');
  const shards = fs.readdirSync(folder).filter((file) => file.endsWith('.safetensors'));
  const ask = (names: readonly string[]) => {
    const request = { folder, quantization: {}, tokenizer: true, weight_bytes: 1e15, shards: names };
    fs.writeFileSync(path.join(scratch, 'in.json'), JSON.stringify(request));
    const args = [
      path.join(__dirname, '..', '..', 'tasks', 'checkpoints', 'models', 'load', 'load.py'),
      path.join(scratch, 'in.json'),
      path.join(scratch, 'out.json'),
    ];
    try {
      execFileSync(python, args, { stdio: 'pipe' });
    } catch {
      // The result tells.
    }
    return JSON.parse(fs.readFileSync(path.join(scratch, 'out.json'), 'utf8'));
  };
  const whole = ask(shards);
  assert.equal([whole.ok, whole.where, whole.model], [true, 'meta', 'LlamaForCausalLM'], JSON.stringify(whole));
  const half = ask(shards.slice(1));
  assert.is(half.ok, false);
  assert.match(half.error, /the files lack \d+ tensors of the model/);
});

test('what was loaded is held against what the files say: a rope that this version passes over', () => {
  const scratch = temporaryFolder();
  const folder = path.join(models, 'newer');
  fs.cpSync(path.join(models, 'llama'), folder, { recursive: true });
  const file = path.join(folder, 'config.json');
  const { rope_scaling, rope_theta: _, ...config } = JSON.parse(fs.readFileSync(file, 'utf8'));
  fs.writeFileSync(file, JSON.stringify({ ...config, rope_parameters: { ...rope_scaling, rope_theta: 500000 } }));
  const shards = fs.readdirSync(folder).filter((name) => name.endsWith('.safetensors'));
  const request = { folder, quantization: { load_in_4bit: false }, tokenizer: true, weight_bytes: 1e6, shards, where: 'cpu' };
  fs.writeFileSync(path.join(scratch, 'in.json'), JSON.stringify(request));
  const program = path.join(__dirname, '..', '..', 'tasks', 'checkpoints', 'models', 'load', 'load.py');
  try {
    execFileSync(python, [program, path.join(scratch, 'in.json'), path.join(scratch, 'out.json')], { stdio: 'pipe' });
  } catch {
    // The result tells.
  }
  const { ok, stage, error } = JSON.parse(fs.readFileSync(path.join(scratch, 'out.json'), 'utf8'));
  assert.equal([ok, stage], [false, 'compare'], error);
  assert.match(error, 'rope: type llama3 in config.json, default loaded');
});

test('a model whose tokenizer is not its own is refused', async () => {
  const folder = path.join(models, 'other');
  fs.cpSync(path.join(models, 'llama'), folder, { recursive: true });
  const file = path.join(folder, 'tokenizer.json');
  const tokenizer = JSON.parse(fs.readFileSync(file, 'utf8'));
  for (const token of Object.keys(tokenizer.model.vocab)) if (!token.startsWith('<')) tokenizer.model.vocab[token] += 1000;
  fs.writeFileSync(file, JSON.stringify(tokenizer));
  const { exitCode, step } = await load(folder);
  assert.is(exitCode, 1);
  assert.is(step.code, 'E_MODEL_LOAD');
  assert.match(step.found, /\(chat template\)|\(tokenizer\)/);
});

test('adapters are judged as the PEFT of the environment takes them', async () => {
  const folder = path.join(project, 'adapters', 'many');
  fs.mkdirSync(folder, { recursive: true });
  const program = path.join(__dirname, 'adapters.py');
  const said = execFileSync(python, [program, path.join(models, 'llama'), folder], { stdio: ['ignore', 'pipe', 'pipe'] }).toString();
  const real = JSON.parse(said.slice(said.indexOf('{'))) as Record<string, { loads: boolean; changes?: boolean }>;
  const names = Object.keys(real);
  const { report } = await training.run('model:verify', ...names.map((name) => `--adapter=adapters/many/${name}`));
  for (const [index, name] of names.entries()) {
    const step = report.steps[index];
    const isRight = real[name]?.loads === true && real[name]?.changes === true;
    assert.is(step.state === 'done', isRight, `${name}: ${JSON.stringify(real[name])}; ${JSON.stringify(step)}`);
  }
});

test('a config.json is held against its weights as transformers does it', () => testConfigs(python));

test('an adapter that PEFT has saved fits its base model, and no other', async () => {
  const program = [
    'import sys',
    'from transformers import AutoModelForCausalLM',
    'from peft import LoraConfig, get_peft_model',
    'base = AutoModelForCausalLM.from_pretrained(sys.argv[1])',
    'config = LoraConfig(r=4, lora_alpha=8, target_modules=["q_proj", "k_proj", "down_proj", "embed_tokens", "lm_head"], rank_pattern={"down_proj": 2})',
    'get_peft_model(base, config).save_pretrained(sys.argv[2])',
  ].join('\n');
  const adapter = path.join(project, 'adapters', 'real');
  execFileSync(python, ['-c', program, path.join(models, 'llama'), adapter], { stdio: 'pipe' });
  const verify = () => training.run('model:verify', '--adapter=adapters/real');
  const fits = await verify();
  assert.is(fits.exitCode, 0, fits.stderr);
  const [step] = fits.report.steps;
  assert.equal([step.architecture, step.rank, step.warning], ['LlamaForCausalLM', 4, undefined]);
  fs.rmSync(path.join(models, 'llama'), { recursive: true });
  const config = path.join(adapter, 'adapter_config.json');
  fs.writeFileSync(config, fs.readFileSync(config, 'utf8').replace(path.join(models, 'llama'), path.join(models, 'mistral')));
  assert.is((await verify()).exitCode, 0, 'the same modules and sizes');
});

test.run();
