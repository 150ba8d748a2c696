import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { travels } from '../../tasks/common/pattern';
import { shownName } from '../../tasks/common/shown-name';

const test = suite('names and patterns');

test('two names never look the same, and none steers the terminal', () => {
  const names = ['a\nb', 'a\\nb', 'a\u001b[2J', '\xff', '\\xff', 'Ã¼', '\u00e2\u0080\u00ae'];
  const shown = names.map(shownName);
  assert.is(new Set(shown).size, names.length);
  assert.equal(shown, ['a\\nb', 'a\\\\nb', 'a\\x1b[2J', '\\xff', '\\\\xff', 'ü', '\\u{202e}']);
});

test('patterns are read as rsync reads them', () => {
  const rules = { own: ['.gitkeep', '/*.local.yaml'], include: [], exclude: ['*.tmp', 'cache/', '/top'] };
  const names = [
    'a',
    'x.tmp',
    'sub/y.tmp',
    'cache/z',
    'sub/cache/z',
    'top',
    'sub/top',
    '.gitkeep',
    'sub/.gitkeep',
    'setup.local.yaml',
    'sub/setup.local.yaml',
  ];
  assert.equal(
    names.filter((name) => travels(name, rules)),
    ['a', 'sub/top', 'sub/setup.local.yaml'],
  );
  assert.equal(
    ['a.jsonl', 'b.txt'].filter((name) => travels(name, { own: [], include: ['*.jsonl'], exclude: [] })),
    ['a.jsonl'],
  );
  assert.equal(
    ['keep.bin', 'b.bin', 'c'].filter((name) => travels(name, { own: [], include: ['keep.bin'], exclude: ['*.bin'] })),
    ['keep.bin', 'c'],
  );
});

test.run();
