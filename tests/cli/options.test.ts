import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { projectCopy, runJust } from '../support/project';
import { stepsProject } from '../support/steps';

const test = suite('options');
const project = stepsProject();
const whole = projectCopy();

const wrong: [args: string[], said: RegExp][] = [
  [['quick', '--pln'], /unknown option `--pln`.*\n\nfix: did you mean `--plan`\?/],
  [['quick', '--force=quik'], /unknown step `quik`: this task has quick.*\n\nfix: did you mean `--force=quick`\?/],
  [['quick', 'slow'], /`slow` would be left out.*\n\nfix: `npx just quick && npx just slow`/],
  [['quick', 'foo', '--json'], /`foo` is neither a task nor an option.*\n\nfix: leave it out: `npx just quick --json`/],
  [['quick', '-x'], /unknown option `-x`.*\n\nfix: add `--help`/],
  [['quick', '--set', '..=1'], /a setting without a name; expected a name/],
  [['quick', '--set', 'storage.=1'], /a setting without a name under storage/],
  [['quick', '--help', '--json'], /`--help` is text for a person.*\n\nfix: leave `--json` out/],
  [['quick', '--version', '--json'], /`--version` is text for a person/],
  [['quick', '--plan=maybe'], /`--plan` takes no value/],
  [['quick', '--set'], /`--set` needs a value/],
  [['quick', '--plan', '--check'], /exclude each other/],
  [['quick', '--env=moon'], /unknown environment `moon`/],
  [['quick', '--set', 'storage.warn_bg=3'], /unknown setting storage\.warn_bg; did you mean `storage.warn_gb`\?/],
];

const long = 'n'.repeat(300);
const ofTraining: [args: string[], said: RegExp][] = [
  [['train', '--detach'], /`--detach` is about a run on another machine.*\n\nfix: add `--on=NAME`/],
  [['train', '--send-token'], /`--send-token` is about a run on another machine/],
  [['validate', '--nodes=all'], /`--nodes` is about the nodes of a cluster/],
  [['train', `--name=${long}`], /`--name`: a name of 300 bytes.*\n\nfix: .* 255 bytes/],
  [['train', `--name=${long.slice(0, 201)}`], /`--name`: a name of 201 characters.*\n\nfix: .*at most 200/],
  [['train:merge', `--into=${long}`], /`--into`: a name of 300 bytes/],
  [['export', '--to=dstack', `--name=${long.slice(0, 201)}`], /at most 200/],
  [['export', '--to=dstack', `--output=new/${'ü'.repeat(128)}`], /`--output`: a name of 256 bytes/],
  [['report', `--output=${long}`], /`--output`: a name of 300 bytes/],
  [['model:verify', `--path=${long}`], /`--path`: a name of 300 bytes/],
  [['gpu', '--estimate', `--model=a/${long}`], /`--model`: a name of 300 bytes/],
];

for (const [args, said] of ofTraining)
  test(`refuses ${args.join(' ').slice(0, 60)}, ${args.join(' ').length} characters`, async () => {
    const { exitCode, stderr, stdout } = await runJust(whole, args);
    assert.is(exitCode, 2);
    assert.match(stderr + stdout, said);
    assert.match(stderr + stdout, 'E_USAGE');
  });

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
