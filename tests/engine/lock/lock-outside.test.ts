import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readLockOwner, withFileLock } from '../../../tasks/engine/lock/lock';
import { type LockOwner, maxLockChars, parseLockOwner, pidNamespaceId } from '../../../tasks/engine/lock/lock-owner';
import { thisHost } from '../../../tasks/platform';
import { atOnce, typeScript } from '../../support/at-once';
import { mutations, rawControls } from '../../support/mutate';
import { repository, temporaryFolder } from '../../support/project';
import { skip } from '../../support/skip';
import { until } from '../../support/until';

/** A lock that somebody else may have put there. Only processes of the test's own are ever named in one. */
const test = suite('a lock from outside');
const isRoot = process.getuid?.() === 0;
const other = 61_001;
const gone = 4_194_999;

function place() {
  const folder = path.join(temporaryFolder(), 'model');
  fs.mkdirSync(folder);
  return { folder, name: '.cache/just-lora/lock.json', file: path.join(folder, '.cache/just-lora/lock.json') };
}

const hold = <T>(at: { folder: string; name: string }, work: (waited: boolean) => T | Promise<T>, waitSeconds = 0) =>
  withFileLock(thisHost(), at, 'here', { task: 'model:download', waitSeconds, beatSeconds: 0.1, onWait: () => undefined }, async (waited) =>
    work(waited),
  );

/** The lock of a run of this machine that is over. */
const dead = (more: Partial<LockOwner> = {}): LockOwner => ({
  id: 'theirs',
  pid: gone,
  started: '1',
  host: thisHost().hostname,
  space: pidNamespaceId(thisHost()),
  task: 'model:download',
  since: '2026-01-01T00:00:00.000Z',
  beat: 15,
  children: [],
  ...more,
});

function plant(file: string, content: unknown, ageSeconds = 0): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o644 });
  fs.chmodSync(file, 0o644);
  const time = Date.now() / 1000 - ageSeconds;
  fs.utimesSync(file, time, time);
}

async function faultOf(work: Promise<unknown>): Promise<{ code: string; found: string; fix: string }> {
  try {
    await work;
  } catch (error) {
    return (error as { fault: { code: string; found: string; fix: string } }).fault;
  }
  throw new Error('no error');
}

const sleepers: ChildProcess[] = [];
async function sleeper(): Promise<{ pid: number; started: string; isThere(): boolean }> {
  const child = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
  sleepers.push(child);
  const pid = child.pid ?? 0;
  assert.ok(pid > 1);
  for (let turn = 0; turn < 100; turn++) {
    const started = await thisHost().processStartTime(pid);
    if (started) return { pid, started, isThere: () => child.exitCode === null && child.signalCode === null };
    await thisHost().sleep(10);
  }
  throw new Error('no sleep');
}
test.after(() => {
  for (const child of sleepers) child.kill('SIGKILL');
});

test('what a killed run of ours left running is ended', async () => {
  const at = place();
  const left = await sleeper();
  plant(at.file, dead({ children: [left] }));
  await hold(at, () => undefined);
  await thisHost().sleep(100);
  assert.not(left.isThere());
});

