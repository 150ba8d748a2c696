import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fileByFile, literalBytes, parseItem, parseRsyncVersion, progressBytes } from '../../tasks/parse/rsync-output';

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

for (const [line, sized, expected] of [
  ['>f+++++++++|12|a/b.txt', true, ['added', 'file', 'a/b.txt', 12]],
  ['<f.st......|7|name', true, ['changed', 'file', 'name', 7]],
  ['<f..t....|7|name', true, ['changed', 'file', 'name', 7]],
  ['<f+++++++|12|x', false, ['added', 'file', '12|x', undefined]],
  ['cd+++++++++|4096|sub/', true, ['added', 'folder', 'sub', 0]],
  ['cL+++++++++|5|link', true, ['added', 'link', 'link', 5]],
  ['.d..t......|4096|sub/', true, undefined],
  ['.f..t......|5|same', true, undefined],
  ['cd+++++++++|4096|./', true, undefined],
  ['*deleting  |0|old file', true, ['deleted', 'file', 'old file', 0]],
  ['*deleting|12|x', false, ['deleted', 'file', '12|x', 0]],
  ['*deleting sub/', true, ['deleted', 'folder', 'sub', 0]],
  ['>f+++++++++|1|new\\#012line', true, ['added', 'file', 'new\nline', 1]],
  ['>f+++++++++|1|b\\#134#012c', true, ['added', 'file', 'b\\#012c', 1]],
  ['sending incremental file list', true, undefined],
  ['Number of files: 3', true, undefined],
] as const)
  test(`${line} (${sized ? 'with' : 'without'} sizes)`, () => {
    const item = parseItem(line, sized);
    assert.equal(item && [item.action, item.kind, item.name, item.bytes], expected as unknown);
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
