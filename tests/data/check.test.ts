import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { projectCopy, runJust } from '../support/project';

const test = suite('data:check');

const project = projectCopy();
const write = (name: string, text: string) => fs.writeFileSync(path.join(project, 'data/processed', name), text);
const check = async (...args: string[]) => {
  const { exitCode, stdout } = await runJust(project, ['data:check', '--json', ...args]);
  const { outcome, steps } = JSON.parse(stdout);
  return { exitCode, outcome, step: steps[0], faults: steps[0].data?.faults ?? [] };
};

test('asks for data where there is none', async () => {
  const { exitCode, step } = await check();
  assert.equal([exitCode, step.code], [1, 'E_DATA_NONE']);
});

test('tells each kind once with file, line and column, remembers it, and looks again where a file changed', async () => {
  write('train.jsonl', '{"text": "one"}\n{"text": "two", }\n{"text": "three", }\n');
  write('valid.jsonl', '\ufeff{"text": "four"}\n');
  const first = await check();
  assert.equal([first.exitCode, first.step.code, first.step.actions.length], [1, 'E_DATA', 1]);
  const [comma, mark] = first.faults;
  assert.equal([comma.kind, comma.count, comma.file, comma.line, comma.column], ['trailing-comma', 2, 'data/processed/train.jsonl', 2, 17]);
  assert.equal([mark.kind, mark.level, mark.file], ['mark', 'warning', 'data/processed/valid.jsonl']);
  const again = await check();
  assert.equal([again.exitCode, again.step.actions.length, again.faults], [1, 0, first.faults]);
  write('train.jsonl', '{"text": "one"}\n');
  const planned = await check('--plan');
  assert.equal([planned.step.state, planned.step.changed], ['todo', ['data/processed/train.jsonl changed']]);
  const mended = await check();
  assert.equal([mended.exitCode, mended.step.state], [0, 'done']);
  assert.match(mended.step.found, '2 rows in 2 files');
});

test('is a warning of validate, and an error where the settings say so', async () => {
  write('train.jsonl', '{"text": 1}\n{"text": "x"}\n');
  const data = async (...args: string[]) => {
    const { stdout } = await runJust(project, ['validate', '--env=local', '--json', ...args]);
    return JSON.parse(stdout).steps.find(({ name }: { name: string }) => name === 'data');
  };
  const told = await data();
  assert.is(told.state, 'done');
  assert.match(told.warning, 'train.jsonl:2:2: `text` is string here and number before');
  assert.equal([(await data('--set', 'data.gate=block')).code], ['E_DATA']);
});

test.run();
