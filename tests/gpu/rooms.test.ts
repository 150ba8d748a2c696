import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { DriverAnswers, Gpu } from '../../tasks/gpu/driver/query-driver';
import { memoryByDriver, memoryByTorch, otherParts, torchOrder } from '../../tasks/gpu/memory/device-memory';
import { contextBytes } from '../../tasks/gpu/memory/memory';
import type { TorchProbe } from '../../tasks/gpu/torch/torch-half';

const test = suite('gpu: the memory of each device');
const gpu = (index: number, more: Partial<Gpu> = {}): Gpu =>
  ({
    index,
    name: `card ${index}`,
    memoryFreeBytes: 9e9,
    memoryTotalBytes: 10e9,
    mig: 'disabled',
    migDevices: [],
    processes: [],
    ...more,
  }) as unknown as Gpu;
const half = (...devices: Partial<TorchProbe['devices'][number]>[]): TorchProbe => ({
  layers: [],
  warnings: [],
  torch: undefined,
  devices: devices.map((device, index) => ({
    index,
    name: `cuda:${index}`,
    capability: '8.6',
    freeBytes: 5e9,
    totalBytes: 10e9,
    ...device,
  })),
});

test("nvidia-smi's numbers are those of a card that is whole", () => {
  const { freeBytes, totalBytes } = memoryByDriver(gpu(0));
  assert.equal([freeBytes, totalBytes], [9e9, 10e9]);
});

test('of a card that is split the part counts that CUDA shows: the one that is named, else the first', () => {
  const part = (profile: string, memoryBytes: number | undefined) => ({ gpuIndex: 0, profile, uuid: `MIG-${profile}`, memoryBytes });
  const migDevices = [part('1g.10gb', 10e9), part('3g.40gb', 40e9), part('odd', undefined)];
  const room = (visible?: string, more: Partial<Gpu> = {}) => {
    const { freeBytes, totalBytes, name } = memoryByDriver(gpu(0, { mig: 'enabled', migDevices, ...more }), visible);
    return [freeBytes, totalBytes, name];
  };
  const first = [10e9, 10e9, 'card 0, MIG 1g.10gb'];
  assert.equal([room(), room('0')], [first, first]);
  assert.equal(room('MIG-3g.40gb,MIG-1g.10gb'), [40e9, 40e9, 'card 0, MIG 3g.40gb']);
  assert.equal(room('MIG-odd'), [undefined, undefined, 'card 0, MIG odd']);
  // Of programs those that are in this part.
  const processes = ['MIG-1g.10gb', 'MIG-3g.40gb'].map((uuid) => ({ uuid, pid: 7, name: 'python', usedBytes: 4e9 }));
  assert.equal(room(undefined, { processes }), [6e9, 10e9, 'card 0, MIG 1g.10gb']);
});

test('another part is no cure in a job of a cluster: it belongs to others', () => {
  const one = { gpuIndex: 0, profile: '1g.10gb', uuid: 'MIG-1', memoryBytes: 10e9 };
  const answers = (scheduler?: { inJob: boolean }) => ({ machine: { scheduler }, gpus: [gpu(0, { migDevices: [one] })] }) as DriverAnswers;
  assert.equal([otherParts(answers()), otherParts(answers({ inJob: false })), otherParts(answers({ inJob: true }))], [[one], [one], []]);
});

test('torch counts what is visible, in that order', () => {
  const gpus = [gpu(0), gpu(1), gpu(2)];
  const cards = torchOrder({ gpus, visible: '2,0' } as DriverAnswers, [gpus[0] as Gpu]);
  assert.equal(
    cards.map((card) => [card.gpu.index, card.usable]),
    [
      [2, false],
      [0, true],
    ],
  );
});

test('beside a card that is split torch is shown what the training takes: whole cards, or one part with its own programs', () => {
  const processes = ['MIG-1', 'MIG-2'].map((uuid) => ({ uuid, pid: 7, name: uuid, usedBytes: 1e9 }));
  const migDevices = ['MIG-1', 'MIG-2'].map((uuid) => ({ gpuIndex: 1, profile: uuid, uuid, memoryBytes: 10e9 }));
  const [whole, split] = [gpu(0), gpu(1, { mig: 'enabled', migDevices, processes })];
  const shown = (usable: Gpu[], visible?: string) => torchOrder({ gpus: [whole, split], visible } as DriverAnswers, usable);
  assert.equal(shown([whole, split]), [{ gpu: whole, usable: true }]);
  const [card] = shown([split], 'MIG-2');
  assert.equal([card?.gpu.index, card?.gpu.processes.map(({ name }) => name)], [1, ['MIG-2']]);
  assert.equal(
    memoryByTorch(half({}), shown([split]), []).map(({ index }) => index),
    [1],
  );
});

test('a card that is left out has no room, the others keep the number that nvidia-smi has for them', () => {
  const cards = [
    { gpu: gpu(2), usable: false },
    { gpu: gpu(0), usable: true },
  ];
  assert.equal(
    memoryByTorch(half({}, {}), cards, []).map(({ index, name }) => [index, name]),
    [[0, 'cuda:1']],
  );
});

test('what the look took is free again, as far as the card goes; what was not measured stays unknown', () => {
  const [one, full, unknown] = memoryByTorch(half({}, { freeBytes: 9.9e9 }, { freeBytes: undefined }), [], []);
  assert.equal([one?.freeBytes, full?.freeBytes, unknown?.freeBytes], [5e9 + contextBytes, 10e9, undefined]);
});

test('where torch counts otherwise, who uses a card is known by its name', () => {
  const processes = [{ uuid: 'GPU-1', pid: 7, name: 'python', usedBytes: 1e9 }];
  const [room] = memoryByTorch(half({ name: 'card 4' }), [], [gpu(4, { processes })]);
  assert.equal(room?.processes, processes);
});

test.run();
