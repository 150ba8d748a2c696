import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { projectCopy, runJust, startJust, temporaryFolder } from '../support/project';
import { snapshot } from '../support/steps';

const test = suite('report: task');

/** A project with its own HOME: the token of the person who runs the tests is not the test's. */
function project(): { folder: string; env: Record<string, string>; page: string } {
  const folder = projectCopy();
  return { folder, env: { HOME: temporaryFolder(), HF_HOME: temporaryFolder() }, page: path.join(folder, '.just-lora/report.html') };
}
const json = async (folder: string, args: string[], env: Record<string, string>) => {
  const { stdout, stderr, exitCode } = await runJust(folder, ['report', ...args, '--json'], env);
  assert.ok(stdout, stderr);
  return { ...JSON.parse(stdout), exitCode };
};
const record = (folder: string, name: string, content: object | string): void => {
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
};
const run = (task: string, outcome: string, startedAt: string, more: object = {}): object => ({
  version: 1,
  task,
  outcome,
  startedAt,
  durationMs: 65_000,
  steps: [],
  versions: { node: '22.1.0', python: '3.10.13', 'just-lora': '0.1.0' },
  ...more,
});

test('writes a page, prints its path and its address last, and leaves it alone while it is true', async () => {
  const { folder, env, page } = project();
  const first = await runJust(folder, ['report'], env);
  assert.is(first.exitCode, 0, first.stderr);
  const lines = first.stdout
    .trim()
    .split('\n')
    .filter((line) => !/ (started|finished) '/.test(line));
  assert.match(lines[0] as string, /^✔ report — report written to /);
  assert.is(lines.at(-2), '.just-lora/report.html');
  assert.is(lines.at(-1), pathToFileURL(page).href);
  const text = fs.readFileSync(page, 'utf8');
  assert.match(text, '<meta name="generator" content="just-lora report">');
  const second = await json(folder, [], env);
  assert.is(second.outcome, 'unchanged');
  assert.match(second.steps[0].found, /^report written to `\.just-lora\/report\.html`: \d+ steps? still to do$/);
  assert.is(fs.readFileSync(page, 'utf8'), text);
  assert.is((await json(folder, ['--force'], env)).outcome, 'changed');
  assert.is(second.steps[0].verdicts[0].verdict, 'todo');
});

test('looks at the machine as it is, not as a run left it', async () => {
  const { folder, env, page } = project();
  await runJust(folder, ['mkdirs'], env);
  await runJust(folder, ['report'], env);
  assert.match(fs.readFileSync(page, 'utf8'), '7 of 7 folders there');
  fs.rmSync(path.join(folder, 'data/raw'), { recursive: true });
  const again = await json(folder, [], env);
  assert.is(again.outcome, 'changed');
  assert.not.match(fs.readFileSync(page, 'utf8'), '7 of 7 folders there');
});

test('a page of yesterday is written again though nothing changed', async () => {
  const { folder, env, page } = project();
  await runJust(folder, ['report'], env);
  const text = fs.readFileSync(page, 'utf8');
  const lookedAt = /<meta name="looked-at" content="([^"]+)">/.exec(text)?.[1] as string;
  const old = '2020-01-01T00:00:00.000Z';
  fs.writeFileSync(
    page,
    text.replaceAll(lookedAt, old).replaceAll(`${lookedAt.slice(0, 10)} ${lookedAt.slice(11, 16)} UTC`, '2020-01-01 00:00 UTC'),
  );
  const { outcome } = await json(folder, [], env);
  assert.is(outcome, 'changed');
  assert.not.match(fs.readFileSync(page, 'utf8'), '2020-01-01');
});

test('a look writes nothing, and its own runs are no history', async () => {
  const { folder, env, page } = project();
  const before = snapshot(folder);
  assert.is((await json(folder, ['--check'], env)).exitCode, 3);
  assert.is((await json(folder, ['--plan'], env)).exitCode, 0);
  assert.is(snapshot(folder), before);
  await runJust(folder, ['report'], env);
  assert.is((await json(folder, ['--check'], env)).exitCode, 0);
  assert.not.ok(fs.existsSync(path.join(folder, '.just-lora/runs')));
  assert.not.match(fs.readFileSync(page, 'utf8'), '<h3>Runs</h3>');
});

test('history: runs that changed, failed and were interrupted, and a record cut short', async () => {
  const { folder, env, page } = project();
  const taken = path.join(folder, 'data/raw');
  fs.rmSync(taken, { recursive: true });
  await runJust(folder, ['mkdirs'], env);
  fs.rmSync(taken, { recursive: true });
  fs.writeFileSync(taken, 'in the way');
  assert.is((await runJust(folder, ['mkdirs'], env)).exitCode, 1);
  const runs = path.join(folder, '.just-lora/runs');
  record(runs, '2020-01-01-setup-local.json', run('setup:local', 'interrupted', '2020-01-01T08:00:00.000Z'));
  record(runs, '2020-01-02-setup-local.json', '{"version":1,"task":"setup:lo');
  await runJust(folder, ['report'], env);
  const text = fs.readFileSync(page, 'utf8');
  const row = (outcome: string) => text.split('\n').find((line) => line.startsWith('<tr>') && line.includes(` ${outcome}</span>`)) ?? '';
  assert.match(row('changed'), /mkdirs.*make /);
  assert.match(row('blocked'), 'E_PATH_TAKEN');
  assert.match(row('interrupted'), '1 min 5 s');
  assert.match(text, '1 more could not be read');
  assert.match(text, /needs you<[\s\S]*<h3>Blocked<[\s\S]*<h3>Then to do</);
});

