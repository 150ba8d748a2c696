import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { projectCopy, runJust, temporaryFolder } from '../../support/project';
import { makeModel, recordAsHf, shards, smallSizes } from './model';

/** What is decided before and after Python; the real thing is in tests/remote. */
const test = suite('model:verify --load');

/** An environment as its folders tell, whose Python answers what it is given and says what it was asked. */
function environment(folder: string, versions: Record<string, string>, answer: object, says = ''): string {
  const bin = path.join(folder, 'bin');
  const packages = path.join(folder, 'lib', 'python3.10', 'site-packages');
  fs.mkdirSync(bin, { recursive: true });
  for (const [name, version] of Object.entries(versions))
    fs.mkdirSync(path.join(packages, `${name}-${version}.dist-info`), { recursive: true });
  const script = `#!/bin/sh\necho '${says}' >&2\ncp "$3" '${folder}/asked.json'\necho "$HF_HUB_OFFLINE" > '${folder}/offline'\ncat > "$4" <<'END'\n${JSON.stringify(answer)}\nEND\n`;
  fs.writeFileSync(path.join(bin, 'python'), script, { mode: 0o755 });
  return path.join(bin, 'python');
}

const good = {
  ok: true,
  transformers: '4.45.2',
  torch: '2.1.2',
  model: 'LlamaForCausalLM',
  dtype: 'bfloat16',
  tokens: 12,
  chatTemplate: true,
  peakMemoryBytes: 5e8,
};
const versions = { transformers: '4.45.2', torch: '2.1.2', tokenizers: '0.20.3' };
const old = { transformers: '4.36.0', torch: '2.1.0', tokenizers: '0.15.2' };

function models() {
  const project = projectCopy();
  const folder = path.join(project, 'models', 'llama-3.1-8b');
  const files = makeModel(folder);
  const config = {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    rope_scaling: { rope_type: 'llama3' },
    transformers_version: '4.43.1',
    ...smallSizes,
  };
  files['config.json'] = Buffer.from(JSON.stringify(config));
  fs.writeFileSync(path.join(folder, 'config.json'), files['config.json']);
  recordAsHf(folder, files);
  return { project, folder };
}

async function load(project: string, ...options: string[]) {
  const { exitCode, stdout } = await runJust(project, ['model:verify', '--load', '--json', ...options], {
    CONDA_PREFIX: '',
    VIRTUAL_ENV: '',
  });
  return { exitCode, step: JSON.parse(stdout).steps[0] };
}

test('without an environment it says where it looked, and what makes one', async () => {
  const { project } = models();
  const { exitCode, step } = await load(project);
  assert.is(exitCode, 1);
  assert.is(step.code, 'E_MODEL_ENVIRONMENT');
  assert.match(step.found, /`\.venv-local`.*`\.venv-remote`/);
  assert.match(step.fix, 'npx just setup:remote');
  assert.match(step.fix, '`npx just model:download --model=llama-3.1-8b` has nothing to do');
});

test('an environment that is too old is told the version that is needed, and not started', async () => {
  const { project } = models();
  environment(path.join(project, '.venv-remote'), old, good);
  const { exitCode, step } = await load(project);
  assert.is(exitCode, 1);
  assert.is(step.code, 'E_MODEL_VERSIONS');
  assert.match(step.found, 'transformers 4.36.0, 4.43.0 or newer needed');
  assert.not(fs.existsSync(path.join(project, '.venv-remote', 'asked.json')));
});

test('an environment that conda made counts as one of venv does', async () => {
  const { project } = models();
  const prefix = path.join(temporaryFolder(), 'env');
  environment(prefix, old, good);
  fs.mkdirSync(path.join(project, '.just-lora'));
  fs.writeFileSync(
    path.join(project, '.just-lora/conda.json'),
    JSON.stringify({ name: 'x', prefix, program: '/nowhere/conda', phase: 'none' }),
  );
  const { step } = await load(project);
  assert.is(step.code, 'E_MODEL_VERSIONS');
});

