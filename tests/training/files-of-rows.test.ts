import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { repository, temporaryFolder } from '../support/project';
import { pythonWith } from '../support/python';

const test = suite('files of rows that cannot be trained');

const row = '{"text": "rain"}';
const zipped = gzipSync(`${row}\n`.repeat(50));

const files: readonly [name: string, text: string | Buffer, says: number | RegExp][] = [
  ['whole.jsonl', `${row}\n${row}\n`, 2],
  ['pair.jsonl', '{"text": "rain \\ud83c\\udf27"}\n', 1],
  ['half.jsonl', `${row}\n{"text": "what \\ud800"}\n`, /^half\.jsonl:2: it has half of a character, `\\ud800`$/],
  ['list.json', `[${row},\n ${row}]`, 2],
  ['cut.json', `[${row},\n ${row},\n {"te`, /^cut\.json:3: no list of rows \(Unterminated string/],
  ['first-is-a-list.jsonl', `["a", "b"]\n${row}\n`, /^first-is-a-list\.jsonl:1: the row is no object$/],
  ['begins.jsonl', `[${row}\n${row}\n`, /^begins\.jsonl:2: no list of rows/],
  ['whole.jsonl.gz', zipped, 50],
  ['cut.jsonl.gz', zipped.subarray(0, zipped.length - 12), /^cut\.jsonl\.gz: it cannot be read \(/],
  ['none.jsonl.gz', 'no gzip at all', /^none\.jsonl\.gz: it cannot be read \(BadGzipFile/],
  ['bytes.json', Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d]), /^bytes\.json: it cannot be read \(UnicodeDecodeError/],
  ['deep.jsonl', `${row}\n${'['.repeat(100_000)}\n`, /^deep\.jsonl:2: no row of JSON/],
];

test('each is refused with its file, and its line where that is known', () => {
  const folder = temporaryFolder();
  for (const [name, text] of files) fs.writeFileSync(path.join(folder, name), text);
  const program = [path.join(__dirname, 'asked-files.py'), path.join(repository, 'scripts')];
  const said = JSON.parse(execFileSync(pythonWith(), [...program, ...files.map(([name]) => path.join(folder, name))]).toString());
  for (const [at, [name, , says]] of files.entries()) {
    if (typeof says === 'number') assert.is(said[at], says, name);
    else assert.match(String(said[at]), says, name);
  }
});

test.run();
