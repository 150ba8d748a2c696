import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Fault, UserError } from '../../tasks/common/errors';
import type { Context } from '../../tasks/engine/context';
import { silent } from '../../tasks/engine/reporter/reporter';
import type { Machine as Reached } from '../../tasks/machines/machine';
import { type Follower, runThere } from '../../tasks/machines/runs/run-there';
import { runsThere } from '../../tasks/machines/runs/runs-there';
import { shownRun } from '../../tasks/machines/runs/shown';
import type { StartRequest } from '../../tasks/machines/there/protocol';
import { chosenRemote } from '../../tasks/sync/remotes/chosen-remote';
import { kindNamed } from '../../tasks/sync/remotes/remote-type';
import { builtApp, runtimeHere } from '../support/built-app';
import { temporaryFolder } from '../support/project';
import { type Relay, relay } from '../support/relay';
import { skip } from '../support/skip';
import { noSshd } from '../support/sshd';
import { processesWith } from '../support/sync';
import { type Machine, machine } from '../support/sync-here';
import { until } from '../support/until';

const test = suite('a run that outlives the link');

/** A task that tells so many notes, each after some milliseconds, and ends: `NUMBER MS CODE`. It ends itself with a signal where CODE names one. */
const task = path.join(temporaryFolder('jl-task'), 'task.js');
fs.writeFileSync(
  task,
  `const fs = require('node:fs');
const [count, ms, code] = process.argv.slice(2);
const file = process.env.JUST_LORA_EVENTS;
const say = (event) => fs.appendFileSync(file, JSON.stringify(event) + '\\n');
say({ event: 'run', version: 1, task: 'count' });
say({ event: 'begin', steps: [{ name: 'count', title: 'Count' }] });
say({ event: 'started', step: 0 });
process.on('SIGINT', () => { say({ event: 'note', text: 'stopped' }); say({ event: 'exit', code: 130 }); process.exit(130); });
let done = 0;
const timer = setInterval(() => {
  if (done < Number(count)) return say({ event: 'note', text: String(done++) + ' ' + (process.env.HF_TOKEN ?? '') });
  clearInterval(timer);
  console.error('the last words');
  if (code.startsWith('SIG')) return process.kill(process.pid, code);
  say({ event: 'result', text: 'counted to ' + count });
  say({ event: 'exit', code: Number(code) });
  process.exit(Number(code));
}, Number(ms));
`,
);

let there: Machine;
let app: string;
test.before(async () => {
  there = await machine();
  app = builtApp();
});

// What one test left at work would be busy in all that come after it.
test.after.each(async () => {
  if (!there || !fs.existsSync(runs())) return;
  await until(
    () => processesWith(there.there).every(({ command }) => !command.includes('there/watch.')),
    () => JSON.stringify(processesWith(there.there)),
  );
});

/** A laptop: a context and a way to the machine, through a relay where there is one. */
async function laptop(through?: Relay): Promise<{ context: Context; reached: Reached }> {
  const context = there.project(through ? { port: through.port } : {}, { sync: { retries: 2 } });
  const remote = chosenRemote(context);
  const shell = await kindNamed('ssh').shell?.(context, remote);
  if (!shell) throw new Error('no shell');
  await shell.run('true', []);
  return { context, reached: { remote, shell } };
}

const counting = (count: number, ms: number, code: number | string = 0, environment: Record<string, string> = {}): StartRequest => ({
  task: 'count',
  shown: `npx just count ${count}`,
  key: JSON.stringify([count, ms, code]),
  from: 'laptop:/project',
  isLook: false,
  command: [process.execPath, task, String(count), String(ms), String(code)],
  environment,
});