test('a remote is told of where its records were fetched', async () => {
  const { folder, env, page } = project();
  await runJust(folder, ['report'], env);
  assert.not.match(fs.readFileSync(page, 'utf8'), 'Remote <strong>');
  const steps = [
    {
      name: 'gpu',
      title: 'GPU',
      state: 'blocked',
      found: 'no driver',
      needed: 'a driver',
      code: 'E_GPU_DRIVER',
      fix: 'npx just gpu',
      actions: [],
      durationMs: 1,
    },
  ];
  record(
    path.join(folder, '.just-lora/remotes/gpu-1/runs'),
    'a.json',
    run('setup:remote', 'blocked', '2026-01-02T08:00:00.000Z', { steps }),
  );
  record(path.join(folder, '.just-lora/remotes/empty/runs'), 'a.txt', 'no record');
  const { steps: told } = await json(folder, [], env);
  assert.equal(
    told[0].verdicts.map(({ machine, verdict }: { machine: string; verdict: string }) => [machine, verdict]),
    [
      ['this machine', 'todo'],
      ['gpu-1', 'blocked'],
    ],
  );
  assert.match(
    fs.readFileSync(page, 'utf8'),
    /Remote <strong>gpu-1<\/strong>, as its runs left it at <time datetime="2026-01-02T08:00:00.000Z">/,
  );
});

test('--env=remote is about the training environment and the models', async () => {
  const { folder, env } = project();
  const { steps, exitCode } = await json(folder, ['--env=remote', '--no-gpu', '--set', 'remote.engine=venv', '--output=remote.html'], env);
  assert.is(exitCode, 0);
  // Nothing is there yet; whether room and network are there for it is this machine's.
  assert.ok(['todo', 'blocked'].includes(steps[0].verdicts[0].verdict));
  const text = fs.readFileSync(path.join(folder, 'remote.html'), 'utf8');
  for (const name of ['gpu-driver', 'env:remote', 'train', 'verify:llama-3.1-8b']) assert.match(text, `<h4>${name} `);
  assert.match(text, '<code>npx just setup:remote</code>, then <code>npx just model:download</code>');
});

test('another repository has a page about its own tasks', async () => {
  const { folder, env, page } = project();
  fs.writeFileSync(
    path.join(folder, 'just.config.ts'),
    `import { task } from 'just-task';
import { defineTask, reportTask, type Step } from './tasks';

const tokenizer: Step = { name: 'tokenizer', title: 'Train it', check: async () => ({ state: 'todo', found: 'no \`tokenizer.json\` <yet>' }), plan: async () => [] };
const own = defineTask({ name: 'start', description: 'Own', details: '', example: '', items: [tokenizer] });
task('report', reportTask({ local: [own] }));
`,
  );
  assert.is((await json(folder, [], env)).steps[0].verdicts[0].headline, '1 step still to do');
  assert.match(fs.readFileSync(page, 'utf8'), 'no <code>tokenizer.json</code> &lt;yet&gt;');
  assert.match(fs.readFileSync(page, 'utf8'), '<code>npx just start</code>');
});

test('--output: anywhere, through a link, and never over something that is not ours', async () => {
  const { folder, env } = project();
  const mine = path.join(folder, 'mine.html');
  fs.writeFileSync(mine, '<p>mine</p>');
  fs.writeFileSync(path.join(folder, 'empty.html'), '');
  fs.symlinkSync('nowhere', path.join(folder, 'dangling.html'));
  const theirs = path.join(temporaryFolder(), 'theirs.html');
  fs.writeFileSync(theirs, '<p>theirs</p>');
  fs.symlinkSync(theirs, path.join(folder, 'theirs.html'));
  fs.writeFileSync(path.join(folder, 'NOTES.md'), 'mine');
  for (const args of [
    ['init', '-q'],
    ['add', 'NOTES.md'],
  ])
    execFileSync('git', args, { cwd: folder });
  const other = '`npx just report --output=.just-lora/report.html`';
  for (const [output, found, fix] of [
    ['mine.html', 'not one of our reports', 'mv mine.html mine.html.kept'],
    ['empty.html', 'not one of our reports', 'mv empty.html empty.html.kept'],
    ['data', 'a folder', '`npx just report --output=data/report.html`'],
    ['dangling.html', 'leads nowhere', 'mv dangling.html dangling.html.kept'],
    // The link goes, and not what it leads to; what git tracks, and what is no file, is needed as it is.
    ['theirs.html', 'not one of our reports', 'mv theirs.html theirs.html.kept'],
    ['NOTES.md', 'not one of our reports', other],
    ['/dev/full', 'no file', other],
  ] as const) {
    const { exitCode, steps } = await json(folder, [`--output=${output}`], env);
    assert.is(exitCode, 1);
    assert.is(steps[0].code, 'E_OUTPUT_TAKEN');
    assert.match(steps[0].found, found);
    assert.is(steps[0].fix, fix);
  }
  assert.is(fs.readFileSync(mine, 'utf8'), '<p>mine</p>');
  assert.ok(fs.lstatSync(path.join(folder, 'dangling.html')).isSymbolicLink());
  const away = path.join(temporaryFolder(), 'new folder', 'the page.html');
  const { exitCode, stdout } = await runJust(folder, ['report', `--output=${away}`], env);
  assert.is(exitCode, 0);
  assert.ok(stdout.includes(`\n${away}\n`));
  fs.symlinkSync(away, path.join(folder, 'link.html'));
  assert.is((await json(folder, ['--output=link.html', '--force'], env)).outcome, 'changed');
  assert.ok(fs.lstatSync(path.join(folder, 'link.html')).isSymbolicLink());
  assert.equal(fs.readdirSync(path.dirname(away)), ['the page.html']);
  assert.is((await runJust(folder, ['report', '--output'], env)).exitCode, 2);
});

