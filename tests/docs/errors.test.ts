import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { repository } from '../support/project';

const test = suite('docs/ERRORS.md');

const sources = fs
  .readdirSync(path.join(repository, 'tasks'), { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.(ts|py)$/.test(file))
  .map((file) => fs.readFileSync(path.join(repository, 'tasks', file), 'utf8'));
const used = new Set(sources.flatMap((text) => [...text.matchAll(/['"`](E_[A-Z0-9_]+)['"`]/g)].map(([, code]) => code as string)));
const text = fs.readFileSync(path.join(repository, 'docs/ERRORS.md'), 'utf8');
const documented = [...text.matchAll(/^## (E_[A-Z0-9_]+)$/gm)].map(([, code]) => code as string);

test('has an entry for every code, and none for a code that is gone', () => {
  assert.ok(used.size >= 10);
  assert.equal([...used].filter((code) => !documented.includes(code)).sort(), [], 'codes without an entry');
  assert.equal(
    documented.filter((code) => !used.has(code)),
    [],
    'entries without a code',
  );
});

test('is sorted, and each entry has a cure', () => {
  assert.equal(documented, [...documented].sort());
  for (const entry of text.split(/^## /m).slice(1)) assert.match(entry, /^Cure: /m, entry.split('\n')[0]);
});

test.run();
