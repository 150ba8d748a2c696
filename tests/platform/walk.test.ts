import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { thisHost } from '../../tasks/platform';
import { temporaryFolder } from '../support/project';

const test = suite('the files under a folder');
const { files, tree } = thisHost();

test('every file and link, none of what a link leads to, and nothing where there is no folder', () => {
  const folder = temporaryFolder();
  for (const file of ['b.txt', 'a/z.txt', 'a/deep/er.txt', 'a-b', '.cache/x', 'a/.cache/y']) {
    fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    fs.writeFileSync(path.join(folder, file), '');
  }
  fs.mkdirSync(path.join(folder, 'empty'));
  // A link to the folder itself would never end.
  fs.symlinkSync('.', path.join(folder, 'a/loop'));
  fs.symlinkSync('nowhere', path.join(folder, 'gone'));
  const all = ['.cache/x', 'a-b', 'a/.cache/y', 'a/deep/er.txt', 'a/loop', 'a/z.txt', 'b.txt', 'gone'];
  assert.equal(files.filesUnder(folder), all);
  assert.equal(files.filesUnder(folder, ['.cache', 'er.txt']), all.slice(1), 'left out at the top alone');
  assert.equal([...tree.names(folder, ['.cache', 'er.txt'])].sort(), ['a-b', 'a/loop', 'a/z.txt', 'b.txt', 'gone'], 'left out anywhere');
  assert.equal(files.filesUnder(path.join(folder, 'none')), []);
  assert.equal(files.filesUnder(path.join(folder, 'b.txt')), []);
});

test('what each is comes with its name', () => {
  const folder = temporaryFolder();
  fs.mkdirSync(path.join(folder, 'deep'));
  fs.writeFileSync(path.join(folder, 'deep/file'), '');
  fs.symlinkSync('deep', path.join(folder, 'link'));
  execFileSync('mkfifo', [path.join(folder, 'pipe')]);
  const kinds = [...files.listedUnder(folder)].map(({ name, kind }) => `${name} ${kind}`);
  assert.equal(kinds.sort(), ['deep/file file', 'link link', 'pipe special']);
  assert.equal([...tree.links(folder)], ['link'], 'a link to a folder is one too');
});

test('names that are no UTF-8 are told apart as bytes', () => {
  const folder = temporaryFolder();
  const below = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff])]);
  fs.mkdirSync(below);
  for (const byte of [0xfe, 0xfd]) fs.writeFileSync(Buffer.concat([below, Buffer.from('/'), Buffer.from([byte])]), '');
  assert.equal([...tree.names(folder)].sort(), ['\u00ff/\u00fd', '\u00ff/\u00fe']);
});

test('the room of a folder is that of its files, whatever bytes their names are of', async () => {
  const folder = temporaryFolder();
  const below = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff])]);
  fs.mkdirSync(below);
  fs.writeFileSync(Buffer.concat([below, Buffer.from('/'), Buffer.from([0xfe])]), 'x'.repeat(10_000));
  assert.ok((await files.sizeOf(folder)) >= 10_000);
});

test.run();
