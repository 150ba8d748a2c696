import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { lastLines, oneLine, printable } from '../../tasks/untrusted/text';
import { mutations, rawControls } from '../support/mutate';

const test = suite('text from outside');

test('what steers a terminal is taken out, and nothing is hidden by it', () => {
  for (const [text, shown] of [
    ['plain\ttext\n', 'plain\ttext\n'],
    ['\u001b[31mred\u001b[0m', 'red'],
    ['\u009b31mred', 'red'],
    ['a\u001b]0;title\u0007b', 'a]0;titleb'],
    ['a\u001b]0;and what follows stays', 'a]0;and what follows stays'],
    ['a\rb', 'a\nb'],
    ['a\r\nb', 'a\nb'],
    ['\u202eevil\u2066', 'evil'],
    ['a\u2028b\u200b', 'ab'],
    ['\ud83d\ude00 \ud83d', '\ud83d\ude00 '],
    ['a\u0000\u0008b', 'ab'],
  ] as const)
    assert.is(printable(text), shown, JSON.stringify(text));
});

test('one line of a length, whatever came', () => {
  assert.is(oneLine(' a\n ✔ done\u001b[2K\t b '), 'a ✔ done b');
  assert.is(oneLine('x'.repeat(400), 10), 'xxxxxxxxx…');
  assert.is(oneLine(`${'x'.repeat(8)}\ud83d\ude00xx`, 10), 'xxxxxxxx…');
});

test('the last lines, each bounded', () => {
  assert.is(lastLines('a\nb\r\nc\n', 2), 'b\nc');
  assert.is(lastLines(`${'y'.repeat(1000)}\nz`, 2, 10), 'yyyyyyyyy…\nz');
});

test('2,000 texts, nearly right: no control is left', () => {
  for (const text of mutations(['✔ model — every hash checked\nfix: `x`', '{"error":"Repository not found"}'], 2000)) {
    assert.not.match(printable(text), rawControls);
    assert.not.match(oneLine(text), /[\n\t]/);
    assert.ok(oneLine(text).length <= 300);
  }
});

test.run();
