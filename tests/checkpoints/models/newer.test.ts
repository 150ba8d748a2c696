import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Subject, subjectsOf } from '../../../tasks/checkpoints/models/subject';
import { verifyStep } from '../../../tasks/checkpoints/models/verify-step';
import { lookAtFile } from '../../../tasks/hub/store/local';
import { startHub } from '../../hub/server';
import { contextWith } from '../../support/context';
import { projectCopy, runJust, temporaryFolder } from '../../support/project';
import { commit, makeModel, recordAsHf, smallSizes, weights } from './model';

/** A model that a newer library wrote than reads it. The files are those of transformers 5.24's save_pretrained, as its keys and layout are. */
const test = suite('a model of a newer library');

const config = `{
  "architectures": [
    "LlamaForCausalLM"
  ],
  "dtype": "bfloat16",
  "model_type": "llama",
  "rope_parameters": {
    "factor": 8.0,
    "high_freq_factor": 4.0,
    "low_freq_factor": 1.0,
    "original_max_position_embeddings": 8192,
    "rope_theta": 500000.0,
    "rope_type": "llama3"
  },
  "time_step_limit": [
    0.0,
    {
      "__float__": "Infinity"
    }
  ],
  "transformers_version": "5.24.0",
  ${JSON.stringify(smallSizes).slice(1, -1)}
}
`;
const tokenizerConfig = `{
  "backend": "tokenizers",
  "eos_token": "</s>",
  "extra_special_tokens": [
    "<|a|>",
    "<|b|>"
  ],
  "model_max_length": 1000000000000000019884624838656,
  "tokenizer_class": "TokenizersBackend"
}
`;
const template = '{% for m in messages %}{{ m[\'content\'] + "\\n" }}{% endfor %}';
const files = { 'config.json': config, 'tokenizer_config.json': tokenizerConfig, 'chat_template.jinja': template };

function modelOfFive({ recorded = false } = {}): string {
  const folder = path.join(temporaryFolder(), 'model');
  const all = { ...makeModel(folder), ...Object.fromEntries(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)])) };
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), text);
  if (recorded) recordAsHf(folder, all);
  return folder;
}

/** The packages of an environment, as its folders tell. */
function install(prefix: string, versions: Record<string, string>): void {
  for (const [name, version] of Object.entries(versions))
    fs.mkdirSync(path.join(prefix, 'lib/python3.10/site-packages', `${name}-${version}.dist-info`), { recursive: true });
}

async function verify(folder: string, versions: Record<string, string>, options: Record<string, string> = {}) {
  const context = contextWith({}, { path: folder, ...options });
  install(path.join(context.root, '.venv-local'), versions);
  const finding = await verifyStep(subjectsOf(context)[0] as Subject).check(context, 'full', () => undefined, undefined);
  return finding as unknown as { state: string; code?: string; found: string; fix?: string; warning?: string };
}

const compat = { transformers: '4.45.2', tokenizers: '0.20.3' };

test('no green where the environment reads it another way without a word; green where it is new enough', async () => {
  const folder = modelOfFive();
  const old = await verify(folder, compat);
  assert.equal([old.state, old.code], ['blocked', 'E_MODEL_VERSIONS']);
  assert.match(old.found, 'transformers 4.45.2, 5.0.0 or newer needed for rope_parameters, __float__, tokenizer class TokenizersBackend');
  assert.match(old.fix ?? '', `npx just model:verify --path='${folder}' --fix-config`);
  const five = await verify(folder, { transformers: '5.24.0', tokenizers: '0.23.3' });
  assert.is(five.state, 'done', five.found);
  fs.writeFileSync(path.join(folder, 'config.json'), JSON.stringify({ model_type: 'llama', rope_theta: 500_000, ...smallSizes }));
  fs.rmSync(path.join(folder, 'tokenizer_config.json'));
  const template = await verify(folder, compat);
  assert.match(template.found, '4.47.0 or newer needed for chat_template.jinja');
});

