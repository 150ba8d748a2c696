import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { breakageIn, conflictsIn } from '../../tasks/knowledge/conflicts';
import { breakages, conflicts as rules } from '../../tasks/knowledge/known-breakages';
import { drivers, glibc, torchBuilds } from '../../tasks/knowledge/known-builds';
import { families } from '../../tasks/knowledge/known-models';
import { needsOf, unmetNeeds } from '../../tasks/knowledge/models';
import { inRange } from '../../tasks/knowledge/satisfies';
import { capabilitiesOf, covers, driverFor, isNewerThan, torchBuild } from '../../tasks/knowledge/torch';

const test = suite('versions');
const versions = (text: string) => new Map(text.split(' ').map((pair) => pair.split('==') as [string, string]));
const asAsked = versions('torch==2.1.0 transformers==4.36.0 tokenizers==0.15.2 accelerate==0.25.0 trl==0.7.4 bitsandbytes==0.41.0');

test('the default models need more than was asked for, by name before they are here', () => {
  const llama = needsOf({ repo: 'meta-llama/Meta-Llama-3.1-8B-Instruct' });
  assert.equal(unmetNeeds(llama ?? {}, asAsked), ['transformers 4.36.0, 4.43.0 or newer needed']);
  const mistral = needsOf({ repo: 'mistralai/Mistral-7B-Instruct-v0.3' });
  assert.equal(unmetNeeds(mistral ?? {}, asAsked), [
    'transformers 4.36.0, 4.40.0 or newer needed',
    'tokenizers 0.15.2, 0.19.0 or newer needed',
  ]);
  assert.equal(unmetNeeds(needsOf({ repo: 'mistralai/Mistral-7B-Instruct-v0.2' }) ?? {}, asAsked), []);
  assert.is(needsOf({ repo: 'someone/something' }), undefined);
});

test('the files of a model say what it needs, whatever it is called', () => {
  const config = { model_type: 'llama', rope_scaling: { rope_type: 'llama3', factor: 8 } };
  const tokenizer = '{"pre_tokenizer": {"type": "ByteLevel"}, "model": {"type": "BPE", "merges": [["a", "b"]]}}';
  assert.equal(needsOf({ config, tokenizer }), {
    because: ['llama', 'rope_type llama3', 'merges as pairs'],
    isKnown: true,
    sawTokenizer: true,
    transformers: '4.45.0',
    tokenizers: '0.20.0',
  });
  const metaspace = '{"pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": false}}';
  assert.is(needsOf({ config: { model_type: 'mistral' }, tokenizer: metaspace })?.tokenizers, '0.19.0');
  assert.equal(needsOf({ config: { model_type: 'llama' }, tokenizer: '{"model": {"merges": ["a b"]}}' }), {
    because: ['llama'],
    isKnown: true,
    sawTokenizer: true,
    transformers: '4.28.0',
  });
  assert.is(needsOf({ config: { model_type: 'of the future' } }), undefined);
});

const five = { rope_type: 'llama3', rope_theta: 500000, factor: 8 };
const rows: readonly [what: string, config: object, needs: string | undefined][] = [
  ['heads of their own size', { model_type: 'mistral', head_dim: 128, hidden_size: 5120, num_attention_heads: 32 }, '4.43.0'],
  ['heads as they follow', { model_type: 'mistral', head_dim: 128, hidden_size: 4096, num_attention_heads: 32 }, '4.34.0'],
  ['a part of each head turned', { model_type: 'phi3', partial_rotary_factor: 0.75 }, '4.49.0'],
  ['what transformers 5 writes of a default', { rope_parameters: { rope_type: 'default', rope_theta: 10000 } }, '4.28.0'],
  ['another theta, which 4 does not see', { rope_parameters: { rope_type: 'default', rope_theta: 1e6 } }, '5.0.0'],
  ['another type', { rope_parameters: five }, '5.0.0'],
  ['the old keys beside it', { rope_parameters: five, rope_scaling: { rope_type: 'llama3', factor: 8 }, rope_theta: 500000 }, '4.43.0'],
  ['old keys that say something else', { rope_parameters: five, rope_scaling: null, rope_theta: 10000 }, '5.0.0'],
  ['Infinity as 5 writes it', { time_step_limit: [0, { __float__: 'Infinity' }] }, '5.0.0'],
  [
    'YaRN of another length',
    { rope_scaling: { type: 'yarn', factor: 4, original_max_position_embeddings: 8 }, max_position_embeddings: 32 },
    '4.52.0',
  ],
];
for (const [what, config, least] of rows)
  test(`what a model needs: ${what}`, () =>
    assert.is(needsOf({ config: { model_type: 'llama', ...config }, tokenizer: '{}' })?.transformers, least));

