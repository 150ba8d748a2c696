import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { contextWith } from '../support/context';
import { temporaryFolder } from '../support/project';
import { asked, inHome, synced } from '../support/sync-here';

const test = suite('patterns that rsync takes for more');

const names = ['!', '+ x', '- x', '. x', ': x', 'k', 'x', '.DS_Store'];

for (const pattern of ['!', '+ x', '- x', '. x', ': x'])
  for (const option of ['exclude', 'include'])
    test(`--${option}=${pattern} means the file of that name`, async () => {
      const there = temporaryFolder('jl-volume');
      const context = inHome(contextWith({ remotes: { disk: { type: 'local', path: there } }, sync: { push: ['data'] } }));
      fs.mkdirSync(path.join(context.root, 'data'));
      for (const name of names) fs.writeFileSync(path.join(context.root, 'data', name), name);
      const { state, found } = await synced(asked(context, { [option]: pattern }), 'push');
      assert.is(state, 'done', found);
      const plain = names.filter((name) => name !== '.DS_Store');
      const meant = option === 'include' ? [pattern] : plain.filter((name) => name !== pattern);
      assert.equal(fs.readdirSync(path.join(there, 'data')).sort(), meant.sort());
    });

test('the cure for a missing file is not to make folders', async () => {
  const there = temporaryFolder('jl-volume');
  const context = inHome(
    contextWith({ remotes: { disk: { type: 'local', path: there } }, sync: { push: ['data/processed/train.jsonl'] } }),
  );
  const { code, fix } = await synced(context, 'push');
  assert.is(code, 'E_SOURCE_MISSING');
  assert.not.match(fix ?? '', /mkdirs/);
  assert.match((await synced(asked(context, { only: 'data/processed' }), 'push')).fix ?? '', /^`npx just mkdirs`/);
});

test.run();
