import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fileByFile, literalBytes, parseItem, parseRsyncVersion, progressBytes } from '../../tasks/sync/answers/rsync-output';
import { WrongAnswer } from '../../tasks/sync/answers/wrong-answer';

const test = suite('what rsync prints');

for (const [text, flavour, shown] of [
  ['rsync  version 3.5.0  protocol version 32\nCopyright', 'gnu', '3.5.0'],
  ['rsync  version v3.2.7  protocol version 31', 'gnu', '3.2.7'],
  ['rsync  version 2.6.9  protocol version 29', 'old', '2.6.9'],
  ['rsync  version 3.0.9  protocol version 30', 'old', '3.0.9'],
  ['openrsync: protocol version 29\nrsync version 2.6.9 compatible', 'openrsync', 'openrsync'],
] as const)
  test(`${JSON.stringify(text)} is ${flavour}`, () => {
    const version = parseRsyncVersion(text);
    assert.equal([version?.flavour, version?.text], [flavour, shown]);
  });

test('something else is no version', () => assert.is(parseRsyncVersion('sh: rsync: command not found'), undefined));

for (const [line, flavour, expected] of [
  ['>f+++++++++|12|a/b.txt', 'gnu', ['added', 'file', 'a/b.txt', 12]],
  ['<f.st......|7|name', 'gnu', ['changed', 'file', 'name', 7]],
  ['<f..t....|7|name', 'gnu', ['changed', 'file', 'name', 7]],
  ['<f+++++++|12|x', 'old', ['added', 'file', '12|x', undefined]],
  ['cd+++++++++|4096|sub/', 'gnu', ['added', 'folder', 'sub', 0]],
  ['cL+++++++++|5|link', 'openrsync', ['added', 'link', 'link', 5]],
  ['.d..t......|4096|sub/', 'gnu', undefined],
  ['.f..t......|5|same', 'gnu', undefined],
  ['cd+++++++++|4096|./', 'gnu', undefined],
  ['*deleting  |0|old file', 'gnu', ['deleted', 'file', 'old file', 0]],
  ['*deleting|12|x', 'old', ['deleted', 'file', '12|x', 0]],
  ['*deleting sub/', 'gnu', ['deleted', 'folder', 'sub', 0]],
  ['>f+++++++++|1|new\\#012line', 'gnu', ['added', 'file', 'new\nline', 1]],
  ['>f+++++++++|1|b\\#134#012c', 'gnu', ['added', 'file', 'b\\#012c', 1]],
  ['sending incremental file list', 'gnu', undefined],
  ['Number of files: 3', 'gnu', undefined],
] as const)
  test(`${line} (${flavour})`, () => {
    const item = parseItem(line, flavour);
    assert.equal(item && [item.action, item.kind, item.name, item.bytes], expected as unknown);
  });

test('a link has its target, also where either has an arrow in its name', () => {
  for (const [told, name, target] of [
    ['3|inside -> sub', 'inside', 'sub'],
    ['6|x -> y -> a -> b', 'x -> y', 'a -> b'],
    ['1|x -> y -> z', 'x -> y', 'z'],
    // A file system that does not tell the length.
    ['0|x -> y', 'x', 'y'],
  ] as const) {
    const item = parseItem(`cL+++++++++|${told}`, 'gnu');
    assert.equal([item?.name, item?.target], [name, target]);
  }
  for (const told of ['5|link', '0|a -> b -> c', '3| -> sub', '3|../x -> sub'])
    assert.throws(
      () => parseItem(`cL+++++++++|${told}`, 'gnu'),
      (error: Error) => error instanceof WrongAnswer,
      told,
    );
});

test('a name that leads elsewhere, however it is written, and a size that is none, are no item', () => {
  for (const line of [
    '>f+++++++++|1|../x',
    '>f+++++++++|1|a/../../x',
    '>f+++++++++|1|/etc/passwd',
    '>f+++++++++|1|a//b',
    '>f+++++++++|1|\\#056\\#056/x',
    'cd+++++++++|1|../',
    '*deleting  |0|../x',
    '*deleting ../x/',
    '>f+++++++++|x|a',
    '>f+++++++++|99999999999999999999|a',
    `>f+++++++++|1|${'x'.repeat(256)}`,
  ])
    assert.throws(
      () => parseItem(line, 'gnu'),
      (error: Error) => error instanceof WrongAnswer,
      line,
    );
  // Above one byte in base 8 there is none: `\\#456` would be a dot.
  assert.is(parseItem('>f+++++++++|1|\\#456\\#456', 'gnu')?.name, '\\#456\\#456');
});

test('progress is bytes, whatever the percent says, and file by file it sums up', () => {
  assert.is(progressBytes('     53,000,000 100%  510.24MB/s    0:00:00 (xfr#7, to-chk=3/11)'), 53_000_000);
  assert.is(progressBytes('    32768  18%    0.00kB/s    0:00:00'), 32_768);
  assert.is(progressBytes('train.jsonl'), undefined);
  const sum = fileByFile();
  assert.equal([10, 50, 100, 5, 20].map(sum), [10, 50, 100, 105, 120]);
  assert.is(literalBytes('x\nLiteral data: 1,234 bytes'), 1234);
  assert.is(literalBytes('Unmatched data: 1234 B'), 1234);
});

test.run();
