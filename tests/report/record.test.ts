import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseRunRecord } from '../../tasks/engine/records/run-record';

const test = suite('report: records');
const whole = {
  version: 1,
  task: 'setup:local',
  outcome: 'changed',
  startedAt: '2026-03-01T10:00:00.000Z',
  durationMs: 12,
  steps: [{ name: 'a', title: 'A', state: 'done', found: 'all', actions: [{ title: 'write', durationMs: 3 }], durationMs: 5 }],
  versions: { node: '22.1.0' },
};

test('reads what a run leaves', () => {
  const record = parseRunRecord(JSON.stringify(whole));
  assert.is(record?.task, 'setup:local');
  assert.is(record?.steps[0]?.actions[0]?.title, 'write');
  assert.equal(record?.versions, { node: '22.1.0' });
});

test('tasks and steps that had another name are known by the one they have now', () => {
  const old = { ...whole, task: 'conda', steps: ['venv', 'conda', 'conda-like'].map((name) => ({ ...whole.steps[0], name })) };
  const record = parseRunRecord(JSON.stringify(old));
  assert.is(record?.task, 'env:remote');
  assert.equal(
    record?.steps.map(({ name }) => name),
    ['env:local', 'env:remote', 'conda-like'],
  );
});

const bad: [what: string, text: string][] = [
  ['nothing', ''],
  ['half a file', JSON.stringify(whole).slice(0, 90)],
  ['a list', '[]'],
  ['null', 'null'],
  ['an outcome that is none', JSON.stringify({ ...whole, outcome: '<b>' })],
  ['no time', JSON.stringify({ ...whole, startedAt: 'yesterday' })],
  ['no task', JSON.stringify({ ...whole, task: 7 })],
];
for (const [what, text] of bad)
  test(`${what} is no record`, () => {
    assert.is(parseRunRecord(text), undefined);
  });

test('leaves out what is not as it should be', () => {
  const record = parseRunRecord(
    JSON.stringify({
      ...whole,
      durationMs: -1,
      steps: [
        { state: 'done' },
        null,
        { ...whole.steps[0], table: 'x', changed: [1, 'y'], packages: [{ name: 'p', drift: '<i>' }], volumes: [{}], actions: [{}] },
      ],
      versions: ['x'],
    }),
  );
  assert.is(record?.durationMs, 0);
  assert.is(record?.steps.length, 1);
  assert.equal(record?.steps[0]?.changed, ['y']);
  assert.equal(record?.steps[0]?.packages, [{ name: 'p', asked: false }]);
  assert.equal(record?.steps[0]?.volumes, []);
});

test('cuts a text that no page could show', () => {
  const record = parseRunRecord(JSON.stringify({ ...whole, steps: [{ ...whole.steps[0], found: 'x'.repeat(1e6) }] }));
  assert.is(record?.steps[0]?.found.length, 4001);
});

test.run();
