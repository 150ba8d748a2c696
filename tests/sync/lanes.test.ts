import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { FileChange } from '../../tasks/sync/compare/change';
import { lanesOf } from '../../tasks/sync/session/apply-diff';
import { skip } from '../support/skip';
import { noSshd } from '../support/sshd';
import { contents, pair } from '../support/sync';

const test = suite('folders that travel side by side');

const part = (name: string, base = name) => ({
  folder: { name, required: false, own: [] },
  send: [{ action: 'added', kind: 'file', folder: base, name: 'x', bytes: 1 } as unknown as FileChange],
});
const lanes = (...parts: ReturnType<typeof part>[]) => lanesOf(parts).map((lane) => lane.map(({ folder }) => folder.name));

test('those that arrive in the same place go one behind the other, in their order', () => {
  assert.equal(lanes(part('data'), part('configs'), part('scripts')), [['data'], ['configs'], ['scripts']]);
  assert.equal(lanes(part('configs/a.yaml', 'configs'), part('data'), part('configs/b.yaml', 'configs')), [
    ['data'],
    ['configs/a.yaml', 'configs/b.yaml'],
  ]);
  assert.equal(lanes(part('adapters/first'), part('adapters')), [['adapters/first', 'adapters']]);
  assert.equal(lanes(part('a/b'), part('a/c'), part('a')), [['a/b', 'a/c', 'a']], 'one that touches two joins them');
  assert.equal(lanes(part('data'), part('data-raw')), [['data'], ['data-raw']], 'a name that only begins alike is another folder');
  assert.equal(lanes(), []);
});

if (noSshd) skip(test, 'over ssh', noSshd);
else
  for (const [direction, transfer] of [
    ['push', 'rsync'],
    ['pull', 'rsync'],
    ['push', 'scp'],
    ['pull', 'scp'],
  ] as const)
    test(`${direction} by ${transfer}: single files of one folder, a folder in another one, and others beside them`, async () => {
      const made = await pair();
      const [from, to] = direction === 'push' ? [made.project, made.there] : [made.there, made.project];
      const write = (name: string, bytes: number) => {
        fs.mkdirSync(path.dirname(path.join(from, name)), { recursive: true });
        fs.writeFileSync(path.join(from, name), crypto.randomBytes(bytes));
      };
      // The first to end must not take away where the others are still arriving.
      write('one/large.bin', 30_000_000);
      write('one/small.bin', 10);
      write('one/middle.bin', 3_000_000);
      for (let index = 0; index < 50; index++) write(`two/in/f${index}`, 1000);
      write('two/last.bin', 5_000_000);
      // The same name in several folders: each has its own contents.
      for (const folder of ['one', 'two', 'three', 'four']) write(`${folder}/x`, 2_000_000);
      made.configure(
        { transfer },
        { sync: { [direction]: ['one/large.bin', 'one/small.bin', 'one/middle.bin', 'one/x', 'two/in', 'two', 'three', 'four'] } },
      );
      const { exitCode, stderr, steps } = await made.json(`sync:${direction}`);
      assert.is(exitCode, 0, stderr);
      const { files, bytes } = steps[1].sent;
      assert.equal([files, bytes], [58, 46_050_010], 'each file is counted once');
      for (const folder of ['one', 'two', 'three', 'four'])
        assert.equal(contents(path.join(to, folder)), contents(path.join(from, folder)), folder);
      assert.is((await made.json(`sync:${direction}`)).outcome, 'unchanged');
    });

test.run();
