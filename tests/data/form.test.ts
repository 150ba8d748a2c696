import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fixRow } from '../../tasks/data/fix/fix-row';
import { examine, examineFile, formKindsOf } from './examine';
import { formCases } from './form-cases';

const test = suite('the form of rows');

test('each kind is found, and nothing where there is nothing', async () => {
  for (const { name, text, kinds } of formCases) assert.equal(formKindsOf(await examine(text)), kinds, name);
});

test('the same through gzip', async () => {
  for (const { name, text, kinds } of formCases.filter(({ text }) => text.length < 1000))
    assert.equal(formKindsOf(await examine(text, 'train.jsonl.gz')), kinds, name);
});

test('the first of each kind is told by line and column, and all are counted', async () => {
  const rows = Array.from({ length: 20_000 }, (_, index) => `{"a": ${index}, "text": "${'x'.repeat(900)}"}`);
  for (const line of [14_999, 17_000]) rows[line] = `{"a": 1, "text": "é", }`;
  rows[15_500] = '{"a": 1, "b": {"b": 1, "c": 2, "b": 3}}';
  const { tallies, rows: count } = await examine(`${rows.join('\n')}\n`);
  assert.equal(
    [tallies['trailing-comma']?.count, tallies['trailing-comma']?.first.line, tallies['trailing-comma']?.first.column],
    [2, 15_000, 23],
  );
  const { 'not-a-number': none, 'large-integer': large } = (
    await examine('{"a": "NaN \\" is 12345678901234567890", "b": NaN}\n{"a": "12345678901234567890", "b": 12345678901234567890}\n')
  ).tallies;
  assert.equal([none?.first.column, large?.first.line, large?.first.column], [46, 2, 36]);
  assert.equal([tallies['duplicate-key']?.first.line, tallies['duplicate-key']?.first.column], [15_501, 32]);
  assert.is(count, 19_998);
});

test('a row that no reader takes for its depth is told, however deep it is', async () => {
  for (const depth of [2000, 100_000])
    for (const value of [`${'['.repeat(depth)}${']'.repeat(depth)}`, `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`, '['.repeat(depth)]) {
      const row = `{"messages": [{"role": "human", "content": ${value}}]}`;
      assert.equal(Object.keys((await examine(`${row}\n`)).tallies), ['too-deep'], `${depth} of ${value.slice(0, 5)}`);
      assert.equal(fixRow(row).fixes, []);
    }
});

test('a row is quoted without what is secret in it', async () => {
  const secret = 'hf_abcdefghijklmnopqrstuvwxyz012345';
  const { tallies } = await examine(`{"a": "token ${secret} of jane.doe@company.io, tel. +49 170 1234567", }\n`);
  const quote = tallies['trailing-comma']?.first.quote ?? '';
  assert.match(quote, '(hidden)');
  for (const word of ['abcdefgh', 'jane', 'company', '1234567']) assert.not.match(quote, word);
});

test('a file that is no gzip, and one that is cut, are told as that', async () => {
  const whole = gzipSync(Buffer.from('{"a": 1}\n'.repeat(100_000)));
  for (const bytes of [Buffer.from('{"a": 1}\n'), whole.subarray(0, whole.length - 20)])
    assert.is((await examineFile(bytes, 'train.jsonl.gz')).tallies['broken-gzip']?.count, 1);
});

test.run();
