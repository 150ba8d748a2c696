import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { stepsProject } from '../support/steps';
import { inTerminal } from '../support/terminal';

const test = suite('terminal');

const hides = '\u001b[?25l';
const shows = '\u001b[?25h';

test('a terminal gets the live view, with bytes and rate, and its cursor back', async () => {
  const { screen, exitCode } = await inTerminal(stepsProject(), ['slow']);
  assert.is(exitCode, 0);
  assert.ok(screen.includes(hides));
  assert.ok(screen.lastIndexOf(shows) > screen.lastIndexOf(hides));
  assert.match(screen, /writing \d+ B of 20 B, [\d.]+ B\/s, [\d.]+ (ms|s) left/);
  assert.match(screen, /slow — 20 of 20 lines/);
});

test('Ctrl-C gives the cursor back and exits 130', async () => {
  const { screen, exitCode } = await inTerminal(stepsProject(), ['sleeping'], {}, { text: '\u0003', at: 'Sleep: sleep' });
  assert.is(exitCode, 130);
  assert.ok(screen.lastIndexOf(shows) > screen.lastIndexOf(hides));
  assert.match(screen, /interrupted by SIGINT/);
});

for (const env of [{ CI: 'true' }, { TERM: 'dumb' }, { NO_COLOR: '1' }])
  test(`${Object.keys(env)[0]} gets plain lines`, async () => {
    const { screen } = await inTerminal(stepsProject(), ['quick'], env);
    assert.not.ok(screen.includes(hides));
    assert.match(screen, /quick — 2 of 2 lines/);
  });

test('a terminal without a width gets plain lines', async () => {
  const { screen } = await inTerminal(stepsProject(), ['quick'], {}, undefined, 0);
  assert.match(screen, /quick — 2 of 2 lines/);
});

test('a failure in the live view shows the tail of the command', async () => {
  const { screen, exitCode } = await inTerminal(stepsProject(), ['failing']);
  assert.is(exitCode, 1);
  assert.match(screen, /the real reason/);
});

test.run();
