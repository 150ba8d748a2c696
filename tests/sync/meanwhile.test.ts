import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { far, fill, shares } from '../support/far';
import { runJust, temporaryFolder } from '../support/project';
import { skip } from '../support/skip';
import { noSshd } from '../support/sshd';
import { contents, pair } from '../support/sync';
import { together } from '../support/together';

const test = suite('what is written while a push or a pull is at work');
// The line between the two is in this process: it stands still while one of them reads all of its files.
const waiting = together(test, 2);

/** Resolves when a stream has said it. */
const once = (stream: NodeJS.ReadableStream | null, isIt: (text: string) => boolean): Promise<void> =>
  new Promise((resolve) => stream?.on('data', (chunk) => isIt(`${chunk}`) && resolve()));

/** Programs of which rsync does something first, once both sides are compared. */
function rsyncThatFirst(does: string): string {
  const bin = temporaryFolder('jl-bin');
  const text = `#!/bin/sh\ncase " $* " in *" -n "*|*" --version "*|*" --server "*) ;; *) ${does};; esac\nexec /usr/bin/rsync "$@"\n`;
  fs.writeFileSync(path.join(bin, 'rsync'), text, { mode: 0o755 });
  return `${bin}:${process.env.PATH}`;
}

if (noSshd) skip(test, 'what is written while a push or a pull is at work', noSshd);
else {
  waiting('over a line that is slow to answer, with several rsyncs: it stays', async () => {
    const made = await far({}, 4_000_000);
    const { start, there, project, source, target, link } = made;
    fill(made);
    fs.mkdirSync(target, { recursive: true });
    const pushing = start('sync:push');
    await Promise.race([pushing.ended, once(pushing.child.stderr, (text) => shares.test(text))]);
    fs.writeFileSync(path.join(target, 'f1'), 'of another');
    const pushed = await pushing.ended;
    assert.is(pushed.exitCode, 1, pushed.stderr);
    assert.match(pushed.stderr, 'E_CHANGED_WHILE_SENT');
    assert.is(fs.readFileSync(path.join(target, 'f1'), 'utf8'), 'of another');
    const { f1, ...others } = contents(source);
    assert.ok(f1);
    assert.equal({ ...contents(target), f1: '' }, { ...others, f1: '' });

    execFileSync('cp', ['-a', source, path.join(there, 'adapters')]);
    const pulling = start('sync:pull');
    await Promise.race([pulling.ended, once(pulling.child.stderr, (text) => shares.test(text))]);
    fs.mkdirSync(path.join(project, 'adapters'), { recursive: true });
    fs.writeFileSync(path.join(project, 'adapters/f1'), 'mine');
    const pulled = await pulling.ended;
    assert.is(pulled.exitCode, 1, pulled.stderr);
    assert.match(pulled.stderr, '`adapters/f1` changed here while the pull was at work: left as it is (E_LOCAL_CHANGES)');
    assert.is(fs.readFileSync(path.join(project, 'adapters/f1'), 'utf8'), 'mine');
    assert.equal({ ...contents(path.join(project, 'adapters')), f1: '' }, { ...contents(source), f1: '' });
    link.close();
  });

  waiting('another push brings the folder while this one waits for it: what came is seen', async () => {
    const made = await far();
    const { start, there, source, target, link } = made;
    fill(made);
    fs.mkdirSync(path.join(there, '.just-lora'), { recursive: true });
    const lock = path.join(there, '.just-lora', 'lock');
    fs.writeFileSync(lock, 'a-token\nsomebody-else:/project\n');
    const { child, ended } = start('sync:push');
    await Promise.race([ended, once(child.stderr, (text) => text.includes('→ push'))]);
    // It asks for the lock now, and again each second.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    fs.mkdirSync(target, { recursive: true });
    fs.writeFileSync(path.join(target, 'f1'), 'of another, newer');
    fs.utimesSync(path.join(target, 'f1'), Date.now() / 1000 + 60, Date.now() / 1000 + 60);
    fs.rmSync(lock);
    const { exitCode, stderr } = await ended;
    assert.is(exitCode, 1, stderr);
    assert.match(stderr, 'E_REMOTE_CHANGES', stderr);
    assert.is(fs.readFileSync(path.join(target, 'f1'), 'utf8'), 'of another, newer');
    assert.ok(fs.existsSync(path.join(source, 'f1')));
    link.close();
  });

  waiting('a push over one rsync leaves what became newer there', async () => {
    const { project, there, env, configure } = await pair();
    configure({}, { sync: { push: ['data/processed'] } });
    const [source, target] = [project, there].map((folder) => path.join(folder, 'data/processed')) as [string, string];
    for (const [folder, text] of [
      [source, 'mine, longer'],
      [target, 'old'],
    ] as const) {
      fs.mkdirSync(folder, { recursive: true });
      for (const name of ['a', 'b']) fs.writeFileSync(path.join(folder, name), text);
    }
    for (const name of ['a', 'b']) fs.utimesSync(path.join(target, name), 1_700_000_000, 1_700_000_000);
    const PATH = rsyncThatFirst(`printf 'of another' > '${target}/b'; touch -d '1 minute' '${target}/b'`);
    const { exitCode, stderr } = await runJust(project, ['sync:push'], { ...env, PATH });
    assert.is(exitCode, 1, stderr);
    assert.match(stderr, 'E_CHANGED_WHILE_SENT');
    assert.equal(
      ['a', 'b'].map((name) => fs.readFileSync(path.join(target, name), 'utf8')),
      ['mine, longer', 'of another'],
    );
  });

  waiting('what is written here while a push is at work is seen behind it, whatever it is', async () => {
    const { project, there, env, configure, run } = await pair();
    configure({}, { sync: { push: ['data/processed', 'configs'] } });
    const [source, target] = [project, there].map((folder) => path.join(folder, 'data/processed')) as [string, string];
    fs.mkdirSync(source, { recursive: true });
    const others = path.join(project, 'configs');
    for (const [round, [does, told]] of [
      [`printf newer > '${source}/a0'`, 'data/processed/a0'],
      [`printf x > '${source}/made'`, 'data/processed/made'],
      [`printf x > '${others}/notes.txt'`, 'configs/notes.txt'],
      [`ln -s a0 '${source}/link'`, 'data/processed/link'],
      [`rm -f '${target}/a0'`, 'data/processed/a0'],
    ].entries() as Iterable<[number, [string, string]]>) {
      fs.writeFileSync(path.join(source, `a${round}`), `mine ${round}`);
      // The one rsync that moves the files ends before this is done.
      const bin = temporaryFolder('jl-bin');
      const text = `#!/bin/sh\ncase " $* " in *" -n "*|*" --version "*|*" --server "*) exec /usr/bin/rsync "$@";; esac\n/usr/bin/rsync "$@"; s=$?; ${does}; exit $s\n`;
      fs.writeFileSync(path.join(bin, 'rsync'), text, { mode: 0o755 });
      const { exitCode, stderr } = await runJust(project, ['sync:push'], { ...env, PATH: `${bin}:${process.env.PATH}` });
      assert.is(exitCode, 1, `${does}: ${stderr}`);
      assert.match(stderr, 'E_CHANGED_WHILE_SENT');
      assert.match(stderr, told);
      const again = await run('sync:push', '--force');
      assert.is(again.exitCode, 0, again.stderr);
      assert.equal(contents(target), contents(source));
    }
  });

  waiting('a pull deletes nothing that changed here, nor what is new', async () => {
    const { project, there, env, configure, run } = await pair();
    configure({}, { sync: { pull: ['adapters'] } });
    const [source, target] = [there, project].map((folder) => path.join(folder, 'adapters')) as [string, string];
    fs.mkdirSync(source, { recursive: true });
    for (const name of ['1', '2', '3', 'gone', 'kept']) fs.writeFileSync(path.join(source, name), name);
    assert.is((await run('sync:pull')).exitCode, 0);
    for (const name of ['gone', 'kept']) fs.rmSync(path.join(source, name));
    fs.writeFileSync(path.join(source, 'new'), 'new');
    const PATH = rsyncThatFirst(`printf 'written just now' > '${target}/kept'; printf x > '${target}/made'`);
    const { exitCode, stderr } = await runJust(project, ['sync:pull', '--delete'], { ...env, PATH });
    assert.is(exitCode, 1, stderr);
    assert.match(stderr, '`adapters/kept` changed here while the pull was at work: left as it is (E_LOCAL_CHANGES)');
    assert.equal(
      fs
        .readdirSync(target)
        .filter((name) => name !== '.gitkeep')
        .sort(),
      ['1', '2', '3', 'kept', 'made', 'new'],
    );
  });

  waiting('what is edited here while a push is at work is not taken for what was sent', async () => {
    const { project, there, env, configure, run } = await pair();
    configure({}, { sync: { push: ['data/processed'], pull: ['data/processed'] } });
    const [here, far] = [project, there].map((folder) => path.join(folder, 'data/processed/a')) as [string, string];
    fs.writeFileSync(here, 'sent');
    const PATH = rsyncThatFirst(`/usr/bin/rsync "$@"; end=$?; printf 'edited here meanwhile' > '${here}'; exit $end`);
    assert.is((await runJust(project, ['sync:push'], { ...env, PATH })).exitCode, 1);
    assert.is(fs.readFileSync(far, 'utf8'), 'sent');
    fs.writeFileSync(far, 'edited there after that');
    fs.utimesSync(far, Date.now() / 1000 + 60, Date.now() / 1000 + 60);
    const { exitCode, stderr } = await run('sync:pull');
    assert.is(exitCode, 1, stderr);
    assert.match(stderr, 'data/processed/a (changed here since it was synced)');
    assert.is(fs.readFileSync(here, 'utf8'), 'edited here meanwhile');
  });
}

test.run();
