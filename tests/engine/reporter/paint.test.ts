import { stripVTControlCharacters } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { painted } from '../../../tasks/engine/reporter/paint';
import { hasColours, isLive, type Screen } from '../../../tasks/engine/reporter/reporter';

const test = suite('paint');

const [green, red, cyan] = [32, 31, 36].map((code) => `\u001b[${code}m`);

test('states, fixes and commands have a colour, in lines and in tables, and no letter changes', () => {
  const text = [
    '✔ storage — 41 GB free in `models`',
    '✖ gpu — no card (E_GPU_CARD)',
    '    fix: `npx just gpu`',
    'gpu      ✖ wrong  no card',
    '  | what a program said, ✖ wrong or fix: not',
    'fix it yourself',
  ].join('\n');
  const lines = painted(text).split('\n');
  assert.is(stripVTControlCharacters(lines.join('\n')), text);
  assert.ok(lines[0]?.startsWith(`${green}✔`));
  assert.ok(lines[0]?.includes(`${cyan}\`models\``));
  assert.ok(lines[1]?.startsWith(`${red}✖`));
  assert.ok(lines[2]?.includes(`${green}fix`));
  assert.ok(lines[3]?.includes(`${red}✖ wrong`));
  assert.not.ok(lines[4]?.includes(red as string));
});

const screen = (more: Partial<Screen>): Screen => ({ isTTY: true, columns: 80, env: {}, write: () => undefined, ...more });

for (const [what, given, colours, live] of [
  ['a terminal', {}, true, true],
  ['NO_COLOR', { env: { NO_COLOR: '1' } }, false, true],
  ['an empty NO_COLOR', { env: { NO_COLOR: '' } }, true, true],
  ['NO_COLOR and FORCE_COLOR', { env: { NO_COLOR: '1', FORCE_COLOR: '1' } }, false, true],
  ['a dumb terminal', { env: { TERM: 'dumb' } }, false, false],
  ['CI with a terminal', { env: { CI: 'true' } }, true, false],
  ['a file', { isTTY: false }, false, false],
  ['a file with FORCE_COLOR', { isTTY: false, env: { FORCE_COLOR: '1' } }, true, false],
  ['FORCE_COLOR=0', { env: { FORCE_COLOR: '0' } }, false, true],
  ['a terminal without a width', { columns: 0 }, true, false],
] as const)
  test(`${what}: colours ${colours}, redrawn ${live}`, () => {
    assert.is(hasColours(screen(given)), colours);
    assert.is(isLive(screen(given)), live);
  });

test.run();