test('whether the environment trains on weights that are quantised in their files is said', async () => {
  const folder = path.join(temporaryFolder(), 'model');
  makeModel(folder);
  const says = async (method: string, versions: Record<string, string>) => {
    fs.writeFileSync(
      path.join(folder, 'config.json'),
      JSON.stringify({ model_type: 'llama', quantization_config: { quant_method: method } }),
    );
    return (await verify(folder, versions)).warning ?? '';
  };
  assert.match(
    await says('gptq', compat),
    'quantised (gptq): training on them needs optimum and gptqmodel or auto-gptq, which is not there',
  );
  assert.match(await says('fp8', compat), 'transformers 5.0.0 or newer');
  assert.match(await says('of the future', compat), 'nothing is known of training on that');
  assert.is(await says('bitsandbytes', { ...compat, bitsandbytes: '0.43.3' }), '');
});

test('--fix-config writes the old keys beside the new ones, keeps the originals, and does nothing twice', async () => {
  const folder = modelOfFive();
  const project = projectCopy();
  const before = fs.readFileSync(path.join(folder, 'config.json'), 'utf8');
  const first = await runJust(project, ['model:verify', `--path=${folder}`, '--fix-config', '--json']);
  assert.is(first.exitCode, 0, first.stdout);
  const text = fs.readFileSync(path.join(folder, 'config.json'), 'utf8');
  assert.match(text, '"rope_theta": 500000.0,');
  assert.match(text, '"torch_dtype": "bfloat16"');
  assert.match(
    text,
    '"rope_scaling": {"factor": 8.0, "high_freq_factor": 4.0, "low_freq_factor": 1.0, "original_max_position_embeddings": 8192, "rope_type": "llama3"}',
  );
  assert.match(text, /"time_step_limit": \[\s*0\.0,\s*Infinity\s*\]/);
  const tokenizer = JSON.parse(fs.readFileSync(path.join(folder, 'tokenizer_config.json'), 'utf8'));
  assert.equal(
    [tokenizer.tokenizer_class, tokenizer.chat_template, tokenizer.additional_special_tokens, tokenizer.extra_special_tokens],
    ['PreTrainedTokenizerFast', template, ['<|a|>', '<|b|>'], undefined],
  );
  assert.match(fs.readFileSync(path.join(folder, 'tokenizer_config.json'), 'utf8'), '1000000000000000019884624838656');
  assert.is(fs.readFileSync(path.join(folder, 'config.json.before-fix'), 'utf8'), before);
  const again = await verify(folder, compat, { 'fix-config': '' });
  assert.is(again.state, 'done', again.found);
  assert.match(again.found, 'old keys beside the new ones in config.json and tokenizer_config.json, originals kept');
  assert.is((await verify(folder, compat)).state, 'done');
  // A person's own change behind it is not written over.
  fs.writeFileSync(path.join(folder, 'config.json'), config.replace('llama3', 'yarn'));
  assert.is((await verify(folder, compat, { 'fix-config': '' })).code, 'E_MODEL_FIXED');
});

test('old and new keys of rope that disagree are told by who reads which, and never as done', async () => {
  const folder = path.join(temporaryFolder(), 'model');
  makeModel(folder);
  const write = (rope: object) =>
    fs.writeFileSync(
      path.join(folder, 'config.json'),
      JSON.stringify({ model_type: 'llama', torch_dtype: 'bfloat16', dtype: 'bfloat16', ...smallSizes, ...rope }),
    );
  const five = { transformers: '5.24.0', tokenizers: '0.23.3' };
  write({ rope_theta: 10_000, rope_parameters: { rope_type: 'default', rope_theta: 500_000 } });
  const says = 'has `rope_theta` 10000 and `rope_parameters` theta 500000: transformers before 5 reads the first, 5 the second';
  const [old, newer] = [await verify(folder, compat), await verify(folder, five)];
  assert.equal([old.state, old.code], ['blocked', 'E_MODEL_VERSIONS']);
  assert.match(old.found, says);
  assert.not.match(old.fix ?? '', '--fix-config');
  assert.is(newer.state, 'done');
  assert.match(newer.warning ?? '', says);
  for (const versions of [compat, five]) {
    const fixed = await verify(folder, versions, { 'fix-config': '' });
    assert.equal([fixed.state, fixed.code], ['blocked', 'E_MODEL_OLD_KEYS'], fixed.found);
    assert.match(fixed.fix ?? '', 'take out of `config.json` what is wrong');
  }
  write({ rope_scaling: { type: 'linear', factor: 4 }, rope_parameters: { rope_type: 'linear', factor: 2, rope_theta: 10_000 } });
  const scaled = await verify(folder, compat);
  assert.is(scaled.state, 'done', scaled.found);
  assert.match(scaled.warning ?? '', 'has `factor` 4 by `rope_scaling` and `rope_theta`, and 2 in `rope_parameters`: every version reads');
  assert.is((await verify(folder, compat, { 'fix-config': '' })).code, 'E_MODEL_OLD_KEYS');
  write({ rope_scaling: { type: 'linear', factor: 2 }, rope_parameters: { rope_type: 'linear', factor: 2, rope_theta: 10_000 } });
  assert.is((await verify(folder, compat)).warning, undefined);
});

