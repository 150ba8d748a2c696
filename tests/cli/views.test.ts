import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { projectCopy, repository } from '../support/project';
import { skip } from '../support/skip';
import { stepsProject } from '../support/steps';
import { inTmux, noTmux, type Terminal } from '../support/tmux';

const test = suite('views at a terminal');

const just = `'${process.execPath}' '${path.join(repository, 'node_modules/just-task/bin/just.js')}'`;
/** Times differ from run to run. */
const squashed = (text: string): string =>
  text
    .replace(/\[[\d.]+ (?:m?s|min \d+ s)\]/g, '[time]')
    .replace(/in [\d.]+ m?s/g, 'in time')
    .replace(/\s+/g, ' ');
const lines = (terminal: Terminal) => terminal.lines().filter((line) => !line.startsWith('END ') && line !== '');

/** No line is wider than the terminal, but for a word that is, a command for one; and nothing ends in the middle. */
function fits(shown: readonly string[], columns: number): void {
  const words = (line: string) => line.match(/(?:`[^`]*`|[^\s`])+/g) ?? [];
  for (const line of shown) {
    assert.ok(line.length <= columns || words(line).length === 1, `${line.length} of ${columns} columns: ${line}`);
    assert.not.match(line, /…$/);
  }
}

const told = [
  '✔ mkdirs — 7 of 7 folders there',
  '✔ fetch — 16.1 of 16.1 GB in `models/llama-3.1-8b`, each file with the hash that the Hub has for it [time]',
  'warning: the licence of this model asks for its name in what is made with it',
  '✔ packages — 53 of 53 packages match the lock',
  '✖ driver — blocked (E_VIEWS)',
  'the driver 470.256.02 of this machine speaks CUDA 11.4, which is older than what torch 2.4.1 was built for (E_VIEWS)',
  'needed: a driver of 525.60.13 or newer, which speaks CUDA 12.1',
  'fix: `sudo apt-get install nvidia-driver-570`, then start the machine anew and run the same command again',
];
const moving = /downloading +3\d % .*of 16\.1 GB/;
/** What a line of 16 GB on their way has at each width, in this order. */
const transfer = {
  100: /^ {4}downloading {2}3\d % {2}█+░+ {2}5(?:\.\d+)? of 16\.1 GB {2}[\d.]+ MB\/s {2}\d+ min left {2}model-00002-/m,
  80: /^ {4}downloading {2}3\d % {2}█+░+ {2}5(?:\.\d+)? of 16\.1 GB {2}[\d.]+ MB\/s {2}\d+ min left$/m,
  40: /^ {4}downloading 3\d % 5(?:\.\d+)? of 16\.1 GB$/m,
};

if (noTmux) skip(test, 'views at a terminal', noTmux);
else {
  for (const size of [
    [100, 30],
    [80, 24],
    [40, 20],
  ] as const)
    test(`a set-up at ${size.join('×')}: a list while it runs, what is on its way in one line, and at the end nothing that is cut, broken or told twice`, async () => {
      const [columns, rows] = size;
      const project = stepsProject('views');
      const terminal = inTmux(size, `${just} everything`, { cwd: project, env: { NO_COLOR: '1' } });
      await terminal.until(transfer[columns]);
      const during = terminal.screen().filter(Boolean);
      assert.match(during.join('\n'), /^✔ mkdirs — 7 of 7 folders there$/m);
      assert.match(during.join('\n'), /^[\u2800-\u28ff] Fetch the base model: fetch 4/m);
      assert.match(during.join('\n'), /^◼ Train five steps$/m);
      assert.ok(during.length <= rows);
      fits(
        during.filter((line) => !moving.test(line)),
        columns,
      );
      fs.writeFileSync(path.join(project, 'seen'), '');
      await terminal.until('END 1');
      const shown = lines(terminal);
      fits(shown, columns);
      const text = squashed(shown.join('\n'));
      for (const sentence of told) assert.is(text.split(sentence).length, 2, `${sentence}\n${shown.join('\n')}`);
      // Each cell of the table in its own column, or in a block: no word of it is broken.
      const words = new Set(text.split(' '));
      for (const word of 'transformers configuration, tokenizer generates accelerate'.split(' '))
        assert.ok(words.has(word), `${word}\n${shown.join('\n')}`);
      assert.not.match(text, 'previously detected');
    });

  test('the list of tasks that begin so, the options of all and those of one, at 40×20', async () => {
    const terminal = inTmux([40, 20], `${just} sync; ${just} help options; ${just} setup:remote --help`, { cwd: projectCopy() });
    await terminal.until('END 0');
    const shown = lines(terminal);
    fits(shown, 39);
    const text = squashed(shown.join('\n'));
    for (const sentence of [
      'sync:status Show what differs between here and the GPU machine, both ways',
      '--json print one JSON document on stdout, and nothing else (default: off)',
      "--send-token with --on: give that run this machine's token of the Hub (default: off)",
    ])
      assert.ok(text.includes(sentence), `${sentence}\n${shown.join('\n')}`);
  });
}

test.run();
