import * as fs from 'node:fs';
import * as path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fixFile } from '../../tasks/data/fix/fix-file';
import { fixRow } from '../../tasks/data/fix/fix-row';
import { writeFixed } from '../../tasks/data/fix/write-fixed';
import { contextIn } from '../support/context';
import { projectCopy, runJust, startJust, temporaryFolder } from '../support/project';
import { dataFile } from './examine';

const test = suite('data:fix');

const nothing = () => undefined;
function dataFileOf(text: string) {
  const file = path.join(temporaryFolder(), 'train.jsonl');
  fs.writeFileSync(file, text);
  return dataFile(file);
}

const chat = (role = 'user', other = 'assistant') =>
  `{"messages":[{"role":"${role}","content":"Rain?"},{"role":"${other}","content":"No."}]}`;

/** A row, what it becomes and what was mended; a row that stays is named alone. */
const rows: readonly (readonly [string, string, string[]] | readonly [string])[] = [
  [chat()],
  [chat('human', 'gpt'), chat(), ['role-name']],
  [chat(' User', 'Assistant'), chat(), ['role-name']],
  [chat('narrator')],
  [
    '{"id": 7, "conversations": [{"from": "human", "value": "Rain?"}, {"from": "gpt", "value": "No."}]}',
    '{"id":7,"messages":[{"role":"user","content":"Rain?"},{"role":"assistant","content":"No."}]}',
    ['sharegpt'],
  ],
  // What belongs to an example stays beside it.
  [
    '{"conversations": [{"from": "human", "value": "a"}], "system": "Be brief.", "tools": "[]"}',
    '{"messages":[{"role":"user","content":"a"}],"system":"Be brief.","tools":"[]"}',
    ['sharegpt'],
  ],
  [chat('constructor')],
  // Two columns of one name, two kinds of messages, a word that nobody knows beside one that is known.
  ['{"conversations": [{"from": "human", "value": "a"}], "messages": 1}'],
  ['{"conversations": [{"from": "human", "value": "a"}, {"role": "user", "content": "a"}]}'],
  ['{"conversations": [{"from": "human"}]}'],
  ['{"a": [1, 2,], "b": {"c": ",}",},},', '{"a": [1, 2], "b": {"c": ",}"}}', ['trailing-comma']],
  ['{"a": 1,, "b": 2}'],
  // Numbers go on as they are written.
  [
    '{"id": 12345678901234567890, "n": [1.0, -2e-3, "7.0"], "messages": [{"role": "gpt", "content": "a \\"1.0\\""}]}',
    '{"id":12345678901234567890,"n":[1.0,-2e-3,"7.0"],"messages":[{"role":"assistant","content":"a \\"1.0\\""}]}',
    ['role-name'],
  ],
  [
    '{"prompt": [{"role": "human", "content": "a"}], "completion": [{"role": "gpt", "content": "b"}]}',
    '{"prompt":[{"role":"user","content":"a"}],"completion":[{"role":"assistant","content":"b"}]}',
    ['role-name'],
  ],
  // Written again, it would lose a key.
  ['{"a": 1, "a": 2, "messages": [{"role": "gpt", "content": "a"}]}'],
  ['{"text": "caf\\u00e9"}'],
  ['no JSON'],
  // Lines that are no rows may be a part of one.
  ['"x",'],
  ['[1, 2,]'],
];

test('a row is mended where there is one right answer, and stays as it is where there is none', () => {
  for (const [row, becomes = row, fixes = []] of rows) {
    for (const [text, expected] of [[row, fixes] as const, [becomes, []] as const]) {
      const { text: said, fixes: done } = fixRow(text);
      assert.equal({ said, done }, { said: becomes, done: expected }, text);
    }
  }
  // Ten megabytes of one text.
  const long = chat('human', 'gpt').replace('Rain', 'x\\\\n'.repeat(2_500_000));
  assert.equal(fixRow(long).fixes, ['role-name']);
});

test('rows over several lines are no lines that repeat', async () => {
  const pretty = (text: string) => JSON.stringify({ messages: [{ role: 'human', content: text }] }, null, 2);
  const raw = '{"text": "Rain\n\n\nRain\n{}"}';
  const several = [`${pretty('a')}\n${pretty('a')}\n`, `${raw}\n${raw}\n`, `{"a": 1}\n\n{"messages": [\n{"role": "user"}\n]}\n{"a": 1}\n`];
  for (const text of several) {
    const { fixes, left } = await fixFile(dataFileOf(text), nothing, nothing);
    assert.equal([fixes, /^a row goes on in line \d+:/.test(left ?? '')], [{}, true], text);
  }
  // What was cut off goes on in no other row.
  const cut = '{"messages": [{"role": "user", "content": "Ra\r\n{"text": "a"}\n{"text": "a"}\n{"text": "b';
  assert.equal((await fixFile(dataFileOf(cut), nothing, nothing)).fixes, { duplicate: 1 });
  const same = 'x\nx\n"x",\n"x",\n';
  assert.equal((await fixFile(dataFileOf(same), nothing, nothing)).fixes, {});
});

