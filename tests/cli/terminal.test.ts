import * as fs from 'node:fs';
import * as path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runJust, startJust } from '../support/project';
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
  assert.match(screen, /writing {2}\d+ % {2}█*░+ {2}\d+ of 20 B {2}[\d.]+ B\/s {2}\d+ s left/);
  assert.match(stripVTControlCharacters(screen), /slow — 20 of 20 lines \[[\d.]+ m?s\]/);
});

test('Ctrl-C gives the cursor back and exits 130', async () => {
  const { screen, exitCode } = await inTerminal(stepsProject(), ['sleeping'], {}, { text: '\u0003', at: 'Sleep: sleep' });
  assert.is(exitCode, 130);
  assert.ok(screen.lastIndexOf(shows) > screen.lastIndexOf(hides));
  assert.match(screen, /interrupted by SIGINT/);
});

test('NO_COLOR takes the colours away and nothing else', async () => {
  const colour = /\u001b\[3[1-6]m/;
  const { screen } = await inTerminal(stepsProject(), ['quick'], { NO_COLOR: '1', FORCE_COLOR: '1' });
  assert.ok(screen.includes(hides));
  // just itself has colours for a task that is the project's own.
  const ours = screen.slice(screen.indexOf('plan: '), screen.indexOf('changed in'));
  assert.match(ours, /✔ quick — 2 of 2 lines/);
  assert.not.match(ours, colour);
  assert.match((await inTerminal(stepsProject(), ['quick'])).screen, colour);
});

test('what was found goes to stdout, what is being done to stderr, also where one of them is no terminal', async () => {
  const { stdout, stderr } = await runJust(stepsProject(), ['quick']);
  assert.match(stdout, /^✔ quick — 2 of 2 lines \[[\d.]+ m?s\]\n {4}because: source\.txt changed\nchanged in/m);
  assert.match(stderr, '→ quick: write 2 lines');
  assert.not.match(stderr, '✔');
  const project = stepsProject();
  const { screen } = await inTerminal(project, ['quick'], {}, undefined, 60, 'found.txt');
  assert.match(stripVTControlCharacters(screen), /✔ quick — 2 of 2 lines/);
  assert.match(fs.readFileSync(path.join(project, 'found.txt'), 'utf8'), /^✔ quick — 2 of 2 lines \[[\d.]+ m?s\]$/m);
});

test('a reader who leaves ends the run quietly, with a record and without a lock', async () => {
  const project = stepsProject();
  const { child, ended } = startJust(project, ['all', '--verbose']);
  child.stdout?.once('data', () => child.stdout?.destroy());
  const { exitCode, stderr } = await ended;
  assert.is(exitCode, 141);
  assert.not.match(stderr, /EPIPE|node:/);
  assert.equal(fs.readdirSync(path.join(project, '.just-lora')).sort(), ['.gitignore', 'runs']);
  const [record = ''] = fs.readdirSync(path.join(project, '.just-lora/runs'));
  assert.is(JSON.parse(fs.readFileSync(path.join(project, '.just-lora/runs', record), 'utf8')).outcome, 'interrupted');
});

for (const env of [{ CI: 'true' }, { TERM: 'dumb' }])
  test(`${Object.keys(env)[0]} gets plain lines`, async () => {
    const { screen } = await inTerminal(stepsProject(), ['quick'], env);
    assert.not.ok(screen.includes(hides));
    assert.match(stripVTControlCharacters(screen), /quick — 2 of 2 lines/);
  });

test('a terminal without a width gets plain lines', async () => {
  const { screen } = await inTerminal(stepsProject(), ['quick'], {}, undefined, 0);
  assert.match(stripVTControlCharacters(screen), /quick — 2 of 2 lines/);
});

test('a failure in the live view shows the tail of the command', async () => {
  const { screen, exitCode } = await inTerminal(stepsProject(), ['failing']);
  assert.is(exitCode, 1);
  assert.match(screen, /the real reason/);
});

test.run();
