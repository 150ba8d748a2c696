import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { modelFiles } from '../hub/model';
import { type Hub, startHub } from '../hub/server';
import { skip } from '../support/skip';
import { noSshd } from '../support/sshd';
import { type Pair, pair, processesWith } from '../support/sync';
import { until } from '../support/until';

const test = suite('--on: a task on another machine');

/** A Hub that a download takes some seconds from. */
let hub: Hub;
let machine: Pair;
const secret = 'hf_ofthelaptop0123456789abcdefghij';
const download = ['model:download', '--model=org/tiny', '--on=gpu'];

const runs = () => path.join(machine.there, '.just-lora', 'machine-runs');
const newest = () => path.join(runs(), fs.readdirSync(runs()).sort().at(-1) ?? '');
const eventsOf = (folder: string) =>
  fs.existsSync(path.join(folder, 'events')) ? fs.readFileSync(path.join(folder, 'events'), 'utf8') : '';
/** A new run that moves bytes. */
const isMoving = (before: number) => () =>
  fs.existsSync(runs()) && fs.readdirSync(runs()).length > before && /"doneBytes":[1-9]/.test(eventsOf(newest()));
const model = () => path.join(machine.there, 'models', 'tiny');
const forgetModel = () => fs.rmSync(path.join(machine.there, 'models'), { recursive: true, force: true });