test('an architecture that it does not know is told with the version that wrote the model', async () => {
  const { project, folder } = models();
  fs.writeFileSync(path.join(folder, 'config.json'), '{"model_type": "new", "transformers_version": "5.1.0"}');
  const error =
    'ValueError: The checkpoint you are trying to load has model type `new` but Transformers does not recognize this architecture.';
  environment(path.join(project, '.venv-remote'), versions, { ok: false, stage: 'config', error });
  fs.rmSync(path.join(folder, '.cache'), { recursive: true });
  const { exitCode, step } = await load(project);
  assert.is(exitCode, 1);
  assert.is(step.code, 'E_MODEL_VERSIONS');
  assert.match(step.found, 'transformers 4.45.2, 5.1.0 or newer needed');
});

test('a torch that is too old for its transformers is told the version that it needs', async () => {
  const { project } = models();
  const says = 'Disabling PyTorch because PyTorch >= 2.6 is required but found 2.1.2';
  environment(path.join(project, '.venv-remote'), versions, { ok: false, stage: 'model', error: 'ImportError: no PyTorch' }, says);
  const { exitCode, step } = await load(project);
  assert.equal([exitCode, step.code], [1, 'E_MODEL_VERSIONS']);
  assert.match(step.found, 'torch 2.1.2, 2.6 or newer needed by transformers 4.45.2');
});

test('any other failure is told with its stage, and with the command that makes sure of the files', async () => {
  const { project } = models();
  environment(path.join(project, '.venv-remote'), versions, { ok: false, stage: 'model', error: 'RuntimeError: something else' });
  const { exitCode, step } = await load(project);
  assert.is(exitCode, 1);
  assert.is(step.code, 'E_MODEL_LOAD');
  assert.match(step.found, '(model): RuntimeError: something else');
  assert.match(step.fix, 'npx just model:download --model=llama-3.1-8b --repair');
});

test('says where the weights went, what was generated and the memory that it took', async () => {
  const { project, folder } = models();
  const python = environment(path.join(project, 'own'), versions, {
    ...good,
    where: '4bit',
    gpu: 'A100',
    generated: 7,
    text: 'sun',
    gpuPeakMemoryBytes: 6e9,
  });
  const { exitCode, step } = await load(project, `--python=${python}`);
  assert.is(exitCode, 0);
  assert.match(
    step.found,
    'loaded by transformers 4.45.2 in 4 bits on A100, chat template of 12 tokens, generated token 7 "sun", 500 MB of memory at most, 6 GB of the GPU\'s',
  );
  assert.is(step.load.peakMemoryBytes, 5e8);
  const asked = JSON.parse(fs.readFileSync(path.join(project, 'own', 'asked.json'), 'utf8'));
  assert.equal([asked.folder, asked.shards, asked.tokenizer, asked.weight_bytes], [folder, [...shards], true, 392]);
  assert.is(asked.quantization.quant_type, 'nf4');
  // One of SentencePiece alone is asked for too.
  fs.rmSync(path.join(folder, '.cache'), { recursive: true });
  fs.renameSync(path.join(folder, 'tokenizer.json'), path.join(folder, 'tokenizer.model'));
  await load(project, `--python=${python}`);
  assert.is(JSON.parse(fs.readFileSync(path.join(project, 'own', 'asked.json'), 'utf8')).tokenizer, true);
  assert.is(fs.readFileSync(path.join(project, 'own', 'offline'), 'utf8').trim(), '1');
});

test('where memory does not allow the weights, that is a warning', async () => {
  const { project } = models();
  environment(path.join(project, '.venv-remote'), versions, { ...good, where: 'meta' });
  const { exitCode, step } = await load(project);
  assert.is(exitCode, 0);
  assert.match(step.warning, 'the weights were not loaded');
});

test('nothing is loaded of a model that is not right', async () => {
  const { project, folder } = models();
  const python = environment(temporaryFolder(), versions, { ...good, where: 'cpu' });
  fs.truncateSync(path.join(folder, shards[0]), 100);
  const { exitCode, step } = await load(project, `--python=${python}`);
  assert.is(exitCode, 1);
  assert.is(step.code, 'E_MODEL_DAMAGED');
  assert.not(fs.existsSync(path.join(path.dirname(path.dirname(python)), 'asked.json')));
});

test.run();
