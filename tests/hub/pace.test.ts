import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ConnectionLimit } from '../../tasks/hub/transfer/connection-limit';

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

test.run();