if (noSshd) skip(test, '--on', noSshd);
else {
  test.before(async () => {
    hub = await startHub();
    hub.add('org/tiny', modelFiles(6_000_000), { gated: true });
    hub.tokens.set(secret, { granted: ['org/tiny'] });
    machine = await pair({ env: { HF_ENDPOINT: hub.url } });
    machine.env['HF_TOKEN'] = secret;
  });
  test.after(() => hub.close());

  test('a plan on a bare machine writes nothing there, and says what would be brought', async () => {
    const { exitCode, stdout, stderr } = await machine.run('mkdirs', '--plan', '--on=gpu');
    assert.is(exitCode, 0, stderr);
    assert.match(stdout, 'can be said once that is there');
    assert.equal(fs.existsSync(machine.there), false);
    assert.equal(fs.readdirSync(machine.sshd.home), []);
  });

  test('the same steps are shown here as there, with one document, and done already the second time', async () => {
    const first = await machine.run('mkdirs', '--on=gpu');
    assert.is(first.exitCode, 0, first.stderr);
    for (const step of ['machine', 'node', 'project', 'mkdirs', 'files']) assert.match(first.stdout, new RegExp(`^✔ ${step} — `, 'm'));
    assert.match(first.stdout, /^(un)?changed in /m);
    assert.ok(fs.existsSync(path.join(machine.there, 'data/processed')));
    const { exitCode, version, machines } = await machine.json('mkdirs', '--on=gpu');
    assert.is(exitCode, 0);
    assert.is(version, 1);
    const [{ name, report }] = machines;
    assert.equal({ name, outcome: report.outcome, task: report.task }, { name: 'gpu', outcome: 'unchanged', task: 'mkdirs' });
    assert.equal(
      report.steps.map((step: { name: string; state: string }) => `${step.name} ${step.state}`),
      ['machine done', 'node done', 'project done', 'mkdirs done', 'files done'],
    );
  });

  test('options travel, a table is a result, and the exit code is that of there', async () => {
    const { exitCode, stdout } = await machine.run('config', '--on=gpu', '--env=remote', '--only=storage', '--set=storage.warn_gb=41');
    assert.is(exitCode, 0);
    assert.match(stdout, /^storage\.warn_gb +41 +--set$/m);
    assert.not.match(stdout, /✔ machine/);
    const checked = await machine.run('mkdirs', '--check', '--on=gpu', '--set=paths.data_raw=data/elsewhere');
    assert.is(checked.exitCode, 3, checked.stdout + checked.stderr);
    const wrong = await machine.json('config', '--only=nothing', '--on=gpu');
    assert.is(wrong.exitCode, 2);
    assert.is(wrong.machines[0].report.error.code, 'E_USAGE');
  });

  test('a cure is a command that is typed here: for that machine, and for the rows that lie here', async () => {
    const { exitCode, stderr } = await machine.run('train', '--on=gpu', '--no-gpu');
    assert.is(exitCode, 1);
    assert.match(stderr, '`npx just env:remote --on=gpu`', stderr);
    const { machines } = await machine.json('train', '--plan', '--on=gpu', '--no-gpu');
    const fixes: string[] = machines[0].report.steps.flatMap(({ fix }: { fix?: string }) => fix ?? []);
    assert.ok(fixes.length > 2 && fixes.every((fix) => !/npx just (?!\S+.* --(?:on|remote)=gpu)/.test(fix)), fixes.join('\n'));
  });

  test("what sync:push brought is nobody's change, and neither is what --on brought for sync:push", async () => {
    const file = path.join(machine.project, 'configs/notes.txt');
    const runs = [
      ['mkdirs', '--on=gpu'],
      ['sync:push', '--only=configs'],
      ['mkdirs', '--on=gpu'],
      ['sync:push', '--only=configs'],
    ];
    for (const [at, args] of runs.entries()) {
      fs.writeFileSync(file, `state ${at}\n`);
      // As long and as old as before: the hash that the run before has kept is none of it.
      if (at % 2 === 0) fs.utimesSync(file, 1_700_000_000, 1_700_000_000);
      const { exitCode, stderr } = await machine.run(...args);
      assert.is(exitCode, 0, `${args.join(' ')}: ${stderr}`);
      assert.is(fs.readFileSync(path.join(machine.there, 'configs/notes.txt'), 'utf8'), `state ${at}\n`);
      assert.ok(fs.existsSync(path.join(machine.project, '.just-lora/sync/brought-files.json')));
    }
    fs.appendFileSync(path.join(machine.there, 'configs/notes.txt'), 'somebody else');
    fs.writeFileSync(file, 'state 4\n');
    assert.match((await machine.run('mkdirs', '--on=gpu')).stderr, 'E_MACHINE_CHANGES');
    fs.rmSync(file);
    fs.rmSync(path.join(machine.there, 'configs/notes.txt'));
  });

  test('what is about this machine takes no --on, and a machine must be one', async () => {
    for (const task of ['venv', 'sync:push']) {
      const { exitCode, stderr } = await machine.run(task, '--on=gpu');
      assert.is(exitCode, 2, task);
      assert.match(stderr, 'takes no `--on`');
    }
    const { error, exitCode } = await machine.json('mkdirs', '--on=gp');
    assert.is(exitCode, 2);
    assert.is(error.code, 'E_REMOTE_UNKNOWN');
    assert.match(error.fix, '--on=gpu');
  });

  test('without a token there both ways are told; one that is sent is in no file, no command line and no output', async () => {
    const { exitCode, stderr } = await machine.run(...download);
    assert.is(exitCode, 1);
    assert.match(stderr, 'E_HUB_NO_TOKEN');
    assert.match(stderr, 'HF_TOKEN');
    assert.match(stderr, '--send-token');
    hub.rate = 300_000;
    const before = fs.readdirSync(runs()).length;
    const started = machine.start(...download, '--send-token', '--verbose');
    await until(isMoving(before));
    for (const { command } of processesWith(machine.sshd.folder)) assert.not.match(command, secret);
    const ended = await started.ended;
    assert.is(ended.exitCode, 0, ended.stderr);
    assert.not.match(ended.stdout + ended.stderr, secret);
    for (const file of fs.readdirSync(path.join(machine.there, '.just-lora'), { recursive: true, encoding: 'utf8' })) {
      const full = path.join(machine.there, '.just-lora', file);
      if (fs.statSync(full).isFile()) assert.not.match(fs.readFileSync(full, 'latin1'), secret, file);
    }
    assert.ok(fs.existsSync(model()));
  });

  test('Ctrl-C asks the run there to stop: exit 130, no process left; the next run goes on from there', async () => {
    forgetModel();
    const before = fs.readdirSync(runs()).length;
    const { child, ended } = machine.start(...download, '--send-token');
    await until(isMoving(before));
    process.kill(child.pid ?? 0, 'SIGINT');
    const { exitCode, stderr } = await ended;
    assert.is(exitCode, 130, stderr);
    assert.match(stderr, 'Ctrl-C once more waits for its end no longer');
    assert.match(stderr, 'interrupted by SIGINT');
    await until(() => processesWith(newest()).length === 0);
  });

  test('a second Ctrl-C waits for its end no longer, and says that it was asked to stop; it is listed, another command is refused, and it can be stopped', async () => {
    forgetModel();
    hub.rate = 60_000;
    const before = fs.readdirSync(runs()).length;
    const { child, ended } = machine.start(...download, '--send-token');
    await until(isMoving(before));
    const stopped = fs
      .readdirSync('/proc')
      .find((pid) => /^\d+$/.test(pid) && processMatches(pid, 'just.js', 'model:download', machine.sshd.home));
    // It does not hear the first one.
    process.kill(Number(stopped), 'SIGSTOP');
    process.kill(child.pid ?? 0, 'SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    process.kill(child.pid ?? 0, 'SIGINT');
    const { exitCode, stderr } = await ended;
    assert.is(exitCode, 130, stderr);
    assert.match(stderr, 'the run on `gpu` was asked to stop: `npx just runs --on=gpu` shows whether it has');
    assert.not.match(stderr, 'left at work');
    const listed = await machine.json('runs', '--on=gpu');
    assert.is(listed.steps[0].runs.at(-1).state, 'at work');
    const busy = await machine.run('gpu', '--on=gpu');
    assert.is(busy.exitCode, 1);
    assert.match(busy.stderr, 'E_MACHINE_BUSY');
    process.kill(Number(stopped), 'SIGCONT');
    const stop = await machine.run('runs', '--on=gpu', '--stop');
    assert.is(stop.exitCode, 0, stop.stderr);
    await until(() => processesWith(newest()).length === 0);
  });

  test('a second Ctrl-C right behind the first one: the run there has heard that it is to stop', async () => {
    forgetModel();
    const before = fs.readdirSync(runs()).length;
    const { child, ended } = machine.start(...download, '--send-token');
    await until(isMoving(before));
    process.kill(child.pid ?? 0, 'SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.kill(child.pid ?? 0, 'SIGINT');
    const { exitCode, stderr } = await ended;
    assert.is(exitCode, 130, stderr);
    assert.not.match(stderr, 'left at work');
    await until(() => processesWith(newest()).length === 0);
  });

  test('one that was sent and is not valid is renewed here', async () => {
    forgetModel();
    machine.env['HF_TOKEN'] = 'hf_unknownofthelaptop0123456789abc';
    const { exitCode, stdout, stderr } = await machine.run(...download, '--send-token');
    machine.env['HF_TOKEN'] = secret;
    assert.is(exitCode, 1);
    assert.match(stderr, 'the token of HF_TOKEN of the machine that sent it is not valid');
    assert.match(stderr, 'on the machine that sent it (`--send-token`) `export HF_TOKEN=…` with it');
    assert.not.match(stdout + stderr, 'hf_unknownofthelaptop');
  });

  test('a laptop that is killed: the run goes on, and the same command shows the rest and the same end', async () => {
    forgetModel();
    hub.rate = 300_000;
    const before = fs.readdirSync(runs()).length;
    const { child, ended } = machine.start(...download, '--send-token');
    await until(isMoving(before));
    process.kill(child.pid ?? 0, 'SIGKILL');
    await ended;
    const { exitCode, stdout, stderr } = await machine.run(...download, '--send-token');
    assert.is(exitCode, 0, stderr);
    assert.match(stderr, /`gpu` has this run since/);
    assert.match(stdout, /^✔ .*tiny.* — /m);
    assert.is(fs.readdirSync(runs()).length, before + 1);
  });

  test('started with --detach it returns at once; a run that is killed there is told with what it said', async () => {
    forgetModel();
    const detached = await machine.run(...download, '--send-token', '--detach');
    assert.is(detached.exitCode, 0, detached.stderr);
    assert.match(detached.stdout, /started on `gpu`/);
    await until(() => /"doneBytes":[1-9]/.test(eventsOf(newest())));
    const { task } = JSON.parse(fs.readFileSync(path.join(newest(), 'processes.json'), 'utf8'));
    process.kill(task.pid, 'SIGKILL');
    const { exitCode, stderr } = await machine.run(...download, '--send-token');
    assert.is(exitCode, 1);
    assert.match(stderr, 'E_RUN_KILLED');
    assert.match(stderr, 'SIGKILL');
  });
}

function processMatches(pid: string, ...words: string[]): boolean {
  try {
    const text = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8') + fs.readFileSync(`/proc/${pid}/environ`, 'utf8');
    return words.every((word) => text.includes(word));
  } catch {
    return false;
  }
}

test.run();
