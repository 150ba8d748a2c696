import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { RangeWriter } from '../../tasks/hub/partials/range-writer';
import { ConnectionLimit } from '../../tasks/hub/transfer/connection-limit';
import type { FileDownload } from '../../tasks/hub/transfer/file-download';

const test = suite('how many connections');

interface Line {
  /** Bytes a second that so many connections bring together while they receive. */
  rate(connections: number): number;
  /** The share of their time for which they receive; the rest they wait for what a far server takes. */
  receiving?: number;
  /** How busy the thread is. */
  utilization?: number;
}

/** Where a limit comes to in so many seconds. */
function targetAfter(limit: ConnectionLimit, seconds: number, { rate, receiving = 1, utilization = 0.3 }: Line): number {
  const measured = { bytes: 0, receivingMs: 0, activeMs: 0 };
  for (let nowMs = 0; nowMs < seconds * 1000; nowMs += 30) {
    measured.bytes += rate(limit.target) * receiving * 0.03;
    measured.receivingMs += limit.target * receiving * 30;
    measured.activeMs += utilization * 30;
    limit.look({ ...measured, nowMs, live: limit.target });
  }
  return limit.target;
}

test('as many as may be where the server limits each of them', () => {
  assert.is(targetAfter(new ConnectionLimit(48), 2, { rate: (connections) => connections * 20e6 }), 48);
});

test('few where all of them share one line', () => {
  assert.is(targetAfter(new ConnectionLimit(24), 2, { rate: (connections) => 600e6 - connections }), 16);
});

test('as many as may be where they wait for a far server most of the time', () => {
  assert.is(targetAfter(new ConnectionLimit(96), 3, { rate: (connections) => connections * 20e6, receiving: 0.2 }), 96);
});

test('no more than bring more', () => {
  assert.is(targetAfter(new ConnectionLimit(64), 2, { rate: (connections) => Math.min(connections, 24) * 20e6 }), 32);
});

test('no more than a thread has time for', () => {
  assert.is(targetAfter(new ConnectionLimit(24), 2, { rate: (connections) => connections * 20e6, utilization: 0.95 }), 16);
});

test('more, after a rest, where the line became a faster one', () => {
  const pace = new ConnectionLimit(24);
  targetAfter(pace, 1, { rate: () => 100e6 });
  assert.is(pace.target, 16);
  assert.is(targetAfter(pace, 20, { rate: (connections) => connections * 20e6 }), 24);
});

test('never more than the setting', () => {
  assert.is(targetAfter(new ConnectionLimit(3), 2, { rate: (connections) => connections * 20e6 }), 3);
});

test('a piece that was asked for when the line held more is written down as often as what it holds now demands', () => {
  const notes: number[] = [];
  const job = { put: () => undefined, note: (start: number, end: number) => notes.push(end - start) } as unknown as FileDownload;
  let every = 10_000_000;
  const writer = new RangeWriter({ job, came: () => undefined, wrote: () => undefined, noteEvery: () => every }, [0, 6_000_000]);
  const takeAll = (bytes: number) => {
    for (let at = 0; at < bytes; at += 50_000) writer.take(Buffer.alloc(50_000));
  };
  takeAll(3_000_000);
  assert.equal(notes, [1_000_000, 1_000_000, 1_000_000], 'a sixth of it each time');
  every = 200_000;
  takeAll(1_000_000);
  assert.equal(notes.slice(3), Array(5).fill(200_000));
  every = 1;
  takeAll(200_000);
  assert.equal(notes.slice(8), [100_000, 100_000], 'each word costs a write');
});

test.run();
