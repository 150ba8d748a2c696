import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Context } from '../../tasks/engine/context';
import type { StepReport } from '../../tasks/engine/report';
import { silent } from '../../tasks/engine/reporter/reporter';
import { applySteps, checkSteps } from '../../tasks/engine/run';
import { bringSteps } from '../../tasks/machines/bring';
import { sendTo } from '../../tasks/machines/bring/send';
import { keepSynced, recallSynced } from '../../tasks/sync/guards/synced-record';
import { projectScript } from '../../tasks/sync/posix/scripts/project-script';
import { chosenRemote } from '../../tasks/sync/remotes/chosen-remote';
import { machineOf } from '../support/machines';
import { skip } from '../support/skip';
import { noSshd } from '../support/sshd';
import { contents } from '../support/sync';
import { asked, type Machine, machine } from '../support/sync-here';

const test = suite('files that are placed on a machine');

const setup = { sync: { push: ['data'], pull: ['adapters'], retries: 0 } };

async function bring(context: Context, { forced = false, plan = false } = {}): Promise<StepReport> {
  const now = forced ? asked(context, {}, true) : context;
  const steps = bringSteps(await machineOf(now, 'gpu'));
  const { steps: reports } = plan
    ? await checkSteps(steps, now, 'quick', true)
    : await applySteps(steps, now, silent, { name: 'test' }, 'quick');
  const report = reports.find(({ state }) => state === 'failed' || state === 'blocked') ?? reports.find(({ name }) => name === 'project');
  if (!report) throw new Error(JSON.stringify(reports));
  return report;
}

/** Writes files of a folder; `-> x` is a link to x, and nothing takes what is there away. */
function put(folder: string, files: Record<string, string | undefined>): void {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    fs.rmSync(file, { recursive: true, force: true });
    if (text === undefined) continue;
    fs.mkdirSync(path.dirname(file), { recursive: true });
    if (text.startsWith('-> ')) fs.symlinkSync(text.slice(3), file);
    else fs.writeFileSync(file, text);
  }
}

