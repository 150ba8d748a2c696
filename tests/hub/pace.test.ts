import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ConnectionLimit } from '../../tasks/hub/transfer/connection-limit';

const test = suite('how many connections');

/** Where a pace comes to in so many seconds on a line that brings `rate` bytes a second with so many connections. */
function targetAfter(pace: ConnectionLimit, seconds: number, rate: (connections: number) => number, utilization = 0.3): number {
  let bytes = 0;
  for (let ms = 0; ms < seconds * 1000; ms += 30) {
    bytes += rate(pace.target) * 0.03;
    pace.look({ nowMs: ms, bytes, live: pace.target, utilization });
  }
  return pace.target;
}

test('as many as may be where the server limits each of them', () => {
  assert.is(
    targetAfter(new ConnectionLimit(48), 2, (connections) => connections * 20e6),
    48,
  );
});

test('few where all of them share one line', () => {
  assert.is(
    targetAfter(new ConnectionLimit(24), 2, (connections) => 600e6 - connections),
    16,
  );
});

test('no more than bring more', () => {
  assert.is(
    targetAfter(new ConnectionLimit(64), 2, (connections) => Math.min(connections, 24) * 20e6),
    24,
  );
});

test('no more than a thread has time for', () => {
  assert.is(
    targetAfter(new ConnectionLimit(24), 2, (connections) => connections * 20e6, 0.95),
    16,
  );
});

test('more, after a rest, where the line became a faster one', () => {
  const pace = new ConnectionLimit(24);
  targetAfter(pace, 1, () => 100e6);
  assert.is(pace.target, 16);
  assert.is(
    targetAfter(pace, 20, (connections) => connections * 20e6),
    24,
  );
});

test('never more than the setting', () => {
  assert.is(
    targetAfter(new ConnectionLimit(3), 2, (connections) => connections * 20e6),
    3,
  );
});

test.run();