test('what was mended is a file of rows as another one, once its first is gone, and what stays is named', async () => {
  const project = projectCopy();
  const file = path.join(project, 'data/processed/my.fixed.jsonl');
  const twice = '{"a": 1, "a": 2, "messages": [{"role": "gpt", "content": "a"}]}\n';
  fs.writeFileSync(file, twice);
  const [step] = JSON.parse((await runJust(project, ['data:fix', '--json'])).stdout).steps;
  assert.equal([step.state, step.found], ['done', 'nothing to mend in 1 file of rows']);
  assert.match(step.warning, '`data/processed/my.fixed.jsonl:1`: a key stands twice in it');
});

test('writes beside and never over, is done the second time, and names what stays', async () => {
  const project = projectCopy();
  const folder = path.join(project, 'data/processed');
  const latin = Buffer.from('{"text": "caf\xe9"}\n', 'latin1');
  const before = Buffer.concat([
    Buffer.from(`\ufeff${chat('human', 'gpt')}\n\n${chat()}\n{"messages": [],}\n`),
    latin,
    Buffer.from(chat('user', 'x')),
  ]);
  fs.writeFileSync(path.join(folder, 'train.jsonl'), before);
  fs.writeFileSync(path.join(folder, 'good.jsonl'), `${chat()}\n`);
  const fix = async (...args: string[]) => {
    const { exitCode, stdout } = await runJust(project, ['data:fix', '--json', ...args]);
    const [step] = JSON.parse(stdout).steps;
    return { exitCode, step, names: fs.readdirSync(folder).filter((name) => !name.startsWith('.')) };
  };
  const planned = await fix('--plan');
  const told =
    "1 byte order mark, 1 row with another program's role names, 1 empty line, 1 row that repeats an earlier one, 1 row with a trailing comma";
  assert.equal([planned.step.state, planned.step.actions[0].title], ['todo', `write train.fixed.jsonl: ${told}`]);
  assert.equal(planned.names, ['good.jsonl', 'train.jsonl']);
  const done = await fix();
  assert.equal([done.exitCode, done.step.state, done.names], [0, 'done', ['good.jsonl', 'train.fixed.jsonl', 'train.jsonl']]);
  assert.equal(fs.readFileSync(path.join(folder, 'train.jsonl')), before);
  const expected = Buffer.concat([Buffer.from(`${chat()}\n{"messages": []}\n`), latin, Buffer.from(`${chat('user', 'x')}\n`)]);
  assert.equal(fs.readFileSync(path.join(folder, 'train.fixed.jsonl')), expected);
  assert.match(done.step.warning, 'a training would read `data/processed/train.jsonl` and `data/processed/train.fixed.jsonl`');
  for (const kind of ['no-messages', 'not-utf8', 'unknown-role']) assert.match(done.step.warning, kind);
  const again = await fix();
  assert.equal([again.exitCode, again.step.actions.length], [0, 0]);
  assert.equal(again.step.warning, done.step.warning);
  // What was found is told from what is remembered, until a file changes.
  const proof = path.join(project, '.just-lora/proofs/data-fix.json');
  fs.writeFileSync(proof, fs.readFileSync(proof, 'utf8').replaceAll('unknown-role', 'remembered-role'));
  assert.match((await fix()).step.warning, 'remembered-role');
  assert.match((await fix('--force')).step.warning, 'unknown-role');
  fs.utimesSync(path.join(folder, 'good.jsonl'), 1, 1);
  assert.match((await fix()).step.warning, 'unknown-role');
  fs.appendFileSync(path.join(folder, 'train.fixed.jsonl'), `${chat()}\n`);
  const refused = await fix();
  assert.equal([refused.exitCode, refused.step.code], [1, 'E_DATA_FIXED']);
});

