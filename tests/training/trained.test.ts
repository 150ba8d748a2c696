import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Step } from '../../tasks/engine/step';
import { adaptersSection } from '../../tasks/report/page/adapters-section';
import { withTrainings } from '../../tasks/training/pulled-step';
import { expectedTime, trainedAdapters } from '../../tasks/training/trained';
import { temporaryFolder } from '../support/project';
import { contextFor } from '../support/transcript';

const test = suite('what adapters say of their training');

const root = temporaryFolder();
const context = contextFor(root);
const { training } = context.settings;

/** As scripts/train.py tells it, on some device. */
const record = (finishedAt: string, device: string, secondsPerStep: number | null, more: object = {}) => ({
  format: 1,
  name: 'x',
  finishedAt,
  model: { name: 'llama-3.1-8b', repo: 'meta-llama/Llama-3.1-8B', commit: null },
  settings: training,
  git: { commit: '0123456789abcdef', changed: false },
  inputs: {},
  result: {
    rows: { rows: 1200 },
    steps: 225,
    losses: [2.5, 2, 1.25],
    evaluations: [
      { step: 75, loss: 1.5 },
      { step: 225, loss: 1.375 },
    ],
    device,
    secondsPerStep,
  },
  ...more,
});

function adapter(name: string, text: string): void {
  const folder = path.join(root, 'adapters', name);
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'run.json'), text);
}

adapter('first', JSON.stringify(record('2026-11-01T10:20:30.000Z', 'NVIDIA H200', 4.125)));
adapter('second', JSON.stringify(record('2026-11-02T10:20:30.000Z', 'cpu', 60)));

test('one line each, the newest first, in numbers and in plain text whatever the file holds', () => {
  adapter('forged', JSON.stringify(record('2026-11-03T00:00:00.000Z', '\u001b[2Jred\nline', 1, { model: { name: ['no'] } })));
  adapter('wrong', JSON.stringify(record('2026-11-03T00:00:00.000Z', 'cpu', 1, { result: { losses: 'none', steps: 'many', rows: 3 } })));
  adapter('long', JSON.stringify(record('2026-11-03T00:00:00.000Z', 'cpu', 1, { result: { losses: [...Array(7000).fill(2), 1.5] } })));
  adapter('never', JSON.stringify(record('yesterday', 'cpu', 1)));
  adapter('broken', '{');
  fs.mkdirSync(path.join(root, 'adapters/by-hand'));
  const all = trainedAdapters(context);
  assert.equal(all.map(({ folder }) => folder).sort(), [
    'adapters/first',
    'adapters/forged',
    'adapters/long',
    'adapters/second',
    'adapters/wrong',
  ]);
  const first = all.find(({ folder }) => folder === 'adapters/first');
  assert.equal(
    [first?.model, first?.rows, first?.steps, first?.losses, first?.validation, first?.commit],
    ['llama-3.1-8b', 1200, 225, [2.5, 1.25], 1.375, '0123456789ab'],
  );
  const forged = all.find(({ folder }) => folder === 'adapters/forged');
  assert.not.match(`${forged?.device}`, /[\u0000-\u001f]/);
  assert.is(forged?.model, '');
  assert.is(all.find(({ folder }) => folder === 'adapters/wrong')?.losses, undefined);
  assert.equal(all.find(({ folder }) => folder === 'adapters/long')?.losses, [2, 1.5], 'of the last step');
  for (const name of ['forged', 'wrong', 'long', 'never', 'broken', 'by-hand'])
    fs.rmSync(path.join(root, 'adapters', name), { recursive: true });
});

test('the time that steps will take is known by a training of the same cost on the same kind of device, and by no other', () => {
  const all = trainedAdapters(context);
  const of = (more: object = {}) => ({ model: 'llama-3.1-8b', settings: training, processes: 1, onCpu: false, ...more });
  assert.is(expectedTime(all, of(), 1000), 'about 1 h 9 min at the 4.1 s a step of `adapters/first` on NVIDIA H200');
  assert.match(expectedTime(all, of({ onCpu: true }), 10) ?? '', /^about 10 min .* on cpu$/);
  assert.is(expectedTime(all, of({ model: 'mistral-7b' }), 10), undefined);
  const longer = { ...training, arguments: { ...training.arguments, max_seq_length: 4096 } };
  assert.is(expectedTime(all, of({ settings: longer }), 10), undefined);
  assert.is(expectedTime(all, of({ processes: 2 }), 10), undefined);
  const other = { ...training, arguments: { ...training.arguments, learning_rate: 1, seed: 1, epochs: 9 } };
  assert.ok(expectedTime(all, of({ settings: other }), 10), 'what costs no time does not count');
});

test('the page has them, and nothing where there are none', () => {
  const { markup } = adaptersSection(trainedAdapters(context));
  assert.match(
    markup,
    /<th scope="row">adapters\/first<\/th><td>llama-3\.1-8b<\/td><td>1200<\/td><td>225<\/td><td>2\.500 → 1\.250<\/td><td>1\.375<\/td>/,
  );
  assert.is(adaptersSection([]).markup, '');
});

test('a pull shows them once it has brought something', async () => {
  const pull = (data: Record<string, unknown>): Step => ({
    name: 'pull',
    title: 'Pull',
    check: async () => ({ state: 'done', found: 'there', data }),
  });
  const brought = await withTrainings(pull({ sent: { files: 4 } })).check(context, 'quick');
  assert.is('table' in brought && brought.table?.length, 3);
  assert.not.ok('table' in (await withTrainings(pull({})).check(context, 'quick')));
});

test.run();
