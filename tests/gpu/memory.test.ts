import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { memoryNeeds } from '../../tasks/gpu/estimate-step';
import { shapesOf } from '../../tasks/gpu/look';
import type { DeviceMemory } from '../../tasks/gpu/memory/device-memory';
import { estimate } from '../../tasks/gpu/memory/memory';
import { judgeMemory } from '../../tasks/gpu/memory/memory-layer';
import { loraParameters, parameters } from '../../tasks/gpu/memory/parameters';
import { shapeFrom, shapeOf } from '../../tasks/gpu/memory/shape';
import { leastBytes, suggestSettings, verdictText } from '../../tasks/gpu/memory/suggest-settings';
import { expandTargets, unknownTargets } from '../../tasks/gpu/memory/target-modules';
import { memoryConfigFor, memoryConfigOf, type TrainingMemoryConfig } from '../../tasks/gpu/memory/training-memory-config';
import { attentionOf } from '../../tasks/knowledge/attention';
import type { KnownShape } from '../../tasks/knowledge/known-models';
import { measuredSteps, planOfLength, planOfStep, reportedLengths, shapes } from '../../tools/measured-memory';
import { temporaryFolder } from '../support/project';
import { contextFor } from '../support/transcript';

const test = suite('the memory of the training');
const project = temporaryFolder();
const context = contextFor(project);
const known = (repo: string) => shapeOf(context, { repo, folder: path.join(project, 'models', 'none') }) as KnownShape;
const llama = known('meta-llama/Llama-3.1-8B-Instruct');
const mistral = known('mistralai/Mistral-7B-Instruct-v0.3');
/** As configs/training_config.yaml says it by default, with the attention that the profile compat takes. */
const plan: TrainingMemoryConfig = { ...memoryConfigOf(context.settings.training), attention: 'sdpa' };
const GiB = 2 ** 30;

test('counts the parameters of the models as their cards do', () => {
  const sum = ({ linear, other }: { linear: number; other: number }) => linear + other;
  assert.is(sum(parameters(llama)), 8_030_261_248);
  assert.is(sum(parameters(mistral)), 7_248_023_552);
});

test('counts the parameters of the adapter as peft does', () => {
  // 32 layers × 16 × ((4096+4096) + 2 × (4096+1024) + (4096+4096) + 3 × (4096+14336))
  assert.is(loraParameters(llama, plan), 41_943_040);
  assert.is(loraParameters(llama, { rank: 16, targetModules: ['all-linear'] }), 41_943_040);
  assert.is(loraParameters(llama, { rank: 64, targetModules: plan.targetModules }), 4 * 41_943_040);
  // 32 × 16 × ((4096+4096) + (4096+1024))
  assert.is(loraParameters(llama, { rank: 16, targetModules: ['q_proj', 'v_proj'] }), 6_815_744);
  // One layer by its whole name, the head.
  assert.is(loraParameters(llama, { rank: 16, targetModules: ['model.layers.7.self_attn.q_proj'] }), 16 * 2 * 4096);
  assert.is(loraParameters(llama, { rank: 16, targetModules: ['lm_head'] }), 16 * (4096 + 128_256));
});

test('a target that is no layer of the model is named, with the one that was meant', () => {
  const unknown = (...names: string[]) => unknownTargets(llama, names).map(({ name, meant }) => `${name} ${meant}`);
  assert.equal(unknown('q_proj', 'all-linear', 'lm_head', 'embed_tokens', 'self_attn.q_proj', 'layers.31.mlp.up_proj'), []);
  assert.equal(unknown('q_porj', 'all_linear', 'query_key_value', 'self_attn', 'proj', 'layers.32.mlp.up_proj'), [
    'q_porj q_proj',
    'all_linear all-linear',
    'query_key_value undefined',
    'self_attn undefined',
    'proj q_proj',
    'layers.32.mlp.up_proj undefined',
  ]);
  const seven = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'];
  assert.equal(expandTargets(['all-linear']), seven);
  assert.equal(expandTargets(['v_proj', 'all-linear', 'lm_head']), ['v_proj', ...seven.filter((name) => name !== 'v_proj'), 'lm_head']);
  const judged = judgeMemory(
    [],
    [{ name: 'llama', shape: llama }],
    { ...plan, targetModules: ['q_porj', 'v_proj'] },
    { othersMayEnd: true },
  );
  assert.is(judged.layer.state === 'broken' && judged.layer.code, 'E_TARGET_MODULES');
  assert.match(judged.layer.state === 'broken' ? judged.layer.fix : '', /target_modules: \[q_proj, v_proj\]/);
});

