import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseRunRecord, type RunRecord } from '../../tasks/engine/records/run-record';
import { emptyRemote, newestSteps, remoteMachine, thisMachine } from '../../tasks/report/machine';
import { dataSection } from '../../tasks/report/page/data-section';
import { historySection, newsOf, versionNews } from '../../tasks/report/page/history-section';
import { fixOf } from '../../tasks/report/page/steps-section';
import { percent, roomScale } from '../../tasks/report/page/storage-section';
import { isSamePage } from '../../tasks/report/same-page';
import { verdictOf } from '../../tasks/report/verdict';

const test = suite('report: parts');
const step = (name: string, state: string, more: object = {}) => ({
  name,
  title: name,
  state,
  found: `${name} is ${state}`,
  actions: [],
  ...more,
});
const run = (startedAt: string, task: string, steps: object[], more: object = {}): RunRecord =>
  parseRunRecord(
    JSON.stringify({ task, outcome: 'changed', startedAt: `2026-01-01T${startedAt}:00.000Z`, durationMs: 1, steps, ...more }),
  ) as RunRecord;
const machineOf = (steps: object[], runs: RunRecord[] = []) =>
  thisMachine(
    { at: '2026-01-01T12:00:00.000Z', steps: run('00:00', 'x', steps).steps.map((one) => ({ ...one, mends: 'setup:local' })) },
    runs,
    0,
  );

const verdicts: [states: object[], level: string, headline: string][] = [
  [[step('a', 'done'), step('b', 'done')], 'ready', 'Ready'],
  [[step('a', 'done', { warning: 'w' })], 'warning', 'Ready, with 1 warning'],
  [[step('a', 'todo'), step('b', 'done')], 'todo', '1 step still to do'],
  [[step('a', 'unknown')], 'todo', '1 step still to do'],
  [[step('a', 'todo'), step('b', 'blocked'), step('c', 'failed')], 'blocked', '2 steps need you'],
];
for (const [steps, level, headline] of verdicts)
  test(`verdict: ${headline}`, () => {
    const verdict = verdictOf(machineOf(steps));
    assert.is(verdict.level, level);
    assert.is(verdict.headline, headline);
  });

test('verdict: a failed run of another task is told, and is no mark of readiness', () => {
  const verdict = verdictOf(machineOf([step('a', 'done')], [run('09:00', 'sync:push', [step('push', 'failed')])]));
  assert.is(verdict.level, 'warning');
  assert.match(verdict.detail, 'the last run of `sync:push` failed');
});

test('verdict: what is blocked stands apart from what a run does then, and a remote without runs says so', () => {
  const { blocked, todo } = verdictOf(machineOf([step('a', 'todo'), step('b', 'blocked'), step('c', 'done'), step('d', 'skipped')]));
  assert.equal(
    [blocked, todo].map((steps) => steps.map(({ name }) => name)),
    [['b'], ['a', 'd']],
  );
  const empty = (isFetched: boolean, unreadable = 0) =>
    verdictOf(emptyRemote('gpu-1', { isFetched, unreadable, setUp: 'setup:remote --on=gpu-1' }));
  assert.equal([empty(false).level, empty(false).headline, empty(true).headline], ['none', 'Not looked at yet', 'No runs yet']);
  assert.match(empty(false).detail, '`npx just report --remote=gpu-1`');
  assert.match(empty(true).detail, '`npx just setup:remote --on=gpu-1`');
  assert.match(empty(true, 2).detail, '2 records of it could not be read');
});

test('the newest look at each step counts, one that was not reached does not', () => {
  const runs = [
    run('08:00', 'setup:local', [step('a', 'failed'), step('b', 'done')]),
    run('10:00', 'b', [step('b', 'blocked')]),
    run('09:00', 'setup:local', [step('a', 'done'), step('b', 'skipped')]),
  ];
  assert.equal(
    newestSteps(runs).map(({ name, state, seenAt }) => [name, state, seenAt.slice(11, 16)]),
    [
      ['b', 'blocked', '10:00'],
      ['a', 'done', '09:00'],
    ],
  );
});

test('what was looked at just now is not told again from a record', () => {
  const machine = machineOf([step('a', 'done')], [run('09:00', 'setup:local', [step('a', 'failed'), step('other', 'done')])]);
  assert.equal(
    machine.earlier.map(({ name }) => name),
    ['other'],
  );
});

test('a remote is judged by the steps of its set-up, in their order; without records there is none', () => {
  const machine = remoteMachine(
    'gpu-1',
    [
      run('09:00', 'setup:remote', [step('a', 'done'), step('b', 'done')]),
      run('10:00', 'a', [step('a', 'blocked')]),
      run('11:00', 'sync:push', [step('push', 'failed')]),
    ],
    0,
  );
  assert.equal(
    machine?.steps.map(({ name, state }) => `${name} ${state}`),
    ['a blocked', 'b done'],
  );
  assert.is(machine?.steps[0]?.mends, 'setup:remote');
  assert.is(machine?.lookedAt, '2026-01-01T11:00:00.000Z');
  const later = remoteMachine(
    'gpu-1',
    [run('09:00', 'setup:remote', [step('a', 'done'), step('b', 'done')]), run('10:00', 'b', [step('b', 'done')])],
    0,
  );
  assert.equal(
    later?.steps.map(({ name }) => name),
    ['a', 'b'],
  );
  assert.is(remoteMachine('gpu-2', [], 3), undefined);
});

