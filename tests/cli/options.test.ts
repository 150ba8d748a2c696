import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runJust } from '../support/project';
import { stepsProject } from '../support/steps';

const test = suite('options');
const project = stepsProject();

const wrong: [args: string[], said: RegExp][] = [
  [['quick', '--pln'], /unknown option `--pln`.*\n\nfix: did you mean `--plan`\?/],
  [['quick', '--force=quik'], /unknown step `quik`: this task has quick.*\n\nfix: did you mean `--force=quick`\?/],
  [['quick', 'slow'], /`slow` would be left out.*\n\nfix: `npx just quick && npx just slow`/],
  [['quick', '--plan=maybe'], /`--plan` takes no value/],
  [['quick', '--set'], /`--set` needs a value/],
  [['quick', '--plan', '--check'], /exclude each other/],
  [['quick', '--env=moon'], /unknown environment `moon`/],
  [['quick', '--set', 'storage.warn_bg=3'], /unknown setting storage\.warn_bg; did you mean `storage.warn_gb`\?/],
];

for (const [args, said] of wrong)
  test(`refuses ${args.join(' ')}`, async () => {
    const { exitCode, stderr, stdout } = await runJust(project, args);
    assert.is(exitCode, 2);
    assert.match(stderr + stdout, said);
  });

test('--help explains the task, its options with defaults, and gives an example', async () => {
  const { exitCode, stdout } = await runJust(project, ['quick', '--help']);
  assert.is(exitCode, 0);
  assert.match(stdout, /Do quick\. For tests\./);
  for (const option of ['plan', 'check', 'force', 'json', 'set', 'verbose'])
    assert.match(stdout, new RegExp(`^and .*--${option}[,:]`, 'm'));
  assert.match(stdout, /Example\n {2}npx just quick/);
});

test('--verbose shows each command and its output', async () => {
  const { stderr } = await runJust(stepsProject(), ['failing', '--verbose']);
  assert.match(stderr, /\$ sh -c/);
  assert.match(stderr, /line 7\n/);
});

test.run();
