import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Resources } from '../../tasks/engine/resources';
import { chooseProfile } from '../../tasks/environments/profile/choose';
import { gpuDriverStep, gpuStep } from '../../tasks/gpu/gpu-steps';
import { copyFolder, projectCopy, repository } from '../support/project';
import { machineOfTranscript } from '../support/transcript';
import { contextWithTorch, projectWithPython } from './made-up-torch';

const test = suite('gpu, as a step of a set-up');
const project = projectWithPython();

test('in a setup the chain is proven once, and again when something changes', async () => {
  const machine = machineOfTranscript('rtx-3090');
  const context = contextWithTorch(project, machine, {});
  const step = gpuStep();
  assert.is((await step.check(context, 'quick')).state, 'todo');
  for (const action of (await step.plan?.(context)) ?? []) await action.run(context, () => undefined);
  const proven = await step.check(context, 'quick');
  assert.equal([proven.state, /fits with/.test(proven.found)], ['done', true]);
  // The driver need not be asked either, for the choice of the profile too: a fixture that fails would be told.
  process.env.TRANSCRIPT = path.join(repository, 'tests/fixtures/nvidia-smi/lost.txt');
  const { machine: seen } = await chooseProfile({ ...context, resources: new Resources() });
  assert.equal([seen.cards.map((card) => card.name), seen.driver], [['NVIDIA GeForce RTX 3090'], '535.129.03']);
  assert.is((await gpuDriverStep().check(context, 'quick')).state, 'done');
  assert.is((await gpuDriverStep().check(context, 'full')).state, 'blocked');
  const other = contextWithTorch(project, machine, { sets: ['training.lora.rank=64'] });
  const changed = await step.check(other, 'quick');
  assert.equal([changed.state, 'changed' in changed && changed.changed], ['todo', ['training settings changed']]);
  // Cards and drivers come back different from a restart.
  const { files } = context.host;
  const readText = (file: string) => (file.endsWith('boot_id') ? 'another\n' : files.readText(file));
  const restarted = await step.check({ ...context, host: { ...context.host, files: { ...files, readText } } }, 'quick');
  assert.equal([restarted.state, 'changed' in restarted && restarted.changed], ['todo', ['time of the start changed']]);
  fs.rmSync(path.join(project, '.just-lora'), { recursive: true });
});

test('a setup fails with the fault of the first broken layer, and remembers nothing', async () => {
  const machine = machineOfTranscript('rtx-3090');
  const context = contextWithTorch(project, machine, { torch: { cuda: null } });
  const step = gpuStep();
  const [action] = (await step.plan?.(context)) ?? [];
  let code: string | undefined;
  await action
    ?.run(context, () => undefined)
    .catch((error) => {
      code = error.fault.code;
    });
  assert.is(code, 'E_TORCH_CPU');
  assert.is((await step.check(context, 'quick')).state, 'todo');
});

test('with --no-gpu a broken chain is told and remembered as one that is all right', async () => {
  const machine = machineOfTranscript('rtx-3090');
  const remote = projectCopy();
  const context = contextWithTorch(remote, machine, { torch: { cuda: null }, sets: ['remote.gpu=optional'] });
  copyFolder(path.join(project, '.venv-remote'), path.join(remote, '.venv-remote'));
  const step = gpuStep();
  assert.is((await step.check(context, 'quick')).state, 'todo');
  for (const action of (await step.plan?.(context)) ?? []) await action.run(context, () => undefined);
  const after = await step.check(context, 'quick');
  assert.equal([after.state, /none is asked for: .*\(E_TORCH_CPU\)/.test(after.found)], ['done', true]);
  // Another time a GPU is asked for: that was no proof of one.
  assert.is((await step.check(contextWithTorch(remote, machine, { torch: { cuda: null } }), 'quick')).state, 'todo');
  const none = machineOfTranscript('cpu-only');
  const found = await gpuStep().check(contextWithTorch(projectCopy(), none, { sets: ['remote.gpu=optional'] }), 'quick');
  assert.equal([found.state, /\(E_GPU_NONE\)/.test(found.found)], ['done', true]);
});

test('before the environment is there, a setup waits for it', async () => {
  const machine = machineOfTranscript('rtx-3090');
  const context = contextWithTorch(projectCopy(), machine, {});
  assert.is((await gpuDriverStep().check(context, 'quick')).state, 'done');
  assert.is((await gpuStep().check(context, 'quick')).state, 'todo');
});

test.run();
