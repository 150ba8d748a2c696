import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bytes, duration, remaining, roughly } from '../../tasks/common/format';

const test = suite('sizes and times as a person reads them');

const hour = 3_600_000;

test('no time has sixty seconds or sixty minutes, at any border', () => {
  const times = [0, 999, 1000, 59_400, 59_999, 60_000, 61_500, 119_400, 119_700, 3_599_400, 3_599_700, hour, 1.5 * hour, 26 * hour];
  assert.equal(times.map(duration), [
    '0 ms',
    '999 ms',
    '1.0 s',
    '59.4 s',
    '1 min 0 s',
    '1 min 0 s',
    '1 min 2 s',
    '1 min 59 s',
    '2 min 0 s',
    '59 min 59 s',
    '1 h 0 min',
    '1 h 0 min',
    '1 h 30 min',
    '26 h 0 min',
  ]);
  for (let ms = 0; ms < 3 * hour; ms += 7919)
    for (const text of [duration(ms), roughly(ms), remaining(ms)]) assert.not.match(text, /\b60 (?:s|min)\b|\b60\.0 s/, `${ms}`);
});

test('sizes are of a thousand, and of three digits', () => {
  assert.equal([0, 999, 1000, 999_499, 999_500, 16_060_522_240].map(bytes), ['0 B', '999 B', '1 kB', '999 kB', '1 MB', '16.1 GB']);
});

test.run();