test('adds up parts that were worked out by hand', () => {
  const parts = estimate(llama, plan);
  // 6,979,321,856 weights × (1/2 + 1/64 + 4/16384) byte, and 1,050,939,392 × 4
  assert.is(parts.weights, Math.round(6_979_321_856 * 0.515869140625) + 1_050_939_392 * 4);
  // fp32 weight and gradient; two fp32 moments
  assert.is(parts.lora, 41_943_040 * 8);
  assert.is(parts.optimizer, 41_943_040 * 8);
  // 4 × 1024 tokens × 4096 × 4 bytes, kept once a layer
  assert.is(parts.activations, 4 * 1024 * 4096 * 4 * 32);
  // fp32: logits, log-softmax, the gradients of both
  assert.is(parts.logits, 4 * 1024 * 128_256 * 16);
  assert.is(estimate(llama, { ...plan, fourBit: false }).logits, 4 * 1024 * 128_256 * 14);
  const { total, ...rest } = parts;
  assert.is(
    total,
    Object.values(rest).reduce((sum, part) => sum + part, 0),
  );
});

test('without quantization a weight has the size of its type, and nothing is cast up', () => {
  const half = estimate(llama, { ...plan, fourBit: false });
  assert.is(half.weights, 8_030_261_248 * 2);
  assert.is(estimate(llama, { ...plan, fourBit: false, computeBytes: 4 }).weights, 8_030_261_248 * 4);
  // One scale of 4 bytes for 64 weights, against one byte and a little.
  assert.ok(estimate(llama, { ...plan, doubleQuant: false }).weights - estimate(llama, plan).weights > 0.32e9);
});

test('is within 15 % of nine in ten measured steps of each kind, and never 10 % below', () => {
  for (const [attention, fourBit] of [
    ['eager', true],
    ['eager', false],
    ['sdpa', true],
    ['sdpa', false],
  ] as const) {
    const steps = measuredSteps.filter((step) => step.attention === attention && step.fourBit === fourBit);
    const ratios = steps.map((step) => estimate(shapes[step.model], planOfStep(step)).total / 1e9 / step.processGb);
    const shown = `${attention} ${fourBit}: ${ratios.map((ratio) => ratio.toFixed(2)).join(' ')}`;
    assert.ok(ratios.length >= 5 && ratios.filter((ratio) => Math.abs(ratio - 1) <= 0.15).length >= 0.9 * ratios.length, shown);
    assert.ok(
      ratios.every((ratio) => ratio >= 0.9),
      shown,
    );
  }
});

test('the longest example that others report for a card takes that card, within 10 %', () => {
  for (const { gib, tokens } of reportedLengths) {
    const share = estimate(llama, planOfLength(tokens)).total / (gib * GiB);
    assert.ok(Math.abs(share - 1) < 0.1, `${gib} GiB, ${tokens} tokens: ${share.toFixed(2)}`);
  }
});

test('eager attention grows with the square of the length, a fused one does not', () => {
  const extra = (sequenceLength: number) => {
    const with_ = (attention: 'auto' | 'eager' | 'sdpa') => estimate(mistral, { ...plan, sequenceLength, attention }).total;
    assert.is(with_('auto'), with_('eager'), 'auto of nothing known is the one that takes most');
    return with_('eager') - with_('sdpa');
  };
  assert.ok(extra(8192) > 3.5 * extra(4096));
  const total = (sequenceLength: number) =>
    estimate(mistral, { ...plan, sequenceLength }).total - estimate(mistral, { ...plan, sequenceLength: 0 }).total;
  assert.is(Math.round((total(8192) / total(4096)) * 10), 20);
});

test('auto is what the transformers of the environment takes for the kind of model', async () => {
  const versions = (transformers: string, torch: string) => new Map(Object.entries({ transformers, torch }));
  // as-asked: sdpa needs torch 2.1.1; a transformers 4.36 has none for Mistral
  assert.is(attentionOf('llama', versions('4.36.0', '2.1.0')), 'eager');
  assert.is(attentionOf('llama', versions('4.36.0', '2.1.2')), 'sdpa');
  assert.is(attentionOf('mistral', versions('4.36.0', '2.1.2')), 'eager');
  assert.is(attentionOf('mistral', versions('4.45.2', '2.1.2')), 'sdpa');
  assert.is(attentionOf('mamba', versions('4.45.2', '2.1.2')), 'eager');
  assert.is(attentionOf('llama', new Map()), 'eager');
  const auto: TrainingMemoryConfig = { ...plan, attention: 'auto' };
  assert.is(memoryConfigFor(auto, 'sdpa').attention, 'sdpa');
  assert.is(memoryConfigFor({ ...plan, attention: 'eager' }, 'sdpa').attention, 'eager');
  assert.equal(
    (await shapesOf(contextFor(project, { sets: ['remote.profile=as-asked'] }))).map(({ attention }) => attention),
    ['eager'],
  );
});