const planted: [string, (left: { pid: number; started: string }) => LockOwner, ((file: string) => void)?][] = [
  ['in a lock that others may write', (left) => dead({ children: [left] }), (file) => fs.chmodSync(file, 0o666)],
  ['in a lock with a second name', (left) => dead({ children: [left] }), (file) => fs.linkSync(file, `${file}.too`)],
  ['of another machine', (left) => dead({ host: 'other-machine', children: [left] })],
  ['of another boot or container', (left) => dead({ space: 'another one', children: [left] })],
  ['of a lock that names no boot', (left) => ({ ...dead({ children: [left] }), space: undefined }) as unknown as LockOwner],
  ['with another start', ({ pid }) => dead({ children: [{ pid, started: '1' }] })],
  ['beside a number that is none', (left) => dead({ children: [left, { pid: 2.5, started: '1' }] })],
];
if (isRoot) {
  planted.push(["in another user's lock", (left) => dead({ children: [left] }), (file) => fs.chownSync(file, other, other)]);
  planted.push([
    "in another user's lock that a link of ours leads to",
    (left) => dead({ children: [left] }),
    (file) => {
      fs.chownSync(file, other, other);
      fs.renameSync(file, `${file}.elsewhere`);
      fs.symlinkSync(`${file}.elsewhere`, file);
      fs.lutimesSync(file, 1_000_000, 1_000_000);
    },
  ]);
}
for (const [name, lock, change] of planted)
  test(`a process is not ended that is named ${name}`, async () => {
    const at = place();
    const left = await sleeper();
    plant(at.file, lock(left), 1000);
    change?.(at.file);
    await hold(at, () => undefined);
    await thisHost().sleep(100);
    assert.ok(left.isThere());
  });
if (!isRoot) skip(test, "another user's lock", 'files of another user need root');

