import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { thisHost } from '../../tasks/platform';
import { fieldsOf, tryParse } from '../../tasks/untrusted/json';
import { temporaryFolder } from '../support/project';

const test = suite('JSON from outside');

test('a text that is no JSON has no value', () => {
  for (const [text, value] of [
    ['{"a": 1}', { a: 1 }],
    ['null', null],
    ['[1]', [1]],
    [' 1 ', 1],
  ] as const)
    assert.equal(tryParse(text), value, text);
  for (const text of [undefined, '', '{', 'x', '\ufeff{}', '{"a": 1}{}']) assert.is(tryParse(text), undefined, text);
  assert.is(tryParse('[1, 2]', 5), undefined, 'longer than is taken');
});

test('an object, and nothing else, has fields', () => {
  assert.equal(fieldsOf({ a: 1 }), { a: 1 });
  for (const value of [null, undefined, [], [{}], 'text', 1, true]) assert.is(fieldsOf(value), undefined, String(value));
});

test('a file that cannot be read has no value, and none keeps the run waiting', () => {
  const { files } = thisHost();
  const folder = temporaryFolder();
  const place = (name: string, text?: string | Buffer) => {
    if (text !== undefined) fs.writeFileSync(path.join(folder, name), text);
    return path.join(folder, name);
  };
  assert.equal(files.readJson(place('right', '{"a": 1}')), { a: 1 });
  for (const bad of [place('none'), place('cut', '{"a": '), place('empty', ''), folder]) assert.is(files.readJson(bad), undefined, bad);
  assert.is(files.readJson(path.join(place('right'), 'below')), undefined, 'below a file');
  assert.is(files.readJson(place('right'), 7), undefined, 'larger than is taken');
  // A pipe that nobody writes to would never end.
  if (process.platform === 'linux') {
    execFileSync('mkfifo', [place('pipe')]);
    assert.is(files.readJson(place('pipe')), undefined);
  }
});

test.run();
