import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { DriverAnswers, Gpu } from '../../tasks/gpu/driver/query-driver';
import { cardVariables, cudaVisibleDevices, orderWarning, together, visiblePart } from '../../tasks/gpu/driver/select-cards';
import { countVisibleDevices } from '../../tasks/gpu/driver/visible-devices';

const test = suite('CUDA_VISIBLE_DEVICES');
const gpu = (index: number, uuid: string | undefined, ...parts: string[]) =>
  ({
    index,
    uuid,
    name: `card ${index}`,
    mig: parts.length > 0 ? 'enabled' : 'disabled',
    migDevices: parts.map((part) => ({ gpuIndex: index, uuid: part, profile: part })),
  }) as unknown as Gpu;
const numbers = (cards: readonly Gpu[]) => cards.map(({ index }) => index);

/**
 * What `_parse_visible_devices` and `_transform_uuid_to_ordinals` of torch/cuda/__init__.py, 2.1.0 and 2.10.0, answered to these values on
 * a machine of these three UUIDs.
 */
const whole = [gpu(0, 'GPU-aaaa-1'), gpu(1, 'GPU-bbbb-2'), gpu(2, 'GPU-aacc-3')];
const byTorch: readonly [visible: string, seen: number[]][] = [
  ['', []],
  ['1', [1]],
  ['2,0', [2, 0]],
  // A blank beside a number is none of it.
  ['0, 1', [0, 1]],
  [' 0 , 1 ', [0, 1]],
  // A card that is named twice hides all.
  ['0,0', []],
  ['00,0', []],
  ['+0,0', []],
  ['0,9,9', []],
  ['GPU-bbbb-2,GPU-bbbb-2', []],
  ['GPU-bbbb,GPU-bbbb-2', []],
  // A number is what an entry begins with.
  ['00', [0]],
  ['+0', [0]],
  ['-0', [0]],
  ['0x1', [0]],
  ['1gpu,2ampere', [1, 2]],
  // The first entry that names no card ends the list.
  ['1,-1,0', [1]],
  ['0,9,1', [0]],
  ['9,0', []],
  ['0,', [0]],
  ['0,,1', [0]],
  [',0', []],
  ['-1', []],
  ['NoDevFiles', []],
  ['all', []],
  // The beginning of a UUID, as long as it is that of one card alone.
  ['GPU-bbbb', [1]],
  ['GPU-bbbb,GPU-aaaa', [1, 0]],
  ['GPU-bbbb,', [1]],
  ['GPU-aa', []],
  ['GPU-bbbb,GPU-aa', [1]],
  ['GPU-zz,GPU-bbbb', []],
  // As it is written, and of one kind.
  ['GPU-bbbb,0', [1]],
  ['0,GPU-bbbb', [0]],
  ['GPU-bbbb, GPU-aaaa', [1]],
  [' GPU-bbbb', []],
  ['gpu-bbbb', []],
  ['GPU-BBBB', []],
];
for (const [visible, seen] of byTorch)
  test(`"${visible}": ${seen.join(', ') || 'none'}`, () => assert.equal(numbers(cudaVisibleDevices(whole, visible)), seen));

test('not set: all; a card without a UUID by its number alone', () => {
  assert.equal(numbers(cudaVisibleDevices(whole, undefined)), [0, 1, 2]);
  assert.equal(numbers(cudaVisibleDevices([gpu(0, undefined), gpu(1, undefined)], '1,0')), [1, 0]);
});

const counts: readonly [visible: string | undefined, devices: number | undefined][] = [
  [undefined, undefined],
  ['', 0],
  ['0', 1],
  [' 2 , 0 ', 2],
  ['0,0', 0],
  ['0,-1,1', 1],
  ['NoDevFiles', 0],
  ['GPU-3f8a11c0,GPU-3f8a11c1', 2],
  ['GPU-3f8a11c0,0', 1],
  // One of them is all that CUDA shows.
  ['MIG-3f8a11c0-5c3e,MIG-3f8a11c1-5c3e', 1],
  ['MIG-3f8a11c0-5c3e,MIG-3f8a11c0-5c3e', 0],
];
for (const [visible, devices] of counts)
  test(`no driver asked, ${visible === undefined ? 'not set' : `"${visible}"`}: ${devices ?? 'not known'}`, () =>
    assert.is(countVisibleDevices(visible), devices));

