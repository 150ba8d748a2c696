import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { pageWithList } from '../../tools/api';
import { repository } from '../support/project';

const test = suite('docs/API.md');
const text = fs.readFileSync(path.join(repository, 'docs/API.md'), 'utf8');

test('lists what the package exports: `npm run api` writes it', () => {
  assert.match(text, /^### venvTask$/m);
  assert.is(pageWithList(text), text);
});

test('every task that `npx just` knows is exported', () => {
  const registered = fs.readFileSync(path.join(repository, 'tasks/register.ts'), 'utf8').match(/\b\w+Task(?=\()/g) ?? [];
  assert.ok(registered.length > 15);
  for (const name of registered) assert.ok(text.includes(`### ${name}\n`), name);
});

test.run();
