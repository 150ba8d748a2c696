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

test('a link to a folder elsewhere is followed, and a circle of links is not', () => {
  const context = projectWith(['rows.jsonl', 'weather/rows.jsonl']);
  const folder = path.join(context.root, 'data/processed');
  const elsewhere = temporaryFolder();
  for (const name of ['rows.jsonl', 'deep/er.json', '.cache/rows.jsonl', 'readme.txt']) {
    fs.mkdirSync(path.dirname(path.join(elsewhere, name)), { recursive: true });
    fs.writeFileSync(path.join(elsewhere, name), '{"text": "one"}\n');
  }
  const links = {
    ext: elsewhere,
    'weather/validation': elsewhere,
    '.hidden': elsewhere,
    alias: 'weather',
    self: '.',
    around: '../..',
    'gone.jsonl': 'nowhere',
    'one.jsonl': path.join(elsewhere, 'rows.jsonl'),
  };
  for (const [name, target] of Object.entries(links)) fs.symlinkSync(target, path.join(folder, name));
  // A circle of links, and one from there to the data.
  fs.symlinkSync(elsewhere, path.join(elsewhere, 'again'));
  fs.symlinkSync(folder, path.join(elsewhere, 'data'));
  assert.equal(
    dataFiles(context).map(({ name, split, isLinked = false }) => [name.replace('data/processed/', ''), split, isLinked]),
    [
      ['ext/deep/er.json', 'train', true],
      ['ext/rows.jsonl', 'train', true],
      ['one.jsonl', 'train', false],
      ['rows.jsonl', 'train', false],
      ['weather/rows.jsonl', 'train', false],
      ['weather/validation/deep/er.json', 'validation', true],
      ['weather/validation/rows.jsonl', 'validation', true],
    ],
  );
  fs.rmSync(folder, { recursive: true });
  fs.symlinkSync(elsewhere, folder);
  assert.equal(found(context), [
    ['data/processed/deep/er.json', 'train'],
    ['data/processed/rows.jsonl', 'train'],
  ]);
});

test.run();