test('grows with what makes it grow', () => {
  const total = (changes: Partial<TrainingMemoryConfig>) => estimate(llama, { ...plan, ...changes }).total;
  assert.ok(total({ batchSize: 8 }) > total({}));
  assert.ok(total({ sequenceLength: 2048 }) > total({}));
  assert.ok(total({ checkpointing: false }) > 2 * total({}));
  assert.ok(total({ rank: 64 }) > total({}));
  assert.ok(total({ dropout: 0, checkpointing: false }) < total({ checkpointing: false }));
});

test('the table of needs keeps the effective batch, and leaves a model of no known shape out', () => {
  const models = [
    { name: 'llama', shape: llama },
    { name: 'other', shape: undefined },
  ];
  const sizes = (batchSize: number, accumulationSteps: number) => [
    ...new Set(
      memoryNeeds(models, { ...plan, batchSize, accumulationSteps }).map(
        (need) => `${need.plan.batchSize} × ${need.plan.accumulationSteps}`,
      ),
    ),
  ];
  assert.equal(sizes(4, 4), ['4 × 4', '2 × 8', '1 × 16']);
  // 5 has no half that divides it.
  assert.equal(sizes(5, 1), ['5 × 1', '1 × 5']);
  assert.equal(sizes(1, 8), ['1 × 8']);
});

test('the length that is asked for has its row, in its place', () => {
  const rows = (sequenceLength: number) =>
    memoryNeeds([{ name: 'llama', shape: llama }], { ...plan, sequenceLength, batchSize: 1 }).map((need) => need.plan.sequenceLength);
  assert.equal(rows(8192), [512, 1024, 2048, 4096, 8192]);
  assert.equal(rows(768), [512, 768, 1024, 2048, 4096]);
  assert.equal(rows(2048), [512, 1024, 2048, 4096]);
});

test('a base whose own files are in 4 bits is loaded so, whatever the settings say', () => {
  const config = { model_type: 'llama', hidden_size: 4096, intermediate_size: 14336, num_hidden_layers: 32, num_attention_heads: 32 };
  const quantization_config = { quant_method: 'bitsandbytes', load_in_4bit: true, bnb_4bit_use_double_quant: true };
  const shape = (more: object) => shapeFrom(JSON.stringify({ ...config, num_key_value_heads: 8, vocab_size: 128256, ...more }));
  const [plain, packed] = [shape({ tie_word_embeddings: false }), shape({ tie_word_embeddings: false, quantization_config })];
  if (!plain || !packed) throw new Error('no shape');
  const weights = (of: KnownShape, fourBit: boolean) => estimate(of, { ...plan, fourBit }).weights;
  assert.is(Math.round(weights(plain, false) / 1e8), 161);
  assert.is(Math.round(weights(packed, false) / 1e8), 57, 'the rest in 16 bits');
  assert.is(weights(packed, true), weights(plain, true));
  assert.is(shape({ quantization_config: { quant_method: 'bitsandbytes', load_in_8bit: true } })?.packed, undefined);
});

test('finds the change that keeps the effective batch, and the least of them', () => {
  const need = estimate(llama, plan).total;
  const change = suggestSettings(llama, plan, 17e9);
  assert.is(change?.text, 'batch 2 × accumulation 8');
  assert.equal(change?.settings, { 'training.arguments.batch_size': 2, 'training.arguments.gradient_accumulation_steps': 8 });
  assert.is(verdictText(need, 17e9, change), 'needs 21.5 GB of 17 GB; batch 2 × accumulation 8 fits with 1.8 GB to spare');
  assert.is(verdictText(need, need + 4.1e9, undefined), 'fits with 4.1 GB to spare');
  assert.is(suggestSettings(llama, { ...plan, checkpointing: false }, 24e9)?.text, 'gradient checkpointing');
  assert.is(suggestSettings(llama, plan, 10.5e9)?.text, 'batch 1 × accumulation 16, 512 tokens');
  assert.is(suggestSettings(llama, { ...plan, fourBit: false, batchSize: 1, accumulationSteps: 1 }, 18e9)?.text, '4-bit weights');
  assert.is(suggestSettings(llama, plan, leastBytes(llama, plan) - 1), undefined);
  // A prime batch has no smaller divisor but one.
  assert.is(suggestSettings(llama, { ...plan, batchSize: 3, accumulationSteps: 1 }, 13e9)?.text, 'batch 1 × accumulation 3');
});