/** Follows a run to its end. @param onNote called with each note */
async function followed(
  { context, reached }: { context: Context; reached: Reached },
  start: StartRequest,
  { onNote = (_: string) => undefined as unknown, onFollowing = (_: { isNew: boolean }) => undefined as unknown, detach = false } = {},
) {
  const notes: string[] = [];
  const results: string[] = [];
  const links: string[] = [];
  let isNew: boolean | undefined;
  const note = (text: string) => {
    notes.push(text);
    onNote(text);
  };
  const shown = shownRun({ ...silent, note }, (text) => void results.push(text));
  const follower: Follower = {
    following(answer) {
      isNew = answer.isNew;
      onFollowing(answer);
    },
    event: shown.event,
    note: (text) => void links.push(text),
  };
  const ended = await runThere(context, reached, runtimeHere(there.there, app), start, follower, { detach });
  return { ended, notes, results, links, isNew, ...(await shown.end()) };
}

const runs = () => path.join(there.there, '.just-lora', 'machine-runs');
const newest = () => path.join(runs(), fs.readdirSync(runs()).sort().at(-1) ?? '');
const marks = () => JSON.parse(fs.readFileSync(path.join(newest(), 'processes.json'), 'utf8'));
const hasEnded = () =>
  fs.existsSync(path.join(newest(), 'events')) && /"ended"/.test(fs.readFileSync(path.join(newest(), 'events'), 'utf8'));
const numbers = (count: number) => Array.from({ length: count }, (_, index) => `${index} `);
const trimmed = (notes: readonly string[]) => notes.map((note) => `${note.trimEnd()} `);
const faultOf = (work: Promise<unknown>): Promise<Fault> =>
  work.then(
    () => {
      throw new Error('it went well');
    },
    (error: unknown) => {
      if (error instanceof UserError) return error.fault;
      throw error;
    },
  );

