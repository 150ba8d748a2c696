import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { DriverAnswers, Gpu } from '../../tasks/gpu/driver/query-driver';
import { memoryByDriver, memoryByTorch, torchOrder } from '../../tasks/gpu/memory/device-memory';
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

test('of a card that is split the largest part counts', () => {
  const part = (profile: string, memoryBytes: number | undefined) => ({ gpuIndex: 0, profile, uuid: profile, memoryBytes });
  const split = (...migDevices: Gpu['migDevices']) => memoryByDriver(gpu(0, { mig: 'enabled', migDevices }));
  const room = split(part('1g.10gb', 10e9), part('3g.40gb', 40e9), part('odd', undefined));
  assert.equal([room.freeBytes, room.totalBytes, room.name], [40e9, 40e9, 'card 0, MIG 1g.10gb, 3g.40gb, odd']);
  assert.is(split(part('odd', undefined)).freeBytes, undefined);
});

test('torch counts what is visible, in that order; parts of a card it counts by itself', () => {
  const gpus = [gpu(0), gpu(1), gpu(2)];
  const cards = torchOrder({ gpus, visible: '2,0' } as DriverAnswers, [gpus[0] as Gpu]);
  assert.equal(
    cards.map((card) => [card.gpu.index, card.usable]),
    [
      [2, false],
      [0, true],
    ],
  );
  assert.equal(torchOrder({ gpus: [gpu(0, { mig: 'enabled' })], visible: undefined } as DriverAnswers, []), []);
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
