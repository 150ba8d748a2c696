import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Gpu } from '../../tasks/gpu/driver/query-driver';
import { cudaVisibleDevices } from '../../tasks/gpu/driver/select-cards';

const test = suite('CUDA_VISIBLE_DEVICES');
const gpus = [
  { index: 0, uuid: 'GPU-aaaa-1', migDevices: [] },
  { index: 1, uuid: 'GPU-bbbb-2', migDevices: [{ uuid: 'MIG-7' }] },
  { index: 2, uuid: undefined, migDevices: [] },
] as unknown as Gpu[];

const table: readonly [visible: string | undefined, seen: number[]][] = [
  [undefined, [0, 1, 2]],
  ['', []],
  ['1', [1]],
  ['2,0', [2, 0]],
  ['0, 1', [0, 1]],
  ['0,0', [0]],
  ['GPU-bbbb', [1]],
  ['MIG-7', [1]],
  // CUDA itself stops at the first entry that it does not know.
  ['0,9,1', [0]],
  ['-1', []],
  ['NoDevFiles', []],
];
for (const [visible, seen] of table)
  test(`${visible ?? 'not set'}: ${seen.join(', ') || 'none'}`, () =>
    assert.equal(
      cudaVisibleDevices(gpus, visible).map(({ index }) => index),
      seen,
    ));

test.run();