test('what a model needs: its tokenizer, and whether that was looked at', () => {
  const config = { model_type: 'llama' };
  const least = (tokenizerConfig: object, hasTemplateFile = false) =>
    needsOf({ config, tokenizer: '{}', tokenizerConfig, hasTemplateFile })?.transformers;
  assert.is(least({ tokenizer_class: 'TokenizersBackend' }), '5.0.0');
  assert.is(least({ tokenizer_class: 'LlamaTokenizer', backend: 'tokenizers' }), '5.0.0');
  assert.is(least({ tokenizer_class: 'LlamaTokenizer', added_tokens_decoder: {} }), '4.28.0');
  assert.is(least({ extra_special_tokens: ['<a>'] }), '5.0.0');
  assert.is(least({}, true), '4.47.0');
  assert.is(least({ chat_template: 'x' }, true), '4.28.0');
  assert.is(needsOf({ config })?.sawTokenizer, false);
  const mixtral = needsOf({
    config: { model_type: 'mixtral', rope_parameters: { rope_type: 'default', rope_theta: 1e6 } },
    tokenizer: '{}',
  });
  assert.is(mixtral?.transformers, '4.36.0', 'the theta that 4 takes for a Mixtral');
  assert.is(needsOf({ repo: 'mistralai/Mistral-7B-Instruct-v0.3', config: { model_type: 'mistral' } })?.tokenizers, '0.19.0');
});

test('a build of torch: its CUDA, its driver, the devices that it has code for', () => {
  assert.is(torchBuild('2.1.0+cu121')?.cuda, '12.1');
  assert.is(torchBuild('2.4.1')?.cuda, '12.1');
  assert.is(torchBuild('1.13.1'), undefined);
  assert.is(driverFor('12.1'), '525.60.13');
  const built = torchBuild('2.1.0')?.architectures ?? '';
  for (const device of ['6.1', '7.0', '7.5', '8.0', '8.6', '8.9', '9.0']) assert.ok(covers(built, device), device);
  for (const device of ['3.7', '10.0', '12.0']) assert.not(covers(built, device), device);
  assert.ok(covers('sm_80 compute_90', '12.0'), 'PTX is compiled by the driver');
  assert.equal(capabilitiesOf(built), { oldest: '5.0', newestMajor: 9 });
  assert.equal(capabilitiesOf('sm_120 sm_90a compute_75'), { oldest: '7.5', newestMajor: 12 });
  assert.ok(isNewerThan('10.0', built) && !isNewerThan('9.0', built) && !isNewerThan('3.7', built));
  assert.ok(inRange('2.1.0+cu121', '<2.2') && inRange('2.2.0rc1', '>=2.1') && !inRange('unknown', '<3'));
});

const conflicts: readonly [installed: string, cure: string | undefined][] = [
  ['torch==2.1.0+cu121 numpy==2.0.1', 'numpy<2'],
  ['torch==2.3.0 numpy==2.0.1', undefined],
  ['bitsandbytes==0.41.0', 'scipy'],
  ['bitsandbytes==0.41.0 scipy==1.11.4', undefined],
  ['triton==2.1.0 setuptools==70.0.0', 'setuptools>=59,<70'],
  ['trl==0.7.4 transformers==4.43.4 accelerate==0.25.0 tokenizers==0.19.1 huggingface-hub==0.25.2', 'transformers<4.43'],
  ['trl==0.8.6 accelerate==0.25.0', 'accelerate>=0.29'],
  ['transformers==4.45.2 accelerate==0.33.0 tokenizers==0.20.3 huggingface-hub==0.25.2', 'accelerate>=0.34'],
  ['datasets==2.15.0 huggingface-hub==1.2.0 pyarrow==14.0.2 numpy==1.26.4', 'huggingface-hub<1'],
  ['trl==0.9.6 accelerate==0.34.2', 'rich'],
  ['pyarrow==14.0.2 numpy==2.2.6', 'numpy<2'],
  ['transformers==5.20.2 accelerate==1.15.0 tokenizers==0.23.3 huggingface-hub==0.36.2', 'huggingface-hub>=1.31,<3'],
];
for (const [installed, cure] of conflicts)
  test(`${installed} → ${cure ?? 'fits'}`, () =>
    assert.equal(
      conflictsIn(versions(installed)).map((one) => one.cure),
      cure ? [cure] : [],
    ));

const texts: readonly [text: string, code: string | undefined][] = [
  ["ImportError: cannot import name 'HfFolder' from 'huggingface_hub' (x/__init__.py)", 'E_HUB_TOO_NEW'],
  ['RuntimeError: Numpy is not available', 'E_NUMPY_2'],
  ["ModuleNotFoundError: No module named 'scipy'", 'E_SCIPY_MISSING'],
  ['Exception: data did not match any variant of untagged enum PyPreTokenizerTypeWrapper at line 6952 column 3', 'E_TOKENIZERS_OLD'],
  ['ValueError: `rope_scaling` must be a dictionary with with two fields', 'E_ROPE_SCALING'],
  ['ValueError: Tokenizer class TokenizersBackend does not exist or is not currently imported.', 'E_TOKENIZER_CLASS'],
  ["AttributeError: 'list' object has no attribute 'keys'", 'E_SPECIAL_TOKENS'],
  ['ValueError: Cannot use chat template functions because tokenizer.chat_template is not set', 'E_CHAT_TEMPLATE'],
  ['undefined symbol: iJIT_NotifyEvent', 'E_MKL'],
  ['anything else', undefined],
];
for (const [text, code] of texts) test(`${code ?? 'unknown'}: ${text.slice(0, 50)}`, () => assert.is(breakageIn(text)?.code, code));

test('every conflict has a symptom that is known by a code, or needs no code of its own', () => {
  const known = rules.filter(({ symptom }) => breakageIn(symptom)).length;
  assert.ok(known >= rules.length - 3, `${known} of ${rules.length}`);
  for (const { source } of [...families, ...rules, ...breakages, ...torchBuilds, ...drivers, ...glibc])
    assert.ok(source.length > 5, 'a source for each');
});

test.run();
