import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Interrupted, UserError } from '../../tasks/common/errors';
import { answerOf } from '../../tasks/sync/answers/answer';
import { remoteFault } from '../../tasks/sync/posix/faults';
import { compareRecords, fetchRecords } from '../../tasks/sync/posix/run-records';
import { remoteNamed } from '../../tasks/sync/remotes/chosen-remote';
import { kindNamed } from '../../tasks/sync/remotes/remote-type';
import { rawControls } from '../support/mutate';
import { temporaryFolder } from '../support/project';
import { skip } from '../support/skip';
import { noSshd } from '../support/sshd';
import { contents } from '../support/sync';
import { machine, synced } from '../support/sync-here';

const test = suite('answers of a remote');

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return 'none';
  } catch (error) {
    if (error instanceof UserError) return error.fault.code;
    throw error;
  }
};

if (noSshd) skip(test, 'answers of a remote', noSshd);
else {
  test('a list without an end is told and ends, and is not taken for a list', async () => {
    const { there, program, project } = await machine();
    fs.mkdirSync(path.join(there, 'adapters'));
    const context = project({ transfer: 'scp' });
    for (const endless of ['yes "1 1 1 1 a" | tr "\\n" "\\000"', 'tr "\\000" x < /dev/zero']) {
      program('find', `case "$*" in *maxdepth*) exit 0;; esac; ${endless}`);
      const { code, found } = await synced(context, 'pull');
      assert.is(code, 'E_REMOTE_ANSWER', found);
      assert.match(found, 'more than is taken');
    }
    assert.not.ok(fs.existsSync(path.join(context.root, 'adapters')));
  });

  test('so is one of rsync, and a number of files that is none', async () => {
    const { there, program, project, bin } = await machine();
    fs.mkdirSync(path.join(there, 'adapters'));
    fs.writeFileSync(path.join(there, 'adapters/a'), 'a');
    program('wc', 'echo many');
    const deleting = project({}, {}, { delete: '' });
    fs.mkdirSync(path.join(deleting.root, 'adapters'));
    fs.writeFileSync(path.join(deleting.root, 'adapters/mine'), 'x');
    assert.is((await synced(deleting, 'pull')).code, 'E_REMOTE_ANSWER');
    assert.ok(fs.existsSync(path.join(deleting.root, 'adapters/mine')));
    // A list does not tell where a link leads, so rsync is asked. The one of this machine says all that the other one does.
    fs.symlinkSync('a', path.join(there, 'adapters/link'));
    fs.writeFileSync(path.join(bin, 'endless'), '', { mode: 0o755 });
    const here = temporaryFolder('jl-bin');
    fs.writeFileSync(
      path.join(here, 'rsync'),
      '#!/bin/sh\ncase "$*" in --version) exec /usr/bin/rsync --version;; esac\nyes ">f+++++++++|1|a"\n',
      { mode: 0o755 },
    );
    const before = process.env.PATH;
    process.env.PATH = `${here}:${before}`;
    try {
      const { code, found } = await synced(project(), 'pull');
      assert.is(code, 'E_REMOTE_ANSWER', found);
    } finally {
      process.env.PATH = before;
    }
  });

  test('an answer that goes on a byte a second has a limit, and Ctrl-C ends it before', async () => {
    const { there, program, project } = await machine();
    fs.mkdirSync(path.join(there, 'adapters'));
    const context = project({ transfer: 'scp' });
    const remote = remoteNamed(context, 'gpu');
    const shell = await kindNamed('ssh').shell?.(context, remote);
    assert.ok(shell);
    const started = performance.now();
    const slow = await shell.run('while :; do printf x; sleep 1; done', [], { limits: { timeoutMs: 3000 } });
    assert.throws(() => answerOf(remote, slow, ({ exitCode, tail }) => remoteFault({ remote }, exitCode, tail)), /in time/);
    program('find', 'case "$*" in *maxdepth*) exit 0;; esac; while :; do printf x; sleep 1; done');
    const pull = synced(context, 'pull');
    setTimeout(() => context.host.processes.interrupt('SIGINT'), 4000);
    const error = await pull.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.instance(error, Interrupted);
    assert.ok(performance.now() - started < 60_000, `${performance.now() - started} ms`);
  });

  test('the owner of a lock is a line of text, and never the word that it is free', async () => {
    const { there, project, program } = await machine();
    const context = project({}, { run: { lock_wait_seconds: 0 } });
    fs.mkdirSync(path.join(context.root, 'data'));
    fs.writeFileSync(path.join(context.root, 'data/a'), 'a');
    fs.mkdirSync(path.join(there, '.just-lora'));
    for (const owner of ['x\\nlocked', 'locked', '\u001b[2J\u001b]0;t\u0007mine', `long ${'x'.repeat(5000)}`]) {
      fs.writeFileSync(path.join(there, '.just-lora/lock'), `token\n${owner}\n`);
      const { code, found } = await synced(context, 'push');
      assert.is(code, 'E_REMOTE_LOCKED', `${owner}: ${found}`);
      assert.not.match(found, rawControls);
      assert.ok(found.length < 500 && !found.includes('\n'), found);
      assert.not.ok(fs.existsSync(path.join(there, 'data')));
    }
    fs.rmSync(path.join(there, '.just-lora/lock'));
    program('mkdir', '/bin/mkdir "$@"; echo surprise');
    assert.is((await synced(context, 'push')).code, 'E_REMOTE_ANSWER');
  });

  test('numbers and texts of the look that are none are not known', async () => {
    const { project, program, there } = await machine();
    const context = project();
    fs.mkdirSync(path.join(context.root, 'data'));
    fs.writeFileSync(path.join(context.root, 'data/a'), 'a');
    program('date', 'echo soon');
    program('df', 'echo Filesystem; echo "x 1 1 99999999999999999999999999 5% /"');
    assert.is((await synced(context, 'push')).state, 'done');
    const {
      clockAhead,
      freeBytes,
      transportLabel: mover,
    } = await kindNamed('ssh').lookAt(context, remoteNamed(context, 'gpu'), ['data'], 'push');
    assert.equal([clockAhead, freeBytes], [0, undefined]);
    assert.match(mover, /^rsync \S+ here, \S+ there$/);
    program('rsync', 'case "$*" in *version*) printf "rsync  version \\033[2J3.2.7\\n";; *) exec /usr/bin/rsync "$@";; esac');
    assert.is(await codeOf(kindNamed('ssh').lookAt(context, remoteNamed(context, 'gpu'), ['data'], 'push')), 'E_RSYNC_MISSING_THERE');
    assert.ok(fs.existsSync(path.join(there, 'data/a')));
  });

  test('what a remote says about a failure is shown without what steers a terminal', async () => {
    const { project, program, there } = await machine();
    fs.mkdirSync(path.join(there, 'adapters'));
    fs.writeFileSync(path.join(there, 'adapters/a'), 'a');
    program('wc', 'printf "\\033[2J\\033]0;t\\007denied \\302\\233 line\\n" >&2; exit 9');
    const context = project({}, {}, { delete: '' });
    fs.mkdirSync(path.join(context.root, 'adapters'));
    fs.writeFileSync(path.join(context.root, 'adapters/mine'), 'x');
    const ending = (await synced(context, 'pull')) as { tail?: string; code: string };
    assert.match(ending.tail ?? '', 'denied');
    assert.not.match(ending.tail ?? '', rawControls);
  });

  test('run records are written nowhere but in their folder', async () => {
    const { project, there, program } = await machine();
    const context = project();
    const outside = temporaryFolder();
    const runs = path.join(there, '.just-lora/runs');
    fs.mkdirSync(runs, { recursive: true });
    const record = { task: 'venv', outcome: 'changed', startedAt: '2026-01-01T00:00:00.000Z', steps: [], versions: {}, durationMs: 1 };
    fs.writeFileSync(path.join(runs, 'a.json'), JSON.stringify(record));
    fs.symlinkSync('/etc/passwd', path.join(runs, 'b.json'));
    const remote = remoteNamed(context, 'gpu');
    const shell = await kindNamed('ssh').shell?.(context, remote);
    assert.ok(shell);
    const fetchAll = async () => fetchRecords(context, remote, shell, await compareRecords(context, remote, shell));
    await fetchAll();
    const folder = path.join(context.root, '.just-lora/remotes/gpu/runs');
    assert.equal(fs.readdirSync(folder).sort(), ['a.json', 'b.json']);
    assert.is(fs.readFileSync(path.join(folder, 'b.json'), 'utf8'), '');
    fs.rmSync(path.join(context.root, '.just-lora/remotes'), { recursive: true });
    fs.symlinkSync(outside, path.join(context.root, '.just-lora/remotes'));
    assert.is(await codeOf(fetchAll()), 'E_UNSAFE_PATH');
    assert.equal(contents(outside), {});
    fs.rmSync(path.join(context.root, '.just-lora/remotes'));
    // One that answers with other names than it was asked for.
    program('cat', 'printf "{}\\n\\nrecord ../../../../evil.json 2\\n{}\\nrecord c.json 2\\n{}"');
    await fetchAll();
    assert.not.ok(fs.readdirSync(folder).includes('c.json'));
    assert.not.ok(fs.existsSync(path.join(context.root, 'evil.json')));
  });
}

test.run();
