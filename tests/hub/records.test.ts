import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { durableLine, headLine, parseHead, parseJournal, writtenLine } from '../../tasks/hub/partials/journal';
import { parseBlockHashes } from '../../tasks/hub/store/block-hashes';
import { parseMetadata } from '../../tasks/hub/store/metadata';
import { parseModelRecord } from '../../tasks/hub/store/model-record';
import { parseStamp } from '../../tasks/hub/store/stamps';
import { parseTree } from '../../tasks/hub/store/tree';
import { mutations } from '../support/mutate';

/** What lies in a models folder that others may write into: each record at its door. */
const test = suite('records of a shared models folder');
const commit = '0123456789abcdef0123456789abcdef01234567';
const sha256 = 'ab'.repeat(32);
const isInside = (name: string) => path.resolve('/top', name).startsWith('/top/') && !/(^|\/)\.(git|cache)(\/|$)/i.test(name);
const isBytes = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
const isHash = (value: string | undefined) => /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(value ?? '');

const record = { repo: 'org/tiny', revision: 'main', commit, files: ['config.json', 'a/b.safetensors'] };
const stamp = { size: 7, mtime: '1764000000000000001', ctime: '1764000000000000002', inode: '77', hash: sha256, boot: 'a boot' };
const marks = { hash: sha256, markBytes: 16 * 1024 * 1024, marks: ['0123456789abcdef', 'fedcba9876543210'] };
const tree = {
  format_version: 1,
  files: {
    'config.json': { size: 7, blob_id: commit },
    'a/b.safetensors': { size: 134, blob_id: commit, lfs_sha256: sha256, lfs_size: 9_000_000, xet_hash: 'x' },
  },
};
const journal = headLine('config.json', 1000, 'a boot') + writtenLine(0, 10) + durableLine([[0, 10]]) + writtenLine(50, 1000);

test('what is right is read as it is', () => {
  assert.equal(parseModelRecord(JSON.stringify(record)), record);
  assert.equal(parseStamp(JSON.stringify(stamp)), stamp);
  assert.equal(parseBlockHashes(JSON.stringify(marks)), marks);
  assert.equal(parseMetadata(`${commit}\n${sha256}\n1764000000.123\n`), { commit, etag: sha256, time: 1764000000.123 });
  assert.equal(parseTree(JSON.stringify(tree)), [
    { path: 'config.json', size: 7, sha1: commit },
    { path: 'a/b.safetensors', size: 9_000_000, sha256 },
  ]);
  // huggingface_hub may know the hash of an LFS file and not its size.
  const sizeless = { format_version: 1, files: { x: { size: 5, blob_id: commit, lfs_sha256: sha256, lfs_size: null } } };
  assert.equal(parseTree(JSON.stringify(sizeless)), [{ path: 'x', size: 5, sha256 }]);
});

