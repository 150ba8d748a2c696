import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { machineOf } from '../../tasks/gpu/driver/machine';
import type { DriverAnswers, Gpu } from '../../tasks/gpu/driver/query-driver';
import { driverLayers } from '../../tasks/gpu/layers/driver-layers';
import { torchBuild } from '../../tasks/knowledge/torch';
import { thisHost } from '../../tasks/platform';
import { temporaryFolder } from '../support/project';

const test = suite('gpu: several cards');
const card = (index: number, capability: string, more: Partial<Gpu> = {}): Gpu => ({
  index,
  name: `card ${index}`,
  uuid: undefined,
  driver: '535.129.03',
  memoryTotalBytes: 24e9,
  memoryFreeBytes: 24e9,
  mig: undefined,
  faults: [],
  capability,
  health: undefined,
  processes: [],
  migDevices: [],
  ...more,
});
const answers = (gpus: Gpu[]): DriverAnswers => ({
  machine: machineOf({ ...thisHost(), systemRoot: temporaryFolder() }),
  program: '/usr/bin/nvidia-smi',
  fault: undefined,
  gpus,
  cudaOfDriver: '12.2',
  cudaOfToolkit: undefined,
  xids: [],
  lost: [],
  order: undefined,
  visible: undefined,
});
const choice = { profile: 'compat', torch: { version: '2.1.2', build: torchBuild('2.1.2') }, covering: () => undefined } as const;
const judge = (...gpus: Gpu[]) => driverLayers(answers(gpus), { fourBit: true, computeType: 'bfloat16', attention: 'auto', choice });

test('cards of one kind need no word', () => {
  const { warnings, usable, layers } = judge(card(0, '8.6'), card(1, '8.6'));
  assert.equal([warnings, usable.length], [[], 2]);
  assert.is(layers.at(-1)?.found, '8.6');
});

test('cards of different kinds wait for each other', () => {
  const { warnings, layers } = judge(card(0, '8.6'), card(1, '9.0'));
  assert.equal(warnings, ['the GPUs are of different kinds: each step waits for the slowest']);
  assert.is(layers.at(-1)?.found, '8.6, 9.0');
});

test('a card that fails is left out with a word, and decides nothing for the others', () => {
  const sick = card(0, '8.6', { health: { index: 0, computeMode: 'prohibited', uncorrectedErrors: undefined } });
  const { warnings, usable, layers } = judge(sick, card(1, '8.6'));
  assert.equal(
    usable.map(({ index }) => index),
    [1],
  );
  assert.match(warnings.join(), /GPU 0 \(card 0\) is left out: .*Prohibited; `export CUDA_DEVICE_ORDER=PCI_BUS_ID CUDA_VISIBLE_DEVICES=1`/);
  assert.ok(layers.every(({ state }) => state !== 'broken'));
});

test('where none passes the first fault is the answer, and no card goes on', () => {
  const { layers, usable } = judge(card(0, '7.0'), card(1, '6.1'));
  const last = layers.at(-1);
  assert.equal([last?.name, last?.state === 'broken' && last.code, usable], ['capability', 'E_GPU_BFLOAT16', []]);
});

test.run();
