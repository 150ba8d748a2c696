import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { estimate } from '../../tasks/gpu/memory/memory';
import { batchText, parallelBytes, parallelOf } from '../../tasks/gpu/memory/parallel';
import { shapeOf } from '../../tasks/gpu/memory/shape';
import { memoryConfigOf } from '../../tasks/gpu/memory/training-memory-config';
import type { KnownShape } from '../../tasks/knowledge/known-models';
import { projectCopy, runJust } from '../support/project';
import { contextFor, machineOfTranscript } from '../support/transcript';

const test = suite('a training on several cards');
const project = projectCopy();
const context = contextFor(project);
const plan = memoryConfigOf(context.settings.training);

test('the effective batch grows with the cards, and the accumulation that keeps it is named where there is one', () => {
  assert.equal(parallelOf(plan, 2), { cards: 2, effectiveBatch: 32, accumulationToKeep: 2 });
  assert.equal(parallelOf(plan, 4), { cards: 4, effectiveBatch: 64, accumulationToKeep: 1 });
  assert.equal(parallelOf(plan, 8), { cards: 8, effectiveBatch: 128, accumulationToKeep: undefined });
  assert.is(batchText(plan, parallelOf(plan, 2)), '2 × 4 × 4 = 32 examples a step (`gradient_accumulation_steps: 2` keeps 16)');
  assert.is(batchText(plan, parallelOf(plan, 3)), '3 × 4 × 4 = 48 examples a step');
});

test('each process needs a whole copy, and the buckets of the gradients', () => {
  const llama = shapeOf(context, { repo: 'meta-llama/Llama-3.1-8B-Instruct', folder: path.join(project, 'none') }) as KnownShape;
  // 41,943,040 parameters of the adapter, 4 bytes each.
  assert.is(parallelBytes(llama, plan) - estimate(llama, plan).total, 41_943_040 * 4);
});

test('npx just gpu --estimate says it where CUDA_VISIBLE_DEVICES names several, and nothing where it names one', async () => {
  const [two, one] = await Promise.all(
    ['0,1', '0'].map((CUDA_VISIBLE_DEVICES) => runJust(project, ['gpu', '--estimate', '--json'], { CUDA_VISIBLE_DEVICES })),
  );
  const step = JSON.parse(two?.stdout ?? '').steps[0];
  assert.match(
    step.found,
    /; on 2 GPUs, a process for each: 21\.7 GB on each, 2 × 4 × 4 = 32 examples a step .* and 1\/2 of the steps, so another adapter .*`training\.processes: 0` trains so/,
  );
  assert.equal(step.parallel, { cards: 2, effectiveBatch: 32, accumulationToKeep: 2 });
  assert.not.match(one?.stdout ?? '', /a process for each|"parallel"/);
});

test('npx just gpu --estimate says it of as many as training.processes asks for', async () => {
  const { stdout } = await runJust(project, ['gpu', '--estimate', '--json', '--set', 'training.processes=4'], {
    CUDA_VISIBLE_DEVICES: '0',
  });
  const step = JSON.parse(stdout).steps[0];
  assert.equal(step.parallel, { cards: 4, effectiveBatch: 64, accumulationToKeep: 1 });
  assert.match(step.found, /on 4 GPUs, a process for each: .* = 64 examples a step/);
});

test('npx just gpu says it of the cards that are there', async () => {
  const { env } = machineOfTranscript('two-3090');
  const { stdout } = await runJust(project, ['gpu'], { ...env, HOME: project });
  assert.match(
    stdout,
    /each holds a whole copy of the model: 2 × 4 × 4 = 32 examples a step \(`gradient_accumulation_steps: 2` keeps 16\)/,
  );
});

test.run();
