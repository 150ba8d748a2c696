import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { watchGrowth } from '../../../tasks/environments/python/growth';
import { thisHost } from '../../../tasks/platform';
import { contextIn } from '../../support/context';
import { temporaryFolder } from '../../support/project';
import { until } from '../../support/until';

const test = suite('how much of what is being downloaded is there');

test('what uv is unpacking counts as it grows, and nothing that lay there before or has its name; none is told once it is over', async () => {
  const cache = temporaryFolder('jl-cache');
  const put = (name: string, bytes: number) => {
    fs.mkdirSync(path.dirname(path.join(cache, name)), { recursive: true });
    fs.writeFileSync(path.join(cache, name), Buffer.alloc(bytes));
  };
  put('.tmpOld/wheel', 5_000_000);
  const context = contextIn(temporaryFolder());
  const told: number[] = [];
  const stop = watchGrowth({ ...context, host: { ...thisHost(), env: { UV_CACHE_DIR: cache } } }, 'uv', (bytes) => told.push(bytes));
  put('archive-v0/done/wheel', 3_000_000);
  put('.tmpNew/torch/a.py', 1_000_000);
  await until(() => told.length > 0);
  assert.ok((told[0] ?? 0) >= 1_000_000 && (told[0] ?? 0) < 1_100_000, `${told}`);
  put('.tmpNew/torch/lib/b.so', 2_000_000);
  await until(() => (told.at(-1) ?? 0) >= 3_000_000);
  assert.ok((told.at(-1) ?? 0) < 3_200_000, `${told}`);
  stop();
  const count = told.length;
  put('.tmpNew/more', 1_000_000);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  assert.is(told.length, count);
});

test.run();
