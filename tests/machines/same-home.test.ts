import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { placeAppScript } from '../../tasks/machines/bring/app/app-script';
import { placeScript } from '../../tasks/machines/bring/project/place-script';
import { guardLine } from '../../tasks/sync/posix/scripts/project-script';
import { temporaryFolder } from '../support/project';
import { until } from '../support/until';

const test = suite('several who bring to one home at once, on hosts of their own');

/** No process has it: it is above what Linux gives. */
const nobody = 4_194_305;

interface Place {
  home: string;
  project: string;
  bin: string;
}

function place(): Place {
  const [home, bin] = [temporaryFolder('jl-home'), temporaryFolder('jl-bin')];
  const project = path.join(home, 'project');
  fs.mkdirSync(path.join(project, '.just-lora'), { recursive: true });
  // One who waits does so for a minute.
  program(bin, 'sleep', 'exit 0');
  return { home, project, bin };
}

const program = (bin: string, name: string, text: string): void =>
  fs.writeFileSync(path.join(bin, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });

const lock = ({ project }: Place): string => path.join(project, '.just-lora/placing');

/** A tar under gzip of these files, with `sums` of them. */
function packed(files: Record<string, string>, sums: string): Buffer {
  const folder = temporaryFolder('jl-packed');
  const lines = Object.entries(files).map(([name, text]) => `${createHash('sha256').update(text).digest('hex')}  ${name}\n`);
  for (const [name, text] of Object.entries({ ...files, [sums]: lines.join('') })) fs.writeFileSync(path.join(folder, name), text);
  return execFileSync('tar', ['czf', '-', ...fs.readdirSync(folder)], { cwd: folder });
}

/** Starts a script as a machine does. @param input what comes behind its lines; nothing yet where there is none */
function start({ home, bin }: Place, script: string, lines: readonly string[], input?: Buffer) {
  const child = spawn('sh', ['-c', script], {
    env: { HOME: home, PATH: `${bin}:/usr/bin:/bin` },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.stdin.on('error', () => undefined);
  child.stdin.write([guardLine, '~/project', ...lines, ''].join('\n'));
  if (input) child.stdin.end(input);
  return { child, ended: new Promise<number | null>((resolve) => child.once('close', resolve)) };
}

const lists = Object.fromEntries(['next', 'last', 'was', 'hashes', 'keep', 'remove', 'free'].map((name) => [name, '']));
const placed = (at: Place) => {
  const brought = path.join(at.project, '.just-lora/brought');
  const seen = fs.existsSync(brought) ? createHash('sha256').update(fs.readFileSync(brought)).digest('hex') : '-';
  return start(at, placeScript, [seen, 'kept'], packed(lists, 'sums')).ended;
};
const bringApp = (at: Place, hash: string) => start(at, placeAppScript, [hash], packed({ 'package.json': '{}' }, 'SUMS')).ended;
const apps = ({ home }: Place): string => path.join(home, '.cache/just-lora/app');

test('what another host has on its way stays until it is a day old; what a killed run of this one left goes', async () => {
  const at = place();
  const { child, ended } = start(at, placeAppScript, ['aa']);
  await until(() => fs.existsSync(apps(at)) && fs.readdirSync(apps(at)).length > 0);
  const [own = ''] = fs.readdirSync(apps(at));
  const [live, dead] = [`.coming-login2_-${nobody}`, `.coming-login3_-${nobody}`];
  for (const name of [live, dead]) fs.mkdirSync(path.join(apps(at), name));
  const before = Date.now() / 1000 - 2 * 24 * 3600;
  fs.utimesSync(path.join(apps(at), dead), before, before);
  // Beside a run of this host that is at work.
  const exitCode = await bringApp(at, 'bb');
  const seen = fs.readdirSync(apps(at)).sort();
  child.kill('SIGKILL');
  await ended;
  assert.equal([exitCode, ...seen], [0, ...[own, live, 'bb'].sort()]);
  assert.is(await bringApp(at, 'bb'), 0);
  assert.equal(fs.readdirSync(apps(at)).sort(), [live, 'bb']);
});

test('the lock of another host is waited for, until it is an hour old; that of a process of this one that is gone is broken', async () => {
  const at = place();
  fs.writeFileSync(lock(at), `login2_-${nobody}\n`);
  assert.is(await placed(at), 86);
  assert.is(fs.readFileSync(lock(at), 'utf8'), `login2_-${nobody}\n`);
  const before = Date.now() / 1000 - 2 * 3600;
  fs.utimesSync(lock(at), before, before);
  assert.is(await placed(at), 0);
  assert.not.ok(fs.existsSync(lock(at)));
  // A full disk left it without a word.
  fs.writeFileSync(lock(at), '');
  assert.is(await placed(at), 0);
  // One that is killed while it has the lock.
  program(at.bin, 'xargs', 'kill -9 $PPID; exit 0');
  assert.is(await placed(at), null);
  assert.ok(fs.existsSync(lock(at)));
  fs.rmSync(path.join(at.bin, 'xargs'));
  assert.is(await placed(at), 0);
  assert.not.ok(fs.existsSync(lock(at)));
});

test('of two who wait for a lock that is nobody’s, one takes it, and the other one leaves it there', async () => {
  const at = place();
  fs.writeFileSync(lock(at), '');
  // The other one was faster, between our look at the lock and what we do about it.
  program(at.bin, 'head', `/usr/bin/head "$@"; case "$*" in *placing) rm -f '${lock(at)}'; echo login2_-1 > '${lock(at)}';; esac`);
  assert.is(await placed(at), 86);
  assert.is(fs.readFileSync(lock(at), 'utf8'), 'login2_-1\n');
  assert.equal(fs.readdirSync(path.dirname(lock(at))).sort(), ['.gitignore', 'placing']);
});

test('an app that is in use stays, however many are newer; of the others the newest four', async () => {
  const at = place();
  for (const [index, minutes] of [5, 15, 25, 35, 45, 90, 100].entries()) {
    const folder = path.join(apps(at), `a${index}`);
    fs.mkdirSync(folder, { recursive: true });
    const touched = Date.now() / 1000 - minutes * 60;
    fs.utimesSync(folder, touched, touched);
  }
  assert.is(await bringApp(at, 'new'), 0);
  assert.equal(fs.readdirSync(apps(at)).sort(), ['a0', 'a1', 'a2', 'a3', 'a4', 'new']);
});

test.run();
