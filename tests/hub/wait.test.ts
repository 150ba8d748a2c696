import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { retryAfterMs } from '../../tasks/hub/http/retry-after';

const test = suite('how long a server wants us to wait');

const now = Date.parse('2026-01-01T00:00:00Z');

for (const [headers, ms] of [
  [{ 'retry-after': '3' }, 3000],
  [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:07 GMT' }, 7000],
  [{ 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' }, 0],
  [{ 'retry-after': 'soon', ratelimit: '"api";r=0;t=5' }, 5000],
  [{ ratelimit: '"resolvers";r=0;t=2' }, 2000],
  [{ ratelimit: '"api";r=20;t=290, "resolvers";r=0;t=12' }, 12_000],
  [{ ratelimit: '"api";r=0;t=4, "resolvers";r=0;t=12' }, 12_000],
  [{ ratelimit: '"api";t=4;r=0' }, 4000],
  [{ ratelimit: 'limit=100, remaining=0, t=9' }, 9000],
  [{ 'ratelimit-reset': '8' }, 8000],
  [{}, undefined],
] as const)
  test(JSON.stringify(headers), () => {
    assert.is(retryAfterMs({ headers }, now), ms);
  });

test.run();