test('two files of one name are mended into two', async () => {
  const project = projectCopy();
  const folder = path.join(project, 'data/processed');
  const files = { 'train.json': 'Rain', 'train.jsonl': 'Snow', 'train.jsonl.gz': 'Hail', 'train.ndjson': 'Fog', 'train.json.jsonl': 'Sun' };
  for (const [name, word] of Object.entries(files)) {
    const text = chat('human', 'gpt').replace('Rain', word);
    fs.writeFileSync(path.join(folder, name), name.endsWith('.gz') ? gzipSync(text) : text);
  }
  const { exitCode } = await runJust(project, ['data:fix', '--json']);
  assert.is(exitCode, 0);
  const expected = {
    'train.json.2.fixed.jsonl': 'Rain',
    'train.fixed.jsonl': 'Snow',
    'train.jsonl.gz.fixed.jsonl': 'Hail',
    'train.ndjson.fixed.jsonl': 'Fog',
    'train.json.fixed.jsonl': 'Sun',
  };
  const fixed = fs.readdirSync(folder).filter((name) => name.includes('.fixed.'));
  assert.equal(fixed.sort(), Object.keys(expected).sort());
  for (const [name, word] of Object.entries(expected))
    assert.is(fs.readFileSync(path.join(folder, name), 'utf8'), `${chat().replace('Rain', word)}\n`, name);
  const again = await runJust(project, ['data:fix', '--json', '--force']);
  assert.equal([again.exitCode, JSON.parse(again.stdout).steps[0].actions.length], [0, 0]);
});

test('what is written has the mode of its file, and nothing takes the place of a link of a person or of what came meanwhile', async () => {
  const project = projectCopy();
  const folder = path.join(project, 'data/processed');
  const [file, target] = ['my rows.jsonl', 'my rows.fixed.jsonl'].map((name) => path.join(folder, name)) as [string, string];
  fs.writeFileSync(file, chat('human', 'gpt'), { mode: 0o600 });
  fs.symlinkSync('nowhere', target);
  const refused = JSON.parse((await runJust(project, ['data:fix', '--json'])).stdout).steps[0];
  assert.equal([refused.code, fs.readlinkSync(target)], ['E_DATA_FIXED', 'nowhere']);
  assert.match(refused.fix, "`rm 'data/processed/my rows.fixed.jsonl'`");
  fs.rmSync(target);
  await runJust(project, ['data:fix', '--json']);
  assert.is(fs.statSync(target).mode & 0o777, 0o600);
  fs.rmSync(target);
  const context = contextIn(project);
  const fixed = { file: { ...dataFile(file), name: 'my rows.jsonl' }, target, fixes: {}, sha256: 'another' };
  const changed = await writeFixed(context, fixed, nothing).catch((error) => error);
  assert.equal([changed.fault?.code, fs.readdirSync(folder).filter((name) => name.endsWith('.part'))], ['E_DATA_FIXED', []]);
  const { sha256 } = await fixFile(fixed.file, nothing, nothing);
  fs.symlinkSync('nowhere', target);
  const came = await writeFixed(context, { ...fixed, sha256 }, nothing).catch((error) => error);
  assert.equal([came.fault?.code, fs.readlinkSync(target)], ['E_DATA_FIXED', 'nowhere']);
});

test('nothing is written into a folder that a link leads to', async () => {
  const project = projectCopy();
  const elsewhere = temporaryFolder();
  fs.writeFileSync(path.join(elsewhere, 'train.jsonl'), chat('human', 'gpt'));
  fs.symlinkSync(elsewhere, path.join(project, 'data/processed/ext'));
  const { exitCode, stdout } = await runJust(project, ['data:fix', '--json']);
  assert.equal([exitCode, fs.readdirSync(elsewhere)], [0, ['train.jsonl']]);
  assert.match(JSON.parse(stdout).steps[0].warning, '`data/processed/ext/train.jsonl`: a link leads to it, and nothing is written there');
});

test('what a kill leaves half written is not sent, and gone behind the next run', async () => {
  const project = projectCopy();
  const folder = path.join(project, 'data/processed');
  const remotes = { disk: { type: 'local', path: temporaryFolder() } };
  fs.writeFileSync(path.join(project, 'configs/setup.local.yaml'), JSON.stringify({ remotes, default_remote: 'disk' }));
  // Several blocks of ten megabytes.
  const rows = Array.from({ length: 20_000 }, (_, index) => chat('human', 'gpt').replace('Rain', `Rain ${index} ${'x'.repeat(1000)}`));
  fs.writeFileSync(path.join(folder, 'train.jsonl'), rows.join('\n'));
  const half = () => fs.readdirSync(folder).filter((name) => name.endsWith('.part'));
  const { child, ended } = startJust(project, ['data:fix']);
  for (const deadline = Date.now() + 60_000; half().length === 0 && Date.now() < deadline; ) await setTimeout(5);
  child.kill('SIGKILL');
  await ended;
  assert.is(half().length, 1);
  const { stdout } = await runJust(project, ['sync:push', '--only=data/processed', '--plan', '--json']);
  assert.match(stdout, 'train.jsonl');
  assert.not.match(stdout, /[^*]\.part\b/);
  const { exitCode } = await runJust(project, ['data:fix']);
  assert.equal([exitCode, half()], [0, []]);
});

test.run();
