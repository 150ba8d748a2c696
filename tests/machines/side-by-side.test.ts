import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { repository } from '../support/project';
import { skip } from '../support/skip';
import { inTmux, noTmux, type Terminal } from '../support/tmux';

const test = suite('several machines in one list');

const fixture = path.join('tests', 'fixtures', 'views', 'side-by-side.ts');
const start = (size: readonly [number, number], machines: number) =>
  inTmux(size, `'${process.execPath}' -r ./tools/ts-node/register ${fixture} ${machines}`, { cwd: repository });

const filled = (terminal: Terminal) => terminal.screen().filter(Boolean);
const atWork = (lines: readonly string[]) => lines.filter((line) => /^[\u2800-\u28ff] machine-/.test(line)).length;

if (noTmux) skip(test, 'several machines in one list', noTmux);
else {
  test('eight machines have their block at 80×24, also after a change of the width; what one found stands above, and the table is what stays', async () => {
    const terminal = start([80, 24], 8);
    await terminal.until(/machine-8 .*\n +installing +25 % +█+░+ +1 of 4 GB/);
    assert.is(filled(terminal).length, 16, terminal.screen().join('\n'));
    assert.is(atWork(terminal.screen()), 8);
    for (const line of terminal.lines()) assert.ok(line.length < 80, line);
    terminal.resize(60, 24);
    await terminal.until(/^[\u2800-\u28ff] machine-1 {2}3 of 3 {2}environment: install 53 packages fro?m?…$/m);
    assert.is(atWork(terminal.screen()), 8, terminal.screen().join('\n'));
    assert.is(filled(terminal).length, 16, terminal.screen().join('\n'));
    terminal.resize(100, 24);
    terminal.type('Enter');
    await terminal.until('✔ machine-1  changed in 3 s');
    terminal.type('Enter');
    await terminal.until('✖ machine-2  failed in 4 s');
    const seen = filled(terminal);
    assert.is(atWork(seen), 6, seen.join('\n'));
    assert.ok(seen.indexOf('machine-2: failed in 4 s') < seen.indexOf('✖ machine-2  failed in 4 s'), seen.join('\n'));
    terminal.type('Enter');
    await terminal.until('END 0');
    assert.equal(filled(terminal).slice(-5), [
      'machine-1: changed in 3 s',
      '  ✔ environment — 53 of 53 packages match the lock',
      'machine-2: failed in 4 s',
      'the table',
      'END 0',
    ]);
  });

  test('where there is no room for all, those that wait and those that have ended are counted', async () => {
    const terminal = start([40, 16], 20);
    await terminal.until(/◼ waiting: \d+ more/);
    const waiting = filled(terminal);
    assert.is(atWork(waiting), 8, waiting.join('\n'));
    assert.ok(waiting.length < 16, waiting.join('\n'));
    for (const line of waiting) assert.ok(line.length < 40, line);
    terminal.type('Enter');
    await terminal.until('- ended: 1 more');
    // Who waits begins in the next picture.
    await terminal.until('machine-9 ');
    assert.is(atWork(terminal.screen()), 8, terminal.screen().join('\n'));
    terminal.type('Enter');
    await terminal.until('- ended: 2 more');
    terminal.type('Enter');
    await terminal.until('END 0');
  });
}

test.run();