test('news of a run: what it did and why, what stopped it, other versions', () => {
  const record = run('09:00', 'setup:local', [
    step('venv', 'failed', { actions: [{ title: 'build it', durationMs: 1 }], changed: ['lock changed'], code: 'E_X' }),
    step('after', 'skipped'),
  ]);
  assert.equal(newsOf(record), ['env:local: build it; then failed: venv is failed (E_X) (because lock changed)']);
  assert.equal(newsOf(run('09:00', 'x', [], { outcome: 'failed', error: { code: 'E_LOCKED', found: 'held', fix: 'wait' } })), [
    'held (E_LOCKED)',
  ]);
  const before = run('08:00', 'x', [], { versions: { node: '20.19.0', python: '3.10.1' } });
  assert.equal(versionNews(run('09:00', 'x', [], { versions: { node: '22.1.0', python: '3.10.1', new: '1' } }), before), [
    'node 20.19.0 → 22.1.0',
  ]);
});

const pages: [one: string, other: string, same: boolean][] = [
  ['61.1 GB free', '60.8 GB free', true],
  ['61.1 GB free', '50 GB free', false],
  ['999 MB', '1 GB', true],
  ['0 B of 16.1 GB', '16.1 GB of 16.1 GB', false],
  ['61.1 GB free', '61.1 GB free, 30 GB comfortable', false],
  ['<rect width="40.1%">', '<rect width="41.9%">', true],
  ['3 packages', '4 packages', false],
];
for (const [one, other, same] of pages)
  test(`${one} and ${other} are ${same ? 'the same' : 'news'}`, () => {
    assert.is(isSamePage(one, other), same);
  });

test('a bar shows the least that is there, and never leaves its track', () => {
  assert.equal([percent(0, 10), percent(1, 1e6), percent(5, 10), percent(20, 10)], ['0%', '0.5%', '50.0%', '100.0%']);
  assert.equal([roomScale(10, 30), roomScale(45, 30), roomScale(2000, 30), roomScale(7, 0)], [37.5, 45, 60, 7]);
});

test('the training data: a bar for each step of the lengths, what is cut apart, and a row for each kind', () => {
  const histogram = [128, 256, 512].map((upTo, index) => ({ upTo, examples: [10, 40, 20][index] }));
  const lengths = [
    { model: 'tiny', split: 'train', countedBy: 'tokenizer', examples: 70, median: 200, maxSeqLength: 256, cut: 20, histogram },
  ];
  const faults = [
    { file: 'train.jsonl', kind: 'cut', level: 'warning', count: 20, line: 7, column: 3, detail: '`<b>`' },
    { file: 'train.parquet', kind: 'broken-parquet', level: 'error', count: 1, line: 0 },
  ];
  const [data] = run('09:00', 'data:check', [
    step('data', 'done', { data: { files: [{ file: 'train.jsonl', rows: 70 }], lengths, faults } }),
  ]).steps;
  const { markup } = dataSection(data?.trainingData ? [data.trainingData] : []);
  assert.match(markup, '<p>70 rows: 2 kinds of faults.</p>');
  assert.equal(
    [...markup.matchAll(/<rect class="(there|free warn)" width="([\d.]+%)"/g)].map(([, tone, width]) => [tone, width]),
    [
      ['there', '25.0%'],
      ['there', '100.0%'],
      ['free warn', '50.0%'],
    ],
  );
  assert.match(markup, '<span class="label">257 to 512</span>\n<span class="value">20 examples, cut</span>');
  assert.match(markup, '<code>train.jsonl:7:3</code> <code>&lt;b&gt;</code>');
  assert.match(markup, '<code>train.parquet</code></td>');
  assert.equal(dataSection([]).markup, '');
  const [other] = run('09:00', 'x', [step('push', 'done', { data: { files: 'x', lengths: 3 } })]).steps;
  assert.is(other?.trainingData, undefined);
});

test('a fix that is one command stands as one', () => {
  assert.is(fixOf('mv .venv-local .venv-local.kept').markup, '<code>mv .venv-local .venv-local.kept</code>');
  assert.is(fixOf('free 3 GB, then `npx just env:local`').markup, 'free 3 GB, then <code>npx just env:local</code>');
  assert.is(fixOf('sudo reboot\nif it hangs again: look').markup, '<code>sudo reboot</code><br>if it hangs again: look');
});

test('the history: a bar for each of the last runs, and what changed nothing is folded', () => {
  const runs = ['12:00', '11:00', '10:00'].map((at, index) => ({
    ...run(at, 'setup:local', []),
    durationMs: [1000, 4000, 2000][index] ?? 0,
  }));
  const { markup } = historySection(runs, 0);
  assert.equal(
    [...markup.matchAll(/<rect [^>]* height="([\d.]+)"/g)].map(([, height]) => height),
    ['20.0', '40.0', '10.0'],
  );
  assert.match(markup, '<summary>3 runs that changed nothing</summary>');
  assert.not.match(historySection(runs.slice(1), 0).markup, '<svg');
});

test.run();
