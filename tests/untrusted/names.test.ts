import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { collidingNames, modelFileFault, relativeFault } from '../../tasks/untrusted/names';
import { mutations } from '../support/mutate';

const test = suite('names from outside');

test('a path below a folder, and nothing else', () => {
  for (const good of ['a', 'a/b.txt', '-x', 'a b', '...', '.hidden', 'ä/ö', `${'x'.repeat(255)}/y`])
    assert.is(relativeFault(good), undefined, good);
  for (const bad of ['', '/', '/a', '.', '..', './a', '../a', 'a/../b', 'a/..', 'a//b', 'a/', 'a\0b', 'x'.repeat(256), 'a/'.repeat(3000)])
    assert.type(relativeFault(bad), 'string', bad);
  // 200 letters of two bytes: too long as text, and right as bytes that were read one by one.
  assert.type(relativeFault('ä'.repeat(200)), 'string');
  assert.is(relativeFault('ä'.repeat(200), 'latin1'), undefined);
  // As bytes these are `..` and `../x`.
  for (const bad of ['\u012e\u012e', '\u012e\u012e\u012fx']) assert.type(relativeFault(bad, 'latin1'), 'string');
});

test('names that a file of a model may have', () => {
  for (const good of [
    'config.json',
    '.gitattributes',
    '.gitignore',
    'original/params.json',
    'console.txt',
    'com.txt',
    'note:b',
    'nullable',
    '日本/モデル.bin',
  ])
    assert.is(modelFileFault(good), undefined, good);
  for (const bad of [
    '../x',
    '.git/config',
    '.GIT/config',
    'a/.Git',
    '.git./x',
    '.git /x',
    'GIT~1/x',
    '.g\u200cit/x',
    '.cache/x',
    'a/.CACHE/b',
    '.Just-Lora/x',
    'C:/x',
    'c:x',
    'a/d:/x',
    'con',
    'a/NUL.txt',
    'Com1.json',
    'lpt²',
    'aux',
    'a\\b',
    'a\u0007',
    'a\u009bb',
    'a\u202eb',
    '\ud800',
    'a.',
    'a ',
    'a./b',
    'ﾠ\u200b',
    '．．/x',
  ])
    assert.type(modelFileFault(bad), 'string', JSON.stringify(bad));
});

test('names that cannot lie beside each other', () => {
  for (const [names, pair] of [
    [
      ['a', 'b', 'a/b'],
      ['a', 'a/b'],
    ],
    [
      ['a/b', 'a'],
      ['a/b', 'a'],
    ],
    [
      ['README.md', 'x', 'readme.md'],
      ['README.md', 'readme.md'],
    ],
    [['A/x', 'a/y'], undefined],
    [['a/x', 'a/y', 'b'], undefined],
    [
      ['caf\u00e9', 'cafe\u0301'],
      ['caf\u00e9', 'cafe\u0301'],
    ],
    [
      ['A/b/c', 'a/B'],
      ['A/b/c', 'a/B'],
    ],
    [
      ['x/y', 'X'],
      ['x/y', 'X'],
    ],
  ] as const)
    assert.equal(collidingNames(names), pair, names.join(' '));
});

test('2,000 names, nearly right: none that passes leads out', () => {
  const path = require('node:path') as typeof import('node:path');
  for (const name of mutations(['config.json', 'a/b/c.safetensors', 'original/tokenizer.model'], 2000)) {
    if (relativeFault(name)) continue;
    assert.ok(path.resolve('/top', name).startsWith('/top/'), JSON.stringify(name));
  }
});

test.run();