test('no secret of the environment or of a file gets into the page', async () => {
  const { folder, page, env } = project();
  fs.writeFileSync(path.join(env.HF_HOME as string, 'token'), 'the token of a file\n');
  const said = (what: string) => ({
    name: 'x',
    title: what,
    state: 'failed',
    found: what,
    fix: what,
    tail: what,
    changed: [what],
    actions: [{ title: what, durationMs: 1 }],
    table: [[what], [what]],
    warning: what,
    needed: what,
    code: what,
    packages: [{ name: what, version: what }],
    volumes: [{ folder: what, availableBytes: 1, parts: [{ name: what, budgetBytes: 1 }] }],
  });
  const secrets = ['correct horse battery', 'hf_abcdefghijklmnopqrstuvwxyz', 'the token of a file', 'sw0rdfish'];
  const steps = secrets.map((secret, index) => ({ ...said(`told ${secret}`), name: `step ${index} ${secret}` }));
  for (const place of ['runs', `remotes/${secrets[0]}/runs`])
    record(
      path.join(folder, '.just-lora', place),
      'a.json',
      run('setup:local', 'failed', '2026-01-01T08:00:00.000Z', {
        steps,
        versions: { [secrets[0] as string]: secrets[1] },
        error: { code: 'E_X', found: secrets[2], fix: secrets[3] },
      }),
    );
  const ran = await runJust(folder, ['report', '--verbose'], { ...env, HF_TOKEN: secrets[0], MY_PASSWORD: secrets[3] });
  assert.is(ran.exitCode, 0, ran.stderr);
  const text = fs.readFileSync(page, 'utf8');
  for (const secret of secrets) assert.not.ok(text.includes(secret), secret);
  assert.ok(text.includes('told (hidden)'));
  assert.is((await json(folder, [], { ...env, HF_TOKEN: secrets[0] as string, MY_PASSWORD: secrets[3] as string })).outcome, 'unchanged');
});

test('killed at any moment it leaves the page of before or the new one, whole', async () => {
  const { folder, env, page } = project();
  await runJust(folder, ['report'], env);
  for (const ms of [200, 450, 800]) {
    const { child, ended } = startJust(folder, ['report', '--force'], env);
    const timer = setTimeout(() => child.pid && process.kill(-child.pid, 'SIGKILL'), ms);
    await ended;
    clearTimeout(timer);
    const text = fs.readFileSync(page, 'utf8');
    assert.ok(text.startsWith('<!DOCTYPE html>') && text.endsWith('</html>\n'));
  }
  assert.is((await json(folder, ['--force'], env)).outcome, 'changed');
});

test('--open hands the page to the browser of this desktop, and says so where there is none', async () => {
  const { folder, env, page } = project();
  const bin = temporaryFolder();
  const opened = path.join(bin, 'opened.txt');
  for (const program of ['xdg-open', 'open'])
    fs.writeFileSync(path.join(bin, program), `#!/bin/sh\necho "$1" > '${opened}'\n`, { mode: 0o755 });
  const PATH = `${bin}:${process.env['PATH']}`;
  const shown = await runJust(folder, ['report', '--open'], { ...env, PATH, DISPLAY: ':9', SSH_CONNECTION: undefined });
  assert.is(shown.exitCode, 0, shown.stderr);
  assert.is(fs.readFileSync(opened, 'utf8').trim(), page);
  if (process.platform !== 'linux') return;
  fs.rmSync(opened);
  const none = await runJust(folder, ['report', '--open'], { ...env, PATH, DISPLAY: undefined, WAYLAND_DISPLAY: undefined });
  assert.is(none.exitCode, 0, none.stderr);
  assert.match(none.stdout, 'not opened: this machine has no display');
  assert.not.ok(fs.existsSync(opened));
});

test.run();
