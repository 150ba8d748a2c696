import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ProfileName } from '../../tasks/environments/profile/profile-files';
import { trainFile } from '../../tasks/environments/proof/run-training';
import { attentionOf } from '../../tasks/knowledge/attention';
import { breakageIn } from '../../tasks/knowledge/conflicts';
import { families, linearLayers } from '../../tasks/knowledge/known-models';
import { needsOf, unmetNeeds } from '../../tasks/knowledge/models';
import { atLeast } from '../../tasks/knowledge/satisfies';
import { sizeOf } from '../../tasks/knowledge/sizes';
import { torchBuild } from '../../tasks/knowledge/torch';
import { temporaryFolder } from '../support/project';
import { trainingProject } from '../support/training';
import { testConfigs } from './configs';
import { testTrainingRows } from './training-rows';

const kindsFile = path.join(__dirname, 'kinds.py');

/** The files of a small model of each default's kind: what tells whether a profile loads it. */
function writeModels(folder: string): { llama: string; mistral: string } {
  const shape = {
    hidden_size: 32,
    intermediate_size: 64,
    num_hidden_layers: 1,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    vocab_size: 8,
  };
  const model = (merges: unknown) => ({ type: 'BPE', vocab: { '<unk>': 0, '<s>': 1, '</s>': 2, a: 3, b: 4, ab: 5, '▁': 6, c: 7 }, merges });
  const tokenizer = (pre_tokenizer: unknown, merges: unknown) => ({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: null,
    pre_tokenizer,
    post_processor: null,
    decoder: null,
    model: {
      ...model(merges),
      dropout: null,
      unk_token: '<unk>',
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
    },
  });
  const write = (name: string, config: object, text: object) => {
    const at = path.join(folder, name);
    fs.mkdirSync(at, { recursive: true });
    fs.writeFileSync(path.join(at, 'config.json'), JSON.stringify({ ...shape, ...config }));
    fs.writeFileSync(path.join(at, 'tokenizer.json'), JSON.stringify(text));
    fs.writeFileSync(path.join(at, 'tokenizer_config.json'), JSON.stringify({ tokenizer_class: 'PreTrainedTokenizerFast' }));
    return at;
  };
  const rope_scaling = { factor: 8, high_freq_factor: 4, low_freq_factor: 1, original_max_position_embeddings: 8192, rope_type: 'llama3' };
  return {
    llama: write(
      'llama',
      { model_type: 'llama', architectures: ['LlamaForCausalLM'], rope_scaling },
      tokenizer({ type: 'Whitespace' }, ['a b']),
    ),
    mistral: write(
      'mistral',
      { model_type: 'mistral', architectures: ['MistralForCausalLM'] },
      tokenizer({ type: 'Metaspace', replacement: '▁', prepend_scheme: 'first', split: false }, [['a', 'b']]),
    ),
  };
}

const load = (...folders: string[]): string => `
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer
for folder in ${JSON.stringify(folders)}:
    AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(folder))
    AutoTokenizer.from_pretrained(folder)
    print("loaded", folder)
`;

