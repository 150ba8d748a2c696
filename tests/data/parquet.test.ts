import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { lookAtData } from '../../tasks/data/look-at-data';
import { parquetRows } from '../../tasks/data/parquet/parquet-rows';
import { rowGroupsOf } from '../../tasks/data/parquet/row-groups';
import { jsonOf } from '../../tasks/data/rows/json-of';
import { thisHost } from '../../tasks/platform';
import { repository, temporaryFolder } from '../support/project';
import { pythonWith } from '../support/python';
import { dataFile } from './examine';
import { strict } from './templates';

const test = suite('Parquet');

const folder = temporaryFolder();
let written: Record<string, Record<string, unknown>[]> = {};

test.before(() => {
  const python = pythonWith('pyarrow==14.0.2', 'pandas==2.1.3', 'numpy<2');
  const script = path.join(repository, 'tests/data/tables.py');
  written = JSON.parse(execFileSync(python, [script, folder], { maxBuffer: 1 << 28 }).toString());
});

const fileOf = (name: string) => path.join(folder, `${name}.parquet`);

async function rowsOf(name: string): Promise<unknown[]> {
  const rows: unknown[] = [];
  const groups = rowGroupsOf(fileOf(name));
  let next = await groups.next();
  for (; !next.done; next = await groups.next())
    for (const [, row] of parquetRows(next.value, () => undefined)) rows.push(JSON.parse(jsonOf(row)));
  assert.is(next.value.broken, undefined, name);
  return rows;
}

/** The columns that make an example: no other is read beside them. */
const example = ({ messages, conversations, prompt, completion, text }: Record<string, unknown>) =>
  JSON.parse(JSON.stringify({ messages, conversations, prompt, completion, text }));

const look = async (...names: string[]) =>
  lookAtData(
    { host: thisHost() },
    names.map((name) => dataFile(path.join(folder, name))),
    { templates: [strict] },
    () => undefined,
  );

const kindsOf = async (name: string, oldDatasets?: boolean): Promise<string[]> => {
  const file = dataFile(fileOf(name));
  const [report] = await lookAtData(
    { host: thisHost() },
    [file],
    { templates: [], ...(oldDatasets === undefined ? {} : { oldDatasets }) },
    () => undefined,
  );
  return Object.keys(report?.tallies ?? {}).sort();
};

test('is read as pyarrow reads it: codecs, pages, row groups, nested messages, nulls', async () => {
  assert.ok(Object.keys(written).length > 20);
  for (const [name, rows] of Object.entries(written))
    assert.equal(
      (await rowsOf(name)).map((row) => example(row as Record<string, unknown>)),
      rows.map(example),
      name,
    );
});

test('is judged as lines are, with the number of the row in place of the line', async () => {
  const chat = (first: string, second: string) => ({
    messages: [
      { role: first, content: 'Rain?' },
      { role: second, content: 'No.' },
    ],
  });
  fs.writeFileSync(
    path.join(folder, 'lines.jsonl'),
    `${JSON.stringify({
      conversations: [
        { from: 'human', value: 'Rain?' },
        { from: 'gpt', value: 'No.' },
      ],
    })}\n${JSON.stringify(chat('user', 'assistant'))}\n`,
  );
  const [shared, lines] = await look('ShareGPT.parquet', 'lines.jsonl');
  assert.equal([shared?.rows, shared?.tallies['sharegpt']?.count, shared?.tallies['duplicate']], [3, 3, { count: 2, first: { line: 2 } }]);
  assert.match(shared?.tallies['sharegpt']?.first.quote ?? '', '{"conversations":[{"from":"human"');
  assert.equal(lines?.tallies['duplicate'], { count: 1, first: { line: 1 } });
  const [groups] = await look('row groups.parquet');
  assert.equal([groups?.rows, groups?.tallies['no-messages']], [3000, { count: 750, first: { line: 1, quote: '{"messages":[]}' } }]);
  const [tools] = await look('tools.parquet');
  assert.equal([tools?.tallies['tool-calls']?.count, tools?.tallies['no-content']?.first.line], [1, undefined]);
});

test('tells what no reader takes, and what datasets before 4 does not take', async () => {
  const whole = fs.readFileSync(fileOf('one group'));
  const zeros = Buffer.from(whole).fill(0, whole.length / 3, whole.length / 3 + 200);
  const broken = {
    cut: whole.subarray(0, whole.length / 2),
    zeros,
    empty: '',
    text: '{"text": "a"}\n'.repeat(20),
    encrypted: Buffer.from('PARE'.repeat(9)),
  };
  for (const [name, bytes] of Object.entries(broken)) {
    fs.writeFileSync(fileOf(name), bytes);
    assert.ok((await kindsOf(name)).includes('broken-parquet'), name);
  }
  assert.equal(await kindsOf('no rows'), ['no-rows']);
  for (const name of ['categories', 'large list']) {
    assert.ok((await kindsOf(name)).includes('foreign-type'), name);
    assert.not.ok((await kindsOf(name, false)).includes('foreign-type'), name);
  }
  assert.equal([await kindsOf('map'), await kindsOf('map', false)], [['foreign-type'], ['foreign-type']]);
  assert.equal([await kindsOf('bytes of one length'), await kindsOf('bytes of one length', false)], [['foreign-type'], []]);
  assert.equal(await kindsOf('a name twice', false), ['duplicate-key']);
  assert.equal(await kindsOf('large text'), ['no-content']);
});

test('what is not said to be text is bytes, which no training takes', async () => {
  for (const name of ['bytes', 'chat of bytes']) {
    const [report] = await look(`${name}.parquet`);
    assert.is(report?.tallies['content-type']?.first.detail, 'bytes', name);
  }
});

test('the columns that belong to an example are read', async () => {
  const [dolly] = await rowsOf('Dolly');
  assert.equal(dolly, { instruction: 'Rain?', context: 'Noon.', response: 'No.' });
});

test('a file of one row group is read page by page, in threads as in one', async () => {
  const [one] = await look('one group.parquet');
  fs.copyFileSync(fileOf('one group'), fileOf('copy'));
  const many = await look('one group.parquet', 'copy.parquet', 'statistics.parquet');
  assert.equal(
    [one?.rows, many[0]?.rows, many[0]?.tallies['no-messages'], many[1]?.tallies['duplicate']?.count],
    [3000, 3000, one?.tallies['no-messages'], 3000],
  );
});

test.run();
