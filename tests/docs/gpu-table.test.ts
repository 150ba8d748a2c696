import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { pageWithTable } from '../../tools/gpu-table';
import { repository } from '../support/project';

const test = suite('docs/GPU.md');
const text = fs.readFileSync(path.join(repository, 'docs/GPU.md'), 'utf8');

test('has the table that the estimate makes: `npm run memory` writes it', () => {
  assert.match(text, /\| llama-3\.1-8b \| 1024 \| 2 × 8 \|/);
  assert.is(pageWithTable(text), text);
});

test.run();