const split = gpu(1, 'GPU-bbbb-2', 'MIG-7', 'MIG-8');
const parts: readonly [visible: string | undefined, part: string | undefined, exported: string][] = [
  [undefined, 'MIG-7', 'MIG-7,MIG-8'],
  ['1', 'MIG-7', 'MIG-7,MIG-8'],
  ['GPU-bbbb', 'MIG-7', 'MIG-7,MIG-8'],
  ['MIG-8', 'MIG-8', 'MIG-8'],
  // CUDA takes the first that is named, whatever the order of `nvidia-smi -L`.
  ['MIG-8,MIG-7', 'MIG-8', 'MIG-8,MIG-7'],
  ['MIG-8,0', 'MIG-8', 'MIG-8'],
  // The name of drivers before 470, which `nvidia-smi -L` of a newer one does not show: the part is there, and not known.
  ['MIG-GPU-bbbb-2/5/0', undefined, 'MIG-GPU-bbbb-2/5/0'],
];
for (const [visible, part, exported] of parts)
  test(`of a split card, ${visible ?? 'not set'}: ${part ?? 'a part that is not known'}`, () => {
    assert.equal(numbers(cudaVisibleDevices([gpu(0, 'GPU-aaaa-1'), split], visible)).includes(1), true);
    assert.is(visiblePart(split, visible)?.uuid, part);
    assert.is(cardVariables([split], visible).CUDA_VISIBLE_DEVICES, exported);
  });

test('of drivers before 470 the name is that of `nvidia-smi -L`; the only part is the one', () => {
  const old = gpu(0, 'GPU-1', 'MIG-GPU-1/1/0', 'MIG-GPU-1/2/0');
  assert.is(visiblePart(old, 'MIG-GPU-1/2/0')?.uuid, 'MIG-GPU-1/2/0');
  assert.is(visiblePart(gpu(0, 'GPU-1', 'MIG-7'), 'MIG-GPU-1/3/0')?.uuid, 'MIG-7');
});

test('a part that is named twice, one that is not there, and one behind it are hidden', () => {
  for (const visible of ['MIG-8,MIG-8', 'MIG-9', 'MIG-9,MIG-8', 'MIG-GPU-cccc/1/0', 'mig-8'])
    assert.equal(cudaVisibleDevices([split], visible), [], visible);
});

test('a split card and whole ones are never shown together', () => {
  const [first, last] = [gpu(0, 'GPU-aaaa-1'), gpu(2, 'GPU-aacc-3')] as const;
  assert.equal(
    [numbers(together([first, split, last])), numbers(together([split, last])), numbers(together([split, split]))],
    [[0, 2], [2], [1]],
  );
  assert.is(cardVariables([first, split, last]).CUDA_VISIBLE_DEVICES, 'GPU-aaaa-1,GPU-aacc-3');
  assert.is(cardVariables([split, last]).CUDA_VISIBLE_DEVICES, 'GPU-aacc-3');
  assert.is(cardVariables([split, split]).CUDA_VISIBLE_DEVICES, 'MIG-7,MIG-8');
});

test('of mixed cards a number is told, however it is written, and a UUID is not', () => {
  const told = (visible: string) => orderWarning({ gpus: whole, visible, order: undefined } as unknown as DriverAnswers, [whole[1] as Gpu]);
  assert.match(told('+1') ?? '', /is GPU 1 \(card 1\) here/);
  assert.is(told('GPU-bbbb'), undefined);
});

test.run();