/** A profile is really installed, imported and trained with; what the tool knows of versions is held to what came out. */
export function profileTests(profile: ProfileName, loads: boolean): void {
  const test = suite(`profile ${profile}`);
  const training = trainingProject(profile);

  test('setup:remote makes it and proves it, and a second run has nothing to do', async () => {
    const first = await training.run('setup:remote', '--no-gpu');
    assert.is(first.exitCode, 0, first.stderr);
    assert.is(first.step('env:remote').engine, 'venv');
    assert.is(first.step('profile').profile, profile);
    const second = await training.run('setup:remote', '--no-gpu');
    assert.is(second.report.outcome, 'unchanged', second.stderr);
    const { losses, secondsPerStep, peakMemoryBytes, targets } = second.step('train');
    assert.is(losses.length, 5);
    assert.equal(targets, linearLayers, 'it trains what the settings name');
    assert.ok(losses[4] < losses[0], `the loss falls: ${losses}`);
    assert.ok(secondsPerStep > 0 && peakMemoryBytes > 1e8);
  });

  test('validate with --train is right, and makes no second proof of what is proven', async () => {
    const { exitCode, step, stderr } = await training.run('validate', '--env=remote', '--no-gpu', '--train');
    assert.is(exitCode, 0, stderr);
    assert.ok(step('imports').libraries.every(({ ok }: { ok: boolean }) => ok));
    assert.ok(step('train').durationMs < 2000, `${step('train').durationMs} ms`);
  });

  test('another rank is another proof', async () => {
    const { step } = await training.run('setup:remote', '--no-gpu', '--check', '--set', 'training.lora.rank=8');
    assert.is(step('train').state, 'todo');
    assert.equal(step('train').changed, ['training settings changed']);
  });

  test('the table of model kinds says what this transformers knows', () => {
    const known = new Set<string>(
      JSON.parse(
        training.tell(
          'import json; from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES as C; print(json.dumps(list(C)))',
        ),
      ),
    );
    const version = training.tell('import importlib.metadata as m; print(m.version("transformers"))').trim();
    const kinds = families.filter(({ is, transformers, oldKeys }) => /^\w+$/.test(is) && transformers && !oldKeys);
    assert.equal(
      kinds.filter(({ is }) => known.has(is)).map(({ is }) => is),
      kinds.filter(({ transformers }) => atLeast(version, transformers ?? '')).map(({ is }) => is),
    );
  });

  test('auto is the attention that this transformers takes by itself', () => {
    const installed = new Map<string, string>(
      Object.entries(
        JSON.parse(
          training.tell('import importlib.metadata as m, json; print(json.dumps({n: m.version(n) for n in ("torch", "transformers")}))'),
        ),
      ),
    );
    const kinds = ['llama', 'mistral', 'qwen2', 'gemma', 'qwen3', 'smollm3'].filter(
      (each) => unmetNeeds(needsOf({ config: { model_type: each } }) ?? {}, installed).length === 0,
    );
    const told = training.tell(`
import json
from transformers import AutoConfig, AutoModelForCausalLM
sizes = dict(vocab_size=8, hidden_size=32, intermediate_size=64, num_hidden_layers=1, num_attention_heads=4, num_key_value_heads=2, head_dim=8, pad_token_id=0)
made = lambda kind: AutoModelForCausalLM.from_config(AutoConfig.for_model(kind, **sizes)).config
print("attention " + json.dumps({kind: made(kind)._attn_implementation for kind in ${JSON.stringify(kinds)}}))`);
    assert.equal(
      JSON.parse(/^attention (.*)$/m.exec(told)?.[1] ?? JSON.stringify(told)),
      Object.fromEntries(kinds.map((kind) => [kind, attentionOf(kind, installed)])),
    );
  });

  test('the proof fails where the model lacks a target, and trains nothing else in its place', () => {
    const folder = temporaryFolder('jl-proof');
    const [input, output] = [path.join(folder, 'in.json'), path.join(folder, 'out.json')];
    const lora = { rank: 4, alpha: 8, dropout: 0, target_modules: ['q_proj', 'v_porj'] };
    const quantization = { load_in_4bit: false, quant_type: 'nf4', double_quant: true, compute_dtype: 'bfloat16' };
    const settings = { folder, device: 'cpu', model_type: 'llama', attention: 'auto', lora, quantization, arguments: { batch_size: 1 } };
    fs.writeFileSync(input, JSON.stringify(settings));
    training.tell(
      `import runpy, sys; sys.argv = ["train.py", ${JSON.stringify(input)}, ${JSON.stringify(output)}]; runpy.run_path(${JSON.stringify(trainFile)}, run_name="__main__")`,
    );
    const { ok, error } = JSON.parse(fs.readFileSync(output, 'utf8'));
    assert.is(ok, false);
    assert.match(error, /names v_porj, which a model of type llama does not have; it has .*v_proj/);
  });

  test('rows become tokens with one BOS, and what is learned are the answers with the token that ends each', () =>
    testTrainingRows(training.tell));

  test('a config.json is held against its weights as this transformers does it', () => testConfigs(training.python));

  test('the table of torch builds says what this torch is', () => {
    const [version = '', cuda, architectures] = training
      .tell('import torch; print(torch.__version__, torch.version.cuda, torch._C._cuda_getArchFlags(), sep="|")')
      .trim()
      .split('|');
    assert.is(torchBuild(version)?.cuda, cuda);
    assert.is(torchBuild(version)?.architectures, architectures);
  });

  test('the table of sizes says what is installed', () => {
    const found: { name: string; version: string; size: number }[] = JSON.parse(
      training.tell(
        'import importlib.metadata as m, json; print(json.dumps([{"name": d.name.lower().replace("_", "-"), "version": d.version, "size": sum(f.size or 0 for f in d.files)} for d in m.distributions()]))',
      ),
    );
    const packages = found.filter(({ name }) => name !== 'pip');
    const total = packages.reduce((sum, { size }) => sum + size, 0);
    const { installed } = sizeOf(packages);
    assert.ok(installed > 0.99 * total && installed < 1.01 * total, `${installed} in the table, ${total} installed`);
  });

  test('every kind of model that it is to load is made, trained with its adapter and loaded again', () => {
    const folder = temporaryFolder('jl-kinds');
    const told = JSON.parse(
      training
        .tell(
          `import sys; sys.argv = ["kinds.py", ${JSON.stringify(folder)}]; import runpy; runpy.run_path(${JSON.stringify(kindsFile)}, run_name="__main__")`,
        )
        .trim()
        .split('\n')
        .at(-1) ?? '',
    );
    const version = training.tell('import importlib.metadata as m; print(m.version("transformers"))').trim();
    // The llama of kinds.py has the rope of Llama 3.1, which is younger than its kind.
    const isRead = (kind: string) => atLeast(version, families.find(({ is }) => is === kind)?.transformers ?? '0');
    const expected = Object.keys(told).filter((kind) => (kind === 'llama' ? loads : isRead(kind)));
    assert.equal(
      Object.entries(told)
        .filter(([, outcome]) => outcome === 'loaded')
        .map(([kind]) => kind),
      expected,
      JSON.stringify(told),
    );
    if (profile === 'current') assert.equal(expected, Object.keys(told), 'current loads them all');
  });

  test(loads ? 'loads both kinds of default models' : 'refuses both kinds of default models, each with an error that is known', () => {
    const { llama, mistral } = writeModels(temporaryFolder());
    if (loads) {
      assert.is(training.tell(load(llama, mistral)).match(/^loaded /gm)?.length, 2);
    } else {
      const [first, second] = [training.tell(load(llama)), training.tell(load(mistral))];
      assert.is(breakageIn(first)?.code, 'E_ROPE_SCALING', first);
      assert.is(breakageIn(second)?.code, 'E_TOKENIZERS_OLD', second);
    }
  });

  test.run();
}
