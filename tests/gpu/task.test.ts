import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { projectCopy, runJust, temporaryFolder } from '../support/project';
import { machineOfTranscript } from '../support/transcript';

const test = suite('npx just gpu');
const project = projectCopy();
// Node alone: the folder that it lies in may have the programs of a scheduler.
const nowhere = { PATH: temporaryFolder('node'), HOME: project };
fs.symlinkSync(process.execPath, path.join(nowhere.PATH, 'node'));

function on(name: string): Record<string, string> {
  const { env } = machineOfTranscript(name);
  return { ...env, HOME: project };
}

test('reports the driver half where there is no environment yet', async () => {
  const { exitCode, stdout } = await runJust(project, ['gpu'], on('rtx-3090'));
  assert.is(exitCode, 0);
  assert.match(stdout, /✔ gpu — NVIDIA GeForce RTX 3090, capability 8\.6, 25\.2 GB free; driver 535\.129\.03 for CUDA up to 12\.2/);
  assert.match(stdout, /torch +not reached +there is no training environment yet/);
  assert.match(stdout, /fits with 3\.\d GB to spare/);
});

test('has everything as data', async () => {
  const { stdout } = await runJust(project, ['gpu', '--json'], on('two-3090'));
  const [step] = JSON.parse(stdout).steps;
  assert.is(step.name, 'gpu');
  assert.is(step.driver, '535.129.03');
  // A toolkit is this machine's own, or none.
  assert.equal([step.cuda.driver, step.cuda.torch, 'toolkit' in step.cuda], ['12.2', null, true]);
  assert.equal(
    step.gpus.map(({ index, name, capability, memoryTotalBytes, memoryFreeBytes, usable }: Record<string, unknown>) => [
      index,
      name,
      capability,
      memoryTotalBytes,
      memoryFreeBytes,
      usable,
    ]),
    [0, 1].map((index) => [index, 'NVIDIA GeForce RTX 3090', '8.6', 24576 * 2 ** 20, 24237 * 2 ** 20, true]),
  );
  assert.equal(step.layers.map(({ name, state }: { name: string; state: string }) => `${name} ${state}`).slice(0, 5), [
    `device ${step.layers[0].state}`,
    'driver ok',
    'cuda ok',
    'capability ok',
    'torch not reached',
  ]);
  assert.is(step.memory[0].model, 'llama-3.1-8b');
  assert.is(step.memory[0].devices.length, 2);
});

test('says that train would refuse more processes than there are GPUs', async () => {
  const three = await runJust(project, ['gpu', '--json', '--set=training.processes=3'], on('two-3090'));
  assert.match(
    JSON.parse(three.stdout).steps[0].warning,
    /`training\.processes` is 3, and 2 GPUs can be used together: `train` would refuse/,
  );
  const two = await runJust(project, ['gpu', '--json', '--set=training.processes=2'], on('two-3090'));
  assert.not.match(JSON.parse(two.stdout).steps[0].warning ?? '', 'E_PROCESSES');
});

test('a machine without a GPU is blocked, and all right where none is asked for', async () => {
  const blocked = await runJust(project, ['gpu'], nowhere);
  assert.is(blocked.exitCode, 1);
  assert.match(blocked.stdout, /✖ gpu — no NVIDIA GPU is seen on this (machine|container) \(E_GPU_NONE\)\n {4}fix: /);
  const optional = await runJust(project, ['gpu', '--no-gpu'], nowhere);
  assert.is(optional.exitCode, 0);
  assert.match(optional.stdout, /no usable GPU, and none is asked for: no NVIDIA GPU is seen/);
  assert.is((await runJust(project, ['gpu', '--set', 'remote.gpu=optional'], nowhere)).exitCode, 0);
});

test('a broken driver is one sentence with its cure', async () => {
  const { exitCode, stdout } = await runJust(project, ['gpu', '--json'], on('mismatch'));
  assert.is(exitCode, 1);
  const { outcome, steps } = JSON.parse(stdout);
  assert.is(outcome, 'blocked');
  assert.equal([steps[0].state, steps[0].code], ['blocked', 'E_DRIVER_MISMATCH']);
  assert.match(steps[0].fix, /`sudo reboot`/);
});

test('a model that does not exist is wrong usage', async () => {
  const { exitCode, stderr, stdout } = await runJust(project, ['gpu', '--model', 'lama-3.1-8b'], on('rtx-3090'));
  assert.is(exitCode, 2);
  assert.match(stderr + stdout, /did you mean `--model=llama-3\.1-8b`/);
});

test('estimates without looking at any GPU, and writes nothing', async () => {
  const { exitCode, stdout } = await runJust(project, ['gpu', '--estimate', '--model', 'mistral-7b'], on('hung'));
  assert.is(exitCode, 0);
  assert.match(stdout, /mistral-7b needs 12\.2 GB = weights 4\.7 GB \+ LoRA 336 MB \+ optimizer 336 MB/);
  assert.match(stdout, /mistral-7b +2048 +2 × 8/);
  assert.not(fs.existsSync(path.join(project, '.just-lora')));
  const unknown = await runJust(project, ['gpu', '--estimate', '--model=a/b'], on('hung'));
  assert.is(unknown.exitCode, 3);
  assert.match(unknown.stdout, /\? gpu-estimate — .*its shape is not known before it is downloaded/);
});

test.run();