test('reads the shape of a model from its own config.json first', () => {
  const folder = path.join(project, 'models', 'small');
  fs.mkdirSync(folder, { recursive: true });
  const config = {
    model_type: 'llama',
    hidden_size: 64,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    intermediate_size: 128,
    vocab_size: 1000,
    tie_word_embeddings: true,
  };
  fs.writeFileSync(path.join(folder, 'config.json'), JSON.stringify(config));
  const shape = shapeOf(context, { repo: 'meta-llama/Llama-3.1-8B-Instruct', folder });
  assert.equal([shape?.vocab_size, shape?.num_key_value_heads, shape?.head_dim], [1000, 4, 16]);
  // q, k, v, o of 64 × 64, three of 64 × 128; one table; two norms a layer and the last
  assert.equal(parameters(shape as KnownShape), { linear: 2 * (4 * 64 * 64 + 3 * 64 * 128), other: 1000 * 64 + 5 * 64 });
  assert.is(shapeFrom('{"model_type":"mixtral"}'), undefined);
  const { tie_word_embeddings: _, ...untold } = config;
  assert.is(shapeFrom(JSON.stringify({ ...untold, model_type: 'gemma' }))?.tie_word_embeddings, true);
  assert.is(shapeFrom(JSON.stringify(untold))?.tie_word_embeddings, false);
  assert.is(shapeFrom('null'), undefined);
  assert.is(shapeFrom('no JSON'), undefined);
  assert.is(shapeFrom(JSON.stringify({ ...config, hidden_size: 0 })), undefined);
});

test('one model that fits is enough, the other is told', () => {
  const rooms = [{ index: 0, name: 'T4', freeBytes: 17e9, totalBytes: 18e9, processes: [] }];
  const both = [
    { name: 'llama', shape: llama },
    { name: 'mistral', shape: mistral },
  ];
  const { layer, warnings, verdicts } = judgeMemory(rooms, both, plan, { othersMayEnd: false });
  assert.is(layer.state, 'ok');
  assert.match(warnings.join(), /llama needs 21\.5 GB of 17 GB; batch 2 × accumulation 8 fits/);
  assert.equal(
    verdicts.map(({ model, devices }) => [model, devices[0]?.fits]),
    [
      ['llama', false],
      ['mistral', true],
    ],
  );
});

test('tells a card that is in use from one that is too small', () => {
  const room = (freeBytes: number, totalBytes: number): DeviceMemory => ({ index: 0, name: 'A100', freeBytes, totalBytes, processes: [] });
  const judge = (rooms: DeviceMemory[], othersMayEnd: boolean) =>
    judgeMemory(rooms, [{ name: 'llama', shape: llama }], plan, { othersMayEnd });
  const code = ({ layer }: ReturnType<typeof judge>) => (layer.state === 'broken' ? layer.code : layer.state);
  assert.is(code(judge([room(10e9, 40e9)], false)), 'E_GPU_BUSY');
  assert.is(code(judge([room(10e9, 40e9)], true)), 'ok');
  assert.match(judge([room(10e9, 40e9)], true).warnings.join(), /in use/);
  assert.is(code(judge([room(10e9, 12e9)], true)), 'E_GPU_MEMORY');
  assert.is(code(judge([room(10e9, 12e9), { ...room(40e9, 40e9), index: 1 }], true)), 'ok');
  assert.match(judge([room(10e9, 12e9), { ...room(40e9, 40e9), index: 1 }], true).warnings.join(), /on GPU 0/);
  assert.is(code(judge([{ index: 0, name: 'x', freeBytes: undefined, totalBytes: undefined, processes: [] }], true)), 'unknown');
  assert.is(judgeMemory([room(40e9, 40e9)], [{ name: 'other', shape: undefined }], plan, { othersMayEnd: true }).layer.state, 'unknown');
  const need = estimate(llama, plan).total;
  assert.match(judge([room(need + 1e8, 40e9)], false).warnings.join(), /barely/);
});

test.run();