test('what is not right is none', () => {
  for (const wrong of [
    { commit: `../../${commit}` },
    { commit: 'main' },
    { commit: 7 },
    { repo: '../x' },
    { repo: 'a/..' },
    { repo: 'a/b?x=' },
    { repo: 'a\nb' },
    { repo: ['org/tiny'] },
    { revision: 'ma\u001bin' },
    { revision: '' },
    { revision: 'x'.repeat(300) },
    { files: 'config.json' },
    { files: ['../x'] },
    { files: ['.git/config'] },
    { files: ['a', '/etc/passwd'] },
    { files: [7] },
  ])
    assert.is(parseModelRecord(JSON.stringify({ ...record, ...wrong })), undefined, JSON.stringify(wrong));
  for (const wrong of [
    { size: -5 },
    { size: '7' },
    { mtime: 7 },
    { ctime: '1e9' },
    { inode: 'x' },
    { hash: '../x' },
    { hash: 'ab' },
    { boot: 7 },
  ])
    assert.is(parseStamp(JSON.stringify({ ...stamp, ...wrong })), undefined, JSON.stringify(wrong));
  for (const wrong of [{ hash: 'x' }, { markBytes: 1 }, { marks: [7] }, { marks: ['x'] }, { marks: {} }])
    assert.is(parseBlockHashes(JSON.stringify({ ...marks, ...wrong })), undefined, JSON.stringify(wrong));
  for (const wrong of [
    `${commit}\n../../x\n7\n`,
    `main\n${sha256}\n7\n`,
    `${commit}\n${sha256}\n-7\n`,
    `${commit}\n${sha256}\n1e999\n`,
    `${commit}\n"${sha256}"\n7\n`,
    '',
  ])
    assert.is(parseMetadata(wrong), undefined, wrong);
  for (const files of [
    { '../x': { size: 7, blob_id: commit } },
    { 'a/.GIT/config': { size: 7, blob_id: commit } },
    { x: { size: -5, blob_id: commit } },
    { x: { size: 7, blob_id: '../x' } },
    { x: { size: 7, blob_id: commit, lfs_sha256: 'x' } },
    { x: { size: 7, blob_id: commit, lfs_sha256: sha256, lfs_size: 1.5 } },
    { x: { size: 7, blob_id: commit }, X: { size: 7, blob_id: commit } },
    { a: { size: 7, blob_id: commit }, 'a/b': { size: 7, blob_id: commit } },
    [],
    null,
  ])
    assert.is(parseTree(JSON.stringify({ format_version: 1, files })), undefined, JSON.stringify(files));
  assert.is(parseTree(JSON.stringify({ ...tree, format_version: 2 })), undefined);
  for (const head of [
    '{"version": 1, "path": "x", "size": -5, "boot": ""}\n',
    '{"version": 1, "path": 7, "size": 5, "boot": ""}\n',
    '[]\n',
    '{}',
  ])
    assert.is(parseHead(head), undefined, head);
});

test('2,000 of each, nearly right: no throw, no path that leads out, no number that is none', () => {
  const texts = (seed: unknown, number: number) => mutations([typeof seed === 'string' ? seed : JSON.stringify(seed)], 2000, number);
  for (const text of texts(record, 1)) {
    const read = parseModelRecord(text);
    if (!read) continue;
    assert.ok(read.files.every(isInside), text);
    assert.match(read.commit, /^[0-9a-f]{40}$/);
    assert.ok(
      path.resolve('/top', read.repo).startsWith('/top/') && /^[^\s\u0000-\u001f\u007f-\u009f\u202e]{1,255}$/.test(read.revision),
      text,
    );
  }
  for (const text of texts(stamp, 2)) {
    const read = parseStamp(text);
    if (!read) continue;
    assert.ok(isBytes(read.size) && isHash(read.hash), text);
    for (const count of [read.mtime, read.ctime, read.inode]) assert.match(count, /^-?\d+$/);
  }
  for (const text of texts(marks, 3)) for (const mark of parseBlockHashes(text)?.marks ?? []) assert.match(mark, /^[0-9a-f]{16}$/);
  for (const text of texts(`${commit}\n${sha256}\n1764000000.123\n`, 4)) {
    const read = parseMetadata(text);
    if (read) assert.ok(Number.isFinite(read.time) && isHash(read.etag) && isHash(read.commit), text);
  }
  for (const text of texts(tree, 5))
    for (const file of parseTree(text) ?? [])
      assert.ok(isInside(file.path) && isBytes(file.size) && isHash(file.sha256 ?? file.sha1), text);
  for (const text of texts(journal, 6)) {
    const read = parseJournal(text, 'a boot');
    if (!read) continue;
    assert.ok(isBytes(read.size) && read.ranges.total <= read.size, text);
    assert.ok(
      read.ranges.all.every(([start, end]) => isBytes(start) && start < end && end <= read.size),
      text,
    );
  }
});

test('a record without an end is not read to it', () => {
  const blanks = ' '.repeat(110_000_000);
  for (const parse of [parseModelRecord, parseStamp, parseBlockHashes, parseTree, parseMetadata]) assert.is(parse(blanks), undefined);
  assert.is(parseStamp(JSON.stringify(stamp) + ' '.repeat(4096)), undefined);
});

test.run();
