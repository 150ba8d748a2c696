import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { dataFiles, splitOf } from '../../tasks/data/rows/data-files';
import { contextIn } from '../support/context';
import { temporaryFolder } from '../support/project';
import { splitCases } from './split-cases';

const test = suite('files of rows');

test('a word in the name of a file or of its folders says what its rows are for', () => {
  for (const [name, split] of splitCases) assert.is(splitOf(name), split, name);
});

/** A project with these files of rows. */
function projectWith(names: readonly string[], root = temporaryFolder()) {
  for (const name of names) {
    const file = path.join(root, 'data/processed', name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, '{"text": "one"}\n');
  }
  return contextIn(root);
}

const found = (context: ReturnType<typeof contextIn>) => dataFiles(context).map(({ name, split }) => [name, split]);

test('folders above the data say nothing of it', () => {
  const context = projectWith(['rows.jsonl', 'valid/rows.jsonl'], path.join(temporaryFolder(), 'validation'));
  assert.equal(found(context), [
    ['data/processed/rows.jsonl', 'train'],
    ['data/processed/valid/rows.jsonl', 'validation'],
  ]);
});

test.run();
