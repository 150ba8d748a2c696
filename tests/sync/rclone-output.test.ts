import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { logErrors, parseLsjson, rcloneFault, statsBytes } from '../../tasks/sync/answers/rclone-output';

const test = suite('what rclone prints');

test('a listing has files, with times in milliseconds', () => {
  const text = `[
{"Path":"sub","Name":"sub","Size":-1,"ModTime":"2026-01-01T00:00:00Z","IsDir":true},
{"Path":"sub/größe.jsonl","Name":"größe.jsonl","Size":12,"ModTime":"2026-01-01T00:00:01.5Z","IsDir":false}
]`;
  assert.equal([...parseLsjson(text)], [['sub/größe.jsonl', { size: 12, modifiedMs: Date.UTC(2026, 0, 1, 0, 0, 1, 500) }]]);
  assert.equal([...parseLsjson('\n')], []);
});

test('what is no list of files with sizes is none', () => {
  for (const [text, why] of [
    ['[{"Path":"a","Size":1', /no list/],
    ['{"Path":"a","Size":1}', /no list/],
    ['[7]', /without a name/],
    ['[{"Path":7,"Size":1}]', /without a name/],
    ['[{"Path":"document","Size":-1}]', /lists `document` without a size/],
    ['[{"Path":"a","Size":1.5}]', /without a size/],
    ['[{"Path":"a","Size":1},{"Path":"a","Size":2}]', /lists `a` twice/],
  ] as const)
    assert.throws(() => parseLsjson(text), why);
  for (const line of ['{"stats":{"bytes":"1"}}', '{"stats":null}', '{"stats":{"bytes":-1}}']) assert.is(statsBytes(line), undefined);
  assert.is(logErrors('null\n{"level":"error","msg":7}'), 'null\n');
});

test('progress is the bytes of its statistics', () => {
  assert.is(statsBytes('{"level":"info","msg":"…","stats":{"bytes":1048576,"totalBytes":2097152}}'), 1_048_576);
  for (const line of ['{"level":"info","msg":"Copied (new)"}', '{"stats":', 'Transferred: 1 MiB']) assert.is(statsBytes(line), undefined);
});

test('a log is read for its errors, each once, and for lines that are no log', () => {
  const text = [
    '{"level":"warning","msg":"Config file not found - using defaults"}',
    '{"level":"error","msg":"error listing: directory not found","object":"sub"}',
    '{"level":"error","msg":"error listing: directory not found","object":"sub"}',
    '2026/01/01 00:00:00 Failed to lsjson',
    '',
  ].join('\n');
  assert.is(logErrors(text), 'sub: error listing: directory not found\n2026/01/01 00:00:00 Failed to lsjson');
});

for (const [text, fault] of [
  ["Failed to create file system: didn't find section in config file", 'no-remote'],
  ['NoSuchBucket: The specified bucket does not exist', 'no-bucket'],
  ['AccessDenied: Access Denied status code: 403', 'login'],
  ['couldn\'t fetch token: invalid_grant: maybe token expired? - try refreshing with "rclone config reconnect"', 'login'],
  ['write /mnt/x: no space left on device', 'full'],
  ['googleapi: Error 403: storageQuotaExceeded', 'full'],
  ['big.bin: Failed to copy: preallocate: file too big for remaining disk space', 'full'],
  ['Insufficient Storage: 507 Insufficient Storage', 'full'],
  ['error in ListJSON: directory not found', 'missing'],
  ['dial tcp 127.0.0.1:9: connect: connection refused', 'unreachable'],
  ['lookup s3.example.org: no such host', 'unreachable'],
  ['a: Failed to copy: http remotes are read only', 'read-only'],
  ['a: Failed to copy: open /mnt/a: read-only file system', 'read-only'],
  ['something else', 'other'],
] as const)
  test(`${JSON.stringify(text)} is ${fault}`, () => assert.is(rcloneFault(text), fault));

test.run();
