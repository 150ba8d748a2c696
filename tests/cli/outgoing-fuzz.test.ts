import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { explain, UserError } from '../../tasks/common/errors';
import { parseRunRecord } from '../../tasks/engine/records/run-record';
import { documentOf, type Report, type StepReport } from '../../tasks/engine/report';
import { stepLines } from '../../tasks/engine/reporter/lines';
import { reportTable } from '../../tasks/engine/reporter/table';
import { cleanMachine, remoteMachine } from '../../tasks/report/machine';
import { pageOf } from '../../tasks/report/page/page';
import { mutations, rawControls } from '../support/mutate';

/** 2,500 records, nearly right, through every way out: each as a step, a fault, a table, a document, a record read back, a page. */

const test = suite('what leaves the program: fuzz');

const said = '✔ model — every hash checked\nfix: `x`';
const step = {
  name: 'model',
  title: 'Look',
  state: 'blocked',
  found: 'it said: no',
  code: 'E_HUB',
  needed: 'a yes',
  fix: 'ask again\nor another',
  warning: 'careful',
  tail: `line one\n${said}`,
  changed: ['a → b'],
  table: [
    ['file', 'state'],
    ['a.bin', said],
  ],
  actions: [{ title: 'fetch', durationMs: 3 }],
  durationMs: 4,
  files: [{ name: 'a.bin', bytes: 3 }],
  volumes: [{ folder: '/x', availableBytes: 1, neededBytes: 1, comfortBytes: 1, parts: [{ name: 'raw', budgetBytes: 1 }] }],
  packages: [{ name: 'numpy', version: '1', locked: '2', drift: 'version', asked: true }],
};
const record = {
  version: 1,
  task: 'setup:remote',
  outcome: 'blocked',
  startedAt: '2026-01-01T00:00:00.000Z',
  durationMs: 3,
  steps: [step, { ...step, name: 'other', state: 'done' }],
  error: { code: 'E_X', found: said, fix: said },
  versions: { node: '20' },
};

/** Step lines and labels that our own code begins lines with stand at its own indents; a program's words stand behind a bar. */
function check(text: string, own: number, what: string): void {
  assert.not.match(text, rawControls, what);
  const marks = text.split('\n').filter((line) => /^\s*[✔○✖→]/.test(line));
  assert.ok(marks.length <= own, `${what}: ${JSON.stringify(marks)}`);
}

/** What a mutation left of a step, with texts where texts are: what any code could hand on. */
function stepFrom(value: unknown): StepReport {
  const fields = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  const text = (name: string): string => (typeof fields[name] === 'string' ? (fields[name] as string) : JSON.stringify(fields[name] ?? ''));
  const table = Array.isArray(fields['table']) ? fields['table'].filter(Array.isArray).map((row) => row.map(String)) : [[text('table')]];
  return {
    name: text('name'),
    title: text('title'),
    state: 'blocked',
    found: text('found'),
    code: text('code'),
    needed: text('needed'),
    fix: text('fix'),
    warning: text('warning'),
    tail: text('tail'),
    changed: [text('changed')],
    table,
    data: { more: value },
    actions: [{ title: text('actions'), durationMs: 1 }],
    durationMs: 1,
  };
}

test('no control, no forged line, bounded in length and time', () => {
  const begun = performance.now();
  let [pages, longest] = [0, 0];
  const seeds = [JSON.stringify(record), JSON.stringify(step), said, JSON.stringify(said)];
  for (const text of mutations(seeds, 2500, 7)) {
    const started = performance.now();
    let value: unknown = text;
    try {
      value = JSON.parse(text);
    } catch {
      // Then it is a text.
    }
    const first = (value as { steps?: unknown[] } | null)?.steps;
    const raw = stepFrom(
      Array.isArray(first) ? first[0] : typeof value === 'string' ? Object.fromEntries(Object.keys(step).map((key) => [key, text])) : value,
    );
    const out = {
      lines: stepLines(raw),
      table: reportTable({ steps: [raw] }, 'verdict'),
      fault: explain({
        code: raw.code as string,
        found: raw.found,
        needed: raw.needed as string,
        fix: raw.fix as string,
        tail: raw.tail as string,
      }),
      error: String(new UserError({ code: 'E', found: raw.found, fix: raw.fix as string, tail: raw.tail as string }).stack),
    };
    check(out.lines, 1, 'lines');
    check(out.table, 1, 'table');
    check(out.fault, 0, 'fault');
    check(out.error, 0, 'error');
    const document = JSON.stringify(documentOf({ ...record, steps: [raw], outcome: 'blocked' } as unknown as Report));
    const values: string[] = [];
    JSON.parse(document, (key, inner) => {
      values.push(key);
      if (typeof inner === 'string') values.push(inner);
      return inner;
    });
    for (const each of values) assert.not.match(each, rawControls, 'document');
    const parsed = parseRunRecord(text);
    if (parsed) {
      for (const each of parsed.steps) check(stepLines(each as StepReport), 1, 'record');
      const machine = remoteMachine('gpu', [parsed], 0);
      if (machine) {
        pages++;
        const page = pageOf({
          project: 'p',
          hostname: 'h',
          environment: 'local',
          lookedAt: '',
          version: '1',
          machines: [cleanMachine(machine)],
        });
        assert.not.match(page, rawControls, 'page');
        longest = Math.max(longest, page.length);
      }
    }
    for (const each of Object.values(out)) longest = Math.max(longest, each.length);
    assert.ok(performance.now() - started < 2000, 'each in a moment');
  }
  assert.ok(pages > 150, `${pages} pages`);
  assert.ok(longest < 200_000, `${longest} characters at most`);
  assert.ok(performance.now() - begun < 120_000);
});

test.run();