if (noSshd) skip(test, 'files that are placed on a machine', noSshd);
else {
  let box: Machine;
  let here: Context;
  const at = (name: string) => path.join(box.there, name);
  const read = (name: string) => fs.readFileSync(at(name), 'utf8');
  const done = async (options = {}) => {
    const report = await bring(here, options);
    assert.is(report.state, 'done', `${report.code} ${report.found}`);
  };
  test.before(async () => {
    box = await machine();
    here = box.project({}, setup);
  });

  test('what a person changes there while files travel stays, and is named', async () => {
    put(here.root, { 'scripts/a.py': '1\n', 'scripts/b.py': '1\n', 'gone.txt': '1\n', 'new/x': '1\n' });
    await done();
    put(here.root, { 'scripts/a.py': '2\n', 'scripts/b.py': '2\n', 'gone.txt': undefined, 'came.txt': '2\n' });
    for (const name of ['scripts/a.py', 'came.txt', 'gone.txt']) {
      put(box.there, { 'scripts/a.py': '1\n', 'gone.txt': '1\n', 'came.txt': undefined });
      box.program('tar', `printf 'mine\\n' > '${at(name)}'; exec /bin/tar "$@"`);
      const report = await bring(here);
      box.program('tar');
      assert.is(read(name), 'mine\n');
      if (name === 'gone.txt') assert.equal([report.state, read('scripts/b.py')], ['done', '2\n'], report.found);
      else assert.equal([report.code, report.found.includes(name)], ['E_MACHINE_CHANGES', true], report.found);
    }
  });

  test('a link that became a folder, a file that became one, and the reverse; nothing is written through a link', async () => {
    put(here.root, { 'real/f': 'real\n', alias: '-> real', other: '-> real', tool: 'file\n', 'lib2/a/x': 'x\n', 'lib2/y': 'y\n' });
    await done();
    put(here.root, { alias: undefined, tool: undefined, lib2: undefined, other: undefined });
    put(here.root, { 'alias/f': 'alias\n', 'alias/g': 'new\n', 'tool/main.sh': 'main\n', lib2: 'file\n', 'other/f': 'real\n' });
    await done();
    assert.equal(['real/f', 'alias/f', 'alias/g', 'tool/main.sh', 'lib2', 'other/f'].map(read), [
      'real\n',
      'alias\n',
      'new\n',
      'main\n',
      'file\n',
      'real\n',
    ]);
    assert.equal(fs.readdirSync(at('real')), ['f']);
    assert.ok(fs.lstatSync(at('alias')).isDirectory() && fs.lstatSync(at('other')).isDirectory());
    // A person's link, and a folder with something of a person's.
    put(box.there, { alias: '-> real', 'tool/mine': 'mine\n' });
    put(here.root, { 'alias/h': 'h\n', tool: 'file again\n' });
    const before = contents(box.there);
    for (const forced of [false, true]) {
      const report = await bring(here, { forced });
      assert.is(report.code, 'E_REMOTE_PATH', report.found);
      assert.match(report.found, /`alias`, `tool`/);
      assert.equal(contents(box.there), before);
    }
    // It comes while files travel.
    put(box.there, { alias: undefined, tool: undefined, 'real/f': 'real\n' });
    await done();
    put(here.root, { 'alias/i': 'i\n' });
    box.program('tar', `rm -r '${at('alias')}'; ln -s real '${at('alias')}'; exec /bin/tar "$@"`);
    assert.is((await bring(here)).code, 'E_REMOTE_PATH');
    box.program('tar');
    assert.equal(fs.readdirSync(at('real')), ['f']);
    put(box.there, { alias: undefined });
    await done();
  });

  test('a permission to run that comes later, and one that goes', async () => {
    const mode = (name: string) => fs.statSync(at(name)).mode & 0o111;
    put(here.root, { 'scripts/run.sh': 'echo\n' });
    // What a full disk left of the lock of another one.
    put(box.there, { '.just-lora/placing': '' });
    await done();
    for (const [bits, there] of [
      [0o755, 0o111],
      [0o644, 0],
    ] as const) {
      fs.chmodSync(path.join(here.root, 'scripts/run.sh'), bits);
      await done();
      assert.is(mode('scripts/run.sh'), there);
    }
  });

  test('settings, packages and locks of the project travel even where git ignores them', async () => {
    const names = ['configs/setup.yaml', 'package.json', 'requirements-local.txt', 'just.config.ts'];
    const context = box.project({ path: path.join(box.sshd.folder, 'machine', 'ignored') }, setup);
    put(context.root, { ...Object.fromEntries(names.map((name) => [name, name.endsWith('json') ? '{}' : ''])), 'secret.txt': 'x' });
    put(context.root, { '.gitignore': `configs\nsecret.txt\n${names.join('\n')}\n`, 'configs/setup.local.yaml': '{}' });
    execFileSync('git', ['init', '-q'], { cwd: context.root });
    assert.is((await bring(context)).state, 'done');
    const there = contents(path.join(box.sshd.folder, 'machine', 'ignored'));
    for (const name of names) assert.ok(there[name], name);
    assert.not.ok(there['secret.txt'] ?? there['configs/setup.local.yaml']);
  });

  test('a damaged just-lora there is sent again: what is gone, empty, or a folder; by --force also what looks whole', async () => {
    const apps = path.join(box.sshd.home, '.cache/just-lora/app');
    const app = path.join(apps, fs.readdirSync(apps)[0] ?? '');
    const [run, mkdirs] = [path.join(app, 'lib/machines/there/run.js'), path.join(app, 'lib/mkdirs.js')];
    const whole = contents(app);
    const node = fs.statSync(path.join(app, 'package.json')).ino;
    for (const damage of [
      () => {
        fs.writeFileSync(mkdirs, '');
        fs.rmSync(path.join(app, 'lib/machines'), { recursive: true });
      },
      () => {
        fs.rmSync(run);
        fs.mkdirSync(run);
      },
    ]) {
      damage();
      const planned = await bring(here, { plan: true });
      assert.match(planned.actions[0]?.title ?? '', /^send just-lora itself/, planned.found);
      await done();
      assert.equal(contents(app), whole);
      if (!String(damage).includes('mkdirSync')) assert.is(fs.statSync(path.join(app, 'package.json')).ino, node, 'what was whole');
    }
    fs.writeFileSync(mkdirs, fs.readFileSync(mkdirs, 'utf8').replace(/.$/s, '?'));
    await done();
    await done({ forced: true });
    assert.equal(contents(app), whole);
    assert.equal(fs.readdirSync(apps), [path.basename(app)]);
  });

  test('a folder that is this project, lies in it, or holds it, is refused before anything is sent', async () => {
    const link = path.join(box.sshd.folder, 'link');
    const { root } = box.project({}, setup);
    fs.symlinkSync(root, link);
    for (const [place, words] of [
      [root, 'is the folder of'],
      [link, 'is the folder of'],
      [`${link}/inner/copy`, 'lies in'],
      [path.dirname(root), 'holds'],
    ] as const) {
      const context = box.project({ path: place }, setup);
      const report = await bring({ ...context, root });
      assert.equal([report.code, report.found.includes(words)], ['E_REMOTE_PATH', true], report.found);
    }
    assert.not.ok(fs.existsSync(path.join(root, 'inner')) || fs.existsSync(path.join(root, '.just-lora/brought')));
  });

  test('what goes wrong there while files are sent has its own code', async () => {
    // More than any pipe on the way holds.
    fs.writeFileSync(path.join(here.root, 'big.bin'), randomBytes(6_000_000));
    for (const [program, code] of [
      ['kill -9 $$', 'E_TRANSFER'],
      ['echo "/bin/tar: files/big.bin: Wrote only 2048 of 10240 bytes" >&2; exit 2', 'E_REMOTE_FULL'],
      ['head -c 100000 > /dev/null; echo "tar: x: Cannot write: No space left on device" >&2; exit 2', 'E_REMOTE_FULL'],
    ] as const) {
      box.program('tar', program);
      const report = await bring(here);
      assert.is(report.code, code, report.found);
      if (code === 'E_TRANSFER') assert.match(report.found, /tar or gzip/);
    }
    box.program('tar');
    await done();
  });

  test('what did not arrive as it was sent changes nothing that a push has noted of it', async () => {
    fs.writeFileSync(path.join(here.root, 'scripts/pushed.py'), '1\n');
    const remote = chosenRemote(here);
    keepSynced(here, remote, new Map([['scripts/pushed.py', '2 1']]));
    box.program('sha256sum', 'case "$*" in "-c sums") exit 1;; esac; exec /usr/bin/sha256sum "$@"');
    assert.is((await bring(here)).code, 'E_CHANGED_WHILE_SENT');
    box.program('sha256sum');
    assert.equal([...recallSynced(here, remote).keys()], ['scripts/pushed.py']);
    await done();
    assert.equal([...recallSynced(here, remote).keys()], []);
  });

  test('what runs from just-lora there touches it: it is in use', async () => {
    const apps = path.join(box.sshd.home, '.cache/just-lora/app');
    const app = path.join(apps, fs.readdirSync(apps)[0] ?? '');
    const touched = () => Date.now() - fs.statSync(app).mtimeMs < 60_000;
    fs.utimesSync(app, 1_000_000, 1_000_000);
    assert.not.ok(touched());
    const just = path.join(app, 'node_modules/just-task/bin/just.js');
    execFileSync(process.execPath, [just, '--config', path.join(app, 'just.config.js'), 'config'], { cwd: box.there, stdio: 'ignore' });
    assert.ok(touched());
  });

  test('a program there that ends before it has read all is told by its exit code, not as a fault of what is sent', async () => {
    async function* pieces() {
      for (let sent = 0; sent < 400; sent++) yield Buffer.alloc(100_000);
    }
    const reached = await machineOf(here, 'gpu');
    const script = projectScript('head -c 100000 > /dev/null; sleep 0.3; exit 83');
    assert.is((await sendTo(here, reached, script, [], pieces, [83])).exitCode, 83);
  });
}

test.run();