if (noSshd) skip(test, 'runs on a machine', noSshd);
else {
  test('is shown as it goes, with its result and its exit code, and leaves no process', async () => {
    const { ended, notes, results, code, isNew } = await followed(await laptop(), counting(5, 20, 3));
    assert.equal(trimmed(notes), numbers(5));
    assert.equal(results, ['counted to 5']);
    assert.equal({ code, isNew, event: ended?.event }, { code: 3, isNew: true, event: 'ended' });
    assert.is(fs.statSync(runs()).mode & 0o777, 0o700);
    assert.is(fs.statSync(path.join(newest(), 'events')).mode & 0o777, 0o600);
    await until(() => processesWith(newest()).length === 0);
  });

  test('a token reaches the environment of that run, and neither its files nor a command line', async () => {
    const secret = 'hf_abcdefghijklmnopqrstuvwxyz0123456789';
    const seen: string[] = [];
    const { notes } = await followed(await laptop(), counting(3, 300, 0, { HF_TOKEN: secret }), {
      onNote: () => seen.push(...processesWith(task).map(({ command }) => command)),
    });
    assert.ok(seen.length > 0);
    assert.not.match(seen.join('\n'), secret);
    assert.not.match(notes.join('\n'), secret);
    for (const file of fs.readdirSync(newest())) {
      // The task wrote it into its own events on purpose: a run of ours does not.
      if (file !== 'events') assert.not.match(fs.readFileSync(path.join(newest(), file), 'utf8'), secret, file);
    }
  });

  test('starts and returns at once with detach; the same command is shown the rest and the same end, once', async () => {
    const start = counting(4, 100, 1);
    const first = await followed(await laptop(), start, { detach: true });
    assert.is(first.ended, undefined);
    assert.equal(first.notes, []);
    const second = await followed(await laptop(), start);
    assert.equal({ notes: trimmed(second.notes), code: second.code, isNew: second.isNew }, { notes: numbers(4), code: 1, isNew: false });
    const third = await followed(await laptop(), start);
    assert.is(third.isNew, true);
    // Ended, and nobody was told.
    await followed(await laptop(), start, { detach: true });
    await until(
      () => fs.existsSync(path.join(newest(), 'events')) && /"ended"/.test(fs.readFileSync(path.join(newest(), 'events'), 'utf8')),
    );
    const fourth = await followed(await laptop(), start);
    assert.equal({ isNew: fourth.isNew, code: fourth.code }, { isNew: false, code: 1 });
    // Of a look that has ended nobody wants to know: it is made anew.
    const look = { ...counting(1, 10), isLook: true };
    await followed(await laptop(), look, { detach: true });
    await until(hasEnded);
    assert.is((await followed(await laptop(), look)).isNew, true);
  });

  test('another command is refused while one is at work: which, and how to see or stop it', async () => {
    await followed(await laptop(), counting(20, 100), { detach: true });
    const { code, found, fix } = await faultOf(followed(await laptop(), counting(21, 1)));
    assert.is(code, 'E_MACHINE_BUSY');
    assert.match(found, /`gpu` runs `npx just count 20` since 20\d\d-.* UTC, for laptop:\/project/);
    assert.match(fix, '`npx just count 20 --on=gpu`');
    assert.match(fix, '`npx just runs --on=gpu --stop`');
    await followed(await laptop(), counting(20, 100));
  });

  test('two laptops that ask at once get one run, and both all of it', async () => {
    const before = fs.readdirSync(runs()).length;
    const both = await Promise.all([laptop(), laptop()]);
    const all = await Promise.all(both.map((each) => followed(each, counting(6, 150))));
    assert.is(fs.readdirSync(runs()).length, before + 1);
    assert.equal(all.map(({ isNew }) => isNew).sort(), [false, true]);
    for (const { notes, code } of all) assert.equal({ notes: trimmed(notes), code }, { notes: numbers(6), code: 0 });
  });

  test('whoever follows a run of another keeps no watcher beside it', async () => {
    const [one, other] = await Promise.all([laptop(), laptop()]);
    const before = newest();
    const first = followed(one, counting(60, 200));
    await until(() => newest() !== before && fs.existsSync(path.join(newest(), 'processes.json')));
    let isNew: boolean | undefined;
    const second = followed(other, counting(60, 200), { onFollowing: (answer) => (isNew = answer.isNew) });
    const programs = () => processesWith(there.there).filter(({ command }) => command.includes('machines/there/'));
    const at = (program: string) => programs().filter(({ command }) => command.includes(`there/${program}`)).length;
    const both = Promise.all([first, second]);
    both.catch(() => undefined);
    // Before it follows, its watcher has not begun, or not ended.
    await until(() => isNew !== undefined);
    assert.is(isNew, false);
    await until(
      () => at('run.') === 2 && at('watch.') === 1,
      () => JSON.stringify(programs()),
    );
    assert.equal(
      (await both).map(({ code, ended }) => ({ code, ended: ended?.event })),
      [
        { code: 0, ended: 'ended' },
        { code: 0, ended: 'ended' },
      ],
    );
  });

  test('a link that is cut again and again: each note once, in order', async () => {
    const way = await relay(there.sshd.port);
    let cuts = 0;
    const { notes, code, links } = await followed(await laptop(way), counting(60, 100), {
      onNote: (note) => {
        if (Number.parseInt(note, 10) % 20 !== 7) return;
        cuts++;
        way.cut();
      },
    });
    way.close();
    assert.ok(cuts >= 3 && links.length >= 1, `${cuts} ${links}`);
    assert.match(links[0] ?? '', 'the run goes on there');
    assert.equal({ notes: trimmed(notes), code }, { notes: numbers(60), code: 0 });
  });

  test('a link that is dead without a word, and refused for a while: the run goes on, and so do we', async () => {
    const way = await relay(there.sshd.port);
    const { notes, code, links } = await followed(await laptop(way), counting(10, 100), {
      onNote: (note) => {
        if (!note.startsWith('3')) return;
        way.stall();
        way.refuse(true);
        setTimeout(() => {
          way.cut();
          way.resume();
          way.refuse(false);
        }, 16_000);
      },
    });
    way.close();
    assert.ok(links.length >= 1);
    assert.equal({ notes: trimmed(notes), code }, { notes: numbers(10), code: 0 });
  });

  test('a task that is killed, its watcher too, and a machine that started anew: told as that, with what it said last', async () => {
    const killed = await followed(await laptop(), counting(2, 20, 'SIGKILL'));
    assert.equal(killed.ended, { event: 'ended', code: null, signal: 'SIGKILL', said: 'the last words', memory: false });
    assert.is(killed.code, undefined);
    const both = await followed(await laptop(), counting(30, 100), {
      onNote: (note) => {
        if (note.startsWith('2')) for (const { pid } of [marks().watcher, marks().task]) process.kill(pid, 'SIGKILL');
      },
    });
    assert.is(both.ended?.event === 'lost' && both.ended.why, 'killed');
    await followed(await laptop(), counting(30, 101), { detach: true });
    await until(() => fs.existsSync(path.join(newest(), 'processes.json')) && marks().task);
    const { watcher, task: counted } = marks();
    for (const { pid } of [watcher, counted]) process.kill(pid, 'SIGKILL');
    fs.writeFileSync(path.join(newest(), 'processes.json'), JSON.stringify({ ...marks(), boot: 'another' }));
    const rebooted = await followed(await laptop(), counting(30, 101));
    assert.is(rebooted.ended?.event === 'lost' && rebooted.ended.why, 'reboot');
  });

  test('a file of events that somebody shortens while it is followed: no line twice, and it comes to an end', async () => {
    const { ended, notes } = await followed(await laptop(), counting(8, 100), {
      onNote: (note) => {
        if (note.startsWith('3')) fs.truncateSync(path.join(newest(), 'events'), 10);
      },
    });
    assert.equal(new Set(notes).size, notes.length);
    assert.is(ended?.event === 'lost' && ended.why, 'killed');
  });

  test('one that was killed before it could say which processes it is: told once, and then a new one begins', async () => {
    const start = counting(20, 101);
    await followed(await laptop(), start, { detach: true });
    await until(() => fs.existsSync(path.join(newest(), 'processes.json')) && marks().task);
    for (const { pid } of [marks().watcher, marks().task]) process.kill(pid, 'SIGKILL');
    const dead = newest();
    fs.rmSync(path.join(dead, 'processes.json'));
    const before = new Date(Date.now() - 70_000);
    fs.utimesSync(path.join(dead, 'info.json'), before, before);
    const { ended } = await followed(await laptop(), start);
    assert.is(ended?.event === 'lost' && ended.why, 'killed');
    const { context, reached } = await laptop();
    assert.is((await runsThere(context, reached)).find(({ id }) => id === path.basename(dead))?.state, 'killed');
    const again = await followed(await laptop(), start);
    assert.equal({ isNew: again.isNew, code: again.code }, { isNew: true, code: 0 });
  });

  test('a login shell that talks, and one that hands over to another shell', async () => {
    const file = path.join(there.sshd.home, '.bashrc');
    try {
      for (const text of ['echo "Welcome { to this machine"; echo; echo "{\\"event\\":\\"exit\\",\\"code\\":9}"', 'exec sh']) {
        fs.writeFileSync(file, `${text}\n`);
        const { notes, code } = await followed(await laptop(), counting(3, 30));
        assert.equal({ notes: trimmed(notes), code }, { notes: numbers(3), code: 0 }, text);
      }
    } finally {
      fs.rmSync(file);
    }
  });

  test('a folder that cannot be written, and a runtime that is gone, are told', async () => {
    const { context, reached } = await laptop();
    const at = (more: object) =>
      runThere(context, reached, { ...runtimeHere(there.there, app), ...more }, counting(1, 1), {
        following: () => undefined,
        event: () => undefined,
        note: () => undefined,
      });
    assert.is((await faultOf(at({ app: '/nowhere' }))).code, 'E_RUN_START');
    const state = path.join(there.there, '.just-lora');
    fs.renameSync(state, `${state}.kept`);
    fs.writeFileSync(state, '');
    assert.is((await faultOf(at({}))).code, 'E_RUN_START');
    fs.rmSync(state);
    fs.renameSync(`${state}.kept`, state);
  });

  test('what is kept is bounded', () => {
    assert.ok(fs.readdirSync(runs()).length <= 20);
    assert.equal(fs.readdirSync(path.join(there.there, '.just-lora')).sort(), ['.gitignore', 'machine-runs']);
  });
}

test.run();