test('of a recorded model it says that the hash is gone, and the kept original vouches for the file', async () => {
  const folder = modelOfFive({ recorded: true });
  const todo = await verify(folder, compat, { 'fix-config': '' });
  assert.match(todo.found, `they are of commit ${commit.slice(0, 12)}, and will no longer have its hash`);
  const context = contextWith({}, { path: folder, 'fix-config': '' });
  const step = verifyStep(subjectsOf(context)[0] as Subject);
  for (const action of (await step.plan?.(context)) ?? []) await action.run(context, () => undefined);
  const fixed = await verify(folder, compat, { full: '' });
  assert.is(fixed.state, 'done', fixed.found);
  assert.match(fixed.warning ?? '', '`config.json` has old keys beside the new ones (`--fix-config`); the one of the commit is kept');
  const sha1 = createHash('sha1').update(`blob ${config.length}\0`).update(config).digest('hex');
  assert.is(lookAtFile(context, folder, commit, { path: 'config.json', size: config.length, sha1 }).state, 'ok', 'no download undoes it');
  fs.appendFileSync(path.join(folder, 'config.json'), ' ');
  assert.is((await verify(folder, compat)).code, 'E_MODEL_DAMAGED');
});

test('a download is refused by what the files say, before the first byte of the weights', async () => {
  const hub = await startHub();
  const project = projectCopy();
  install(path.join(project, '.venv-local'), compat);
  const env = {
    HF_ENDPOINT: hub.url,
    HOME: temporaryFolder(),
    HF_TOKEN: undefined,
    HF_HOME: undefined,
    CONDA_PREFIX: undefined,
    VIRTUAL_ENV: undefined,
  };
  try {
    hub.add('org/five', { ...files, 'tokenizer.json': '{}', 'model.safetensors': weights({ t: [4] }) });
    const { exitCode, stdout } = await runJust(project, ['model:download', '--model=org/five', '--json'], env);
    const [step] = JSON.parse(stdout).steps;
    assert.equal([exitCode, step.code, hub.sent('model.safetensors')], [1, 'E_MODEL_VERSIONS', 0], stdout);
    assert.match(step.found, 'for rope_parameters');
    assert.match(step.fix, '--any-versions`, then `npx just model:verify --model=org/five --fix-config`');
    // Pairs in tokenizer.json alone: the configuration is of any version.
    const pairs = '{"model": {"type": "BPE", "merges": [["a", "b"]]}}';
    hub.add('org/pairs', { 'config.json': '{"model_type": "llama"}', 'tokenizer.json': pairs, 'model.safetensors': weights({ t: [4] }) });
    fs.rmSync(path.join(project, '.venv-local'), { recursive: true });
    install(path.join(project, '.venv-local'), { transformers: '4.43.4', tokenizers: '0.19.1' });
    const second = JSON.parse((await runJust(project, ['model:download', '--model=org/pairs', '--json'], env)).stdout).steps[0];
    assert.equal([second.code, hub.sent('model.safetensors')], ['E_MODEL_VERSIONS', 0]);
    assert.match(second.found, 'tokenizers 0.19.1, 0.20.0 or newer needed for merges as pairs');
  } finally {
    await hub.close();
  }
});

test.run();