test('neither this process, nor those above it, nor their groups are ever ended', async () => {
  const own = await thisHost().lineage();
  assert.ok(own.has(process.pid) && own.has(process.ppid));
  // A shell that leads a group of its own, and in it a run that finds both in a lock of ours.
  const at = place();
  const script = path.join(repository, 'tests/fixtures/lock/hold.ts');
  const command = `"$0" -r ./tools/ts-node/register ${JSON.stringify(script)} ${JSON.stringify(at.folder)} ${at.name} </dev/null; echo still there`;
  const shell = spawn('sh', ['-c', `read go; ${command}`, process.execPath], {
    cwd: repository,
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const started = (await thisHost().processStartTime(shell.pid ?? 0)) ?? '';
  assert.ok(started);
  plant(at.file, dead({ children: [{ pid: shell.pid ?? 0, started }] }));
  let said = '';
  shell.stdout.on('data', (chunk) => {
    said += chunk;
  });
  shell.stdin.end('go\n');
  await new Promise((resolve) => shell.once('close', resolve));
  assert.is(said, 'in\nout\nstill there\n');
});

test('what a lock says is of a strict type, or it is none', () => {
  const good = dead({ children: [{ pid: 7, started: '5' }] });
  const parse = (value: unknown) => parseLockOwner(JSON.stringify(value));
  assert.equal(parse(good), good);
  for (const pid of ['7', -1, 0, 1.5, 2 ** 31, Number.POSITIVE_INFINITY, null, {}, [7]])
    assert.is(parse({ ...good, pid }), undefined, String(pid));
  for (const pid of ['7', -1, 0, 1, 1.5, 2 ** 31, 2 ** 53, null])
    assert.is(parse({ ...good, children: [{ pid, started: '5' }] }), undefined, String(pid));
  for (const children of [{}, 'x', [7], [null], [{ pid: 7 }], [{ pid: 7, started: '' }], new Array(101).fill({ pid: 7, started: '5' })])
    assert.is(parse({ ...good, children }), undefined);
  for (const name of ['id', 'pid', 'started', 'host', 'task', 'since']) {
    assert.is(parse({ ...good, [name]: undefined }), undefined, name);
    assert.is(parse({ ...good, [name]: ['x'] }), undefined, name);
  }
  for (const beat of [0, -1, '15', 1e9]) assert.is(parse({ ...good, beat }), undefined);
  assert.is(parse({ ...good, id: 'x'.repeat(101) }), undefined);
  assert.is(parseLockOwner(JSON.stringify(good) + ' '.repeat(maxLockChars)), undefined);
  assert.equal(parse({ ...good, more: 1, __proto__: { polluted: true } }), good);
});

test('2,000 locks, nearly right: no number but a process, no text without an end', () => {
  const seeds = [dead({ children: [{ pid: 77, started: '5' }] }), dead()].map((holder) => JSON.stringify(holder));
  for (const text of mutations(seeds, 2000)) {
    const holder = parseLockOwner(text);
    if (!holder) continue;
    assert.ok([holder.pid, ...holder.children.map(({ pid }) => pid)].every((pid) => Number.isInteger(pid) && pid >= 1 && pid < 2 ** 31));
    assert.ok(holder.children.every(({ pid, started }) => pid > 1 && started !== ''));
    for (const value of [holder.id, holder.host, holder.task, holder.since, holder.started, holder.space ?? ''])
      assert.ok(typeof value === 'string' && value.length <= 300);
  }
});

test('its texts are shown as one line of text, and no number is named to be ended that was not looked at', async () => {
  const at = place();
  const texts = { task: 'x\u001b[2J\n✔ done', host: 'other\u202e\u0007', since: 'now\rfix: `rm`' };
  plant(at.file, { ...dead(), ...texts });
  const shown = [(await faultOf(hold(at, () => undefined))).found, await readLockOwner(thisHost(), at)];
  for (const text of shown) {
    assert.not.match(text ?? '\n', rawControls);
    assert.not.match(text ?? '\n', '\n');
  }
  // Alive, this boot, but not that process: this one made no such lock.
  for (const more of [{ pid: process.pid, started: (await thisHost().processStartTime(process.pid)) ?? '' }]) {
    plant(at.file, dead(more));
    assert.not.match((await faultOf(hold(at, () => undefined))).fix, 'kill', 'nobody ends what it runs in');
  }
  const left = await sleeper();
  plant(at.file, dead(left));
  assert.match((await faultOf(hold(at, () => undefined))).fix, `kill ${left.pid}`);
  fs.chmodSync(at.file, 0o666);
  assert.not.match((await faultOf(hold(at, () => undefined))).fix, 'kill');
});

test('one that cannot be read and is not ours is no sooner broken than one that can', async () => {
  const at = place();
  for (const content of ['{"pid": 1', '[]', 'x'.repeat(maxLockChars + 1), JSON.stringify({ ...dead(), children: [{ pid: '7' }] })]) {
    plant(at.file, content, 60);
    fs.chmodSync(at.file, 0o666);
    assert.is((await faultOf(hold(at, () => undefined))).code, 'E_LOCKED');
    plant(at.file, content, 121);
    fs.chmodSync(at.file, 0o666);
    assert.is(await hold(at, () => 'mine'), 'mine');
  }
  // A pipe under its name holds nobody up, nor does a folder.
  fs.mkdirSync(at.file);
  assert.is((await faultOf(hold(at, () => undefined))).code, 'E_LOCKED');
});

test('a link under its name is neither read nor written through', async () => {
  for (const target of ['nowhere', 'marker']) {
    const at = place();
    const marker = path.join(at.folder, target);
    const text = JSON.stringify(dead());
    if (target === 'marker') fs.writeFileSync(marker, text);
    fs.mkdirSync(path.dirname(at.file), { recursive: true });
    fs.symlinkSync(marker, at.file);
    assert.is((await faultOf(hold(at, () => undefined))).code, 'E_LOCKED');
    fs.lutimesSync(at.file, 1_000_000, 1_000_000);
    const before = target === 'marker' ? fs.statSync(marker).mtimeMs : 0;
    await hold(at, async () => {
      assert.ok(fs.lstatSync(at.file).isFile());
      // And one that is put there while the lock is held.
      fs.rmSync(at.file);
      fs.symlinkSync(marker, at.file);
      await thisHost().sleep(300);
    }).catch(() => undefined);
    assert.is(fs.existsSync(marker), target === 'marker');
    if (target === 'marker') assert.equal([fs.readFileSync(marker, 'utf8'), fs.statSync(marker).mtimeMs], [text, before]);
  }
});

test('a folder above it that is a link is refused, and nothing is written there', async () => {
  for (const part of ['.cache', '.cache/just-lora']) {
    const at = place();
    const elsewhere = temporaryFolder();
    fs.mkdirSync(path.dirname(path.join(at.folder, part)), { recursive: true });
    fs.symlinkSync(elsewhere, path.join(at.folder, part));
    assert.is((await faultOf(hold(at, () => undefined))).code, 'E_UNSAFE_PATH');
    assert.equal(fs.readdirSync(elsewhere), []);
  }
});

if (isRoot)
  test("a folder that is another user's link is refused, and one of ours is followed", async () => {
    const elsewhere = temporaryFolder();
    const folder = path.join(temporaryFolder(), 'model');
    fs.symlinkSync(elsewhere, folder);
    const at = { folder, name: 'lock.json' };
    assert.is(await hold(at, () => fs.readdirSync(elsewhere).length), 1);
    fs.lchownSync(folder, other, other);
    assert.is((await faultOf(hold(at, () => undefined))).code, 'E_UNSAFE_PATH');
    assert.equal(fs.readdirSync(elsewhere), []);
  });
else skip(test, "another user's link", 'files of another user need root');

test('what we write is for nobody else to change, whatever the umask', async () => {
  const before = process.umask(0);
  try {
    const at = place();
    await hold(at, () => assert.is(fs.statSync(at.file).mode & 0o777, 0o644));
  } finally {
    process.umask(before);
  }
});

function holder(at: { folder: string; name: string }, marks?: string) {
  const script = path.join(repository, 'tests/fixtures/lock/hold.ts');
  const child = spawn(process.execPath, ['-r', './tools/ts-node/register', script, at.folder, at.name, ...(marks ? [marks] : [])], {
    cwd: repository,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  sleepers.push(child);
  const said: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => said.push(...chunk.toString().split('\n').filter(Boolean)));
  const ended = new Promise((resolve) => child.once('close', resolve));
  return { said, end: () => child.stdin.end(), ended };
}

test('of three runs that come to a dead lock, one that judged it late leaves the lock of another alone', async () => {
  const at = place();
  const marks = temporaryFolder();
  plant(at.file, dead());
  const late = holder(at, marks);
  await until(() => fs.existsSync(path.join(marks, 'judges')), 'the first one judges the dead lock');
  const quick = holder(at);
  await until(() => quick.said.includes('in'), 'the second one breaks it and is in');
  fs.writeFileSync(path.join(marks, 'go'), '');
  // It sees that the lock of the second one is not the one that it has judged, and waits.
  await until(() => late.said.length > 0, 'the first one waits');
  const third = holder(at);
  await until(() => third.said.length > 0, 'the third one waits');
  assert.equal([late.said, quick.said, third.said], [['waits'], ['in'], ['waits']]);
  quick.end();
  await quick.ended;
  assert.equal(quick.said, ['in', 'out']);
  await until(() => late.said.includes('in') || third.said.includes('in'), 'another one is in');
  const [next, last] = late.said.includes('in') ? [late, third] : [third, late];
  await thisHost().sleep(500);
  assert.not(last.said.includes('in'));
  next.end();
  await until(() => last.said.includes('in'), 'the last one is in');
  last.end();
  await Promise.all([next.ended, last.ended]);
  assert.equal(fs.readdirSync(path.dirname(at.file)), []);
});

test('six runs that come to a dead lock at once are in one behind the other, each time', async () => {
  const name = '.cache/just-lora/lock.json';
  const asks = (_: number, folders: readonly string[]) => typeScript('tests/fixtures/lock/rounds.ts', [name, ...folders]);
  for (const { folder, said } of await atOnce(asks, (each) => plant(path.join(each, name), dead()))) {
    assert.equal(said, new Array(said.length).fill('alone'));
    assert.equal(fs.readdirSync(path.dirname(path.join(folder, name))), []);
  }
});

test('who died while it broke a lock holds up nobody', async () => {
  const at = place();
  plant(at.file, dead());
  plant(`${at.file}.breaking`, '', 60);
  let isIn = false;
  await hold(
    at,
    () => {
      isIn = true;
    },
    5,
  );
  assert.ok(isIn);
  assert.equal(fs.readdirSync(path.dirname(at.file)), []);
});

test.run();
