import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { skip } from '../support/skip';
import { noSshd } from '../support/sshd';
import { contents, pair } from '../support/sync';

const test = suite('sync:push');

if (noSshd) skip(test, 'sync:push', noSshd);
else {
  test('sends what is new and changed, says what, and nothing the second time', async () => {
    const { project, there, json, data } = await pair();
    data('train.jsonl', 300_000);
    data('deep/er/eval.jsonl', 'one\n');
    const first = await json('sync:push', '--verbose');
    assert.is(first.exitCode, 0, first.stderr);
    const looks = first.stderr.split('\n').filter((line: string) => /^\$ rsync .* -n .* \S*data\/processed/.test(line));
    assert.is(looks.length, 1, 'one look before it: the one behind it is a list');
    // Its configuration, one look at the machine, the lock, the three folders as they arrived, and the lock again: each is two ways there and back.
    // Where the machine is slow to answer, shells that wait there are asked in the place of some.
    const calls = first.stderr.split('\n').filter((line: string) => /^ *\$ ssh /.test(line) && !line.includes('just-lora-ready'));
    assert.ok(calls.length <= 7, calls.join('\n'));
    assert.equal(contents(path.join(there, 'data/processed')), contents(path.join(project, 'data/processed')));
    assert.match(first.stderr, /added +300 kB +data\/processed\/train\.jsonl/);
    assert.ok(fs.existsSync(path.join(there, 'configs/setup.yaml')));
    assert.not.ok(fs.existsSync(path.join(there, 'configs/setup.local.yaml')));
    const second = await json('sync:push');
    assert.is(second.outcome, 'unchanged');
    data('deep/er/eval.jsonl', 'one\ntwo\n');
    const third = await json('sync:push', '--check', '--verbose');
    assert.is(third.exitCode, 3);
    assert.not.match(third.stderr, /^ *\$ rsync .* -n .* \S*data\/processed/m, 'what differs is known from a list');
    assert.is(third.stderr.match(/^ *\$ ssh -T /gm)?.length, 1, 'which is made by the look');
    const { changed, added, deleted, bytes, files } = third.steps.at(-1);
    assert.equal([changed, added, deleted, bytes], [1, 0, 0, 8]);
    assert.is(files[0].name, 'data/processed/deep/er/eval.jsonl');
  });

  test('every name that the file system holds travels, and none is a command', async () => {
    const { project, there, json, data, sshd } = await pair();
    const folder = path.join(project, 'data/processed');
    for (const name of [
      '$(touch pwned)',
      '-rf',
      '`touch pwned`',
      'a b',
      'new\nline',
      'back\\#012slash',
      "quo'te",
      'quo"te',
      'ü',
      '*',
      ';touch pwned',
      '--delete',
      'x:y',
    ])
      data(name, name);
    fs.writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0x66, 0xff, 0xfe])]), 'bytes');
    const { exitCode, stderr } = await json('sync:push');
    assert.is(exitCode, 0, stderr);
    assert.equal(contents(path.join(there, 'data/processed')), contents(folder));
    assert.is(Object.keys(contents(folder)).length, 14);
    assert.match(stderr, /new\\nline/);
    assert.match(stderr, /f\\xff\\xfe/);
    for (const at of [project, sshd.home, there, sshd.folder]) assert.not.ok(fs.existsSync(path.join(at, 'pwned')), at);
  });

  test('--only, --include and --exclude choose, and what is left out is not deleted there', async () => {
    const { json, data, there } = await pair();
    for (const name of ['a.jsonl', 'b.txt', 'sub/c.jsonl', 'sub/d.tmp']) data(name, name);
    const names = () => Object.keys(contents(path.join(there, 'data/processed'))).sort();
    assert.is((await json('sync:push', '--only=data/processed/sub/c.jsonl')).exitCode, 0);
    assert.equal([names(), fs.readdirSync(there).sort()], [['sub/c.jsonl'], ['.just-lora', 'data']]);
    assert.is((await json('sync:push', '--only=data/processed', '--include=*.jsonl')).exitCode, 0);
    assert.equal(names(), ['a.jsonl', 'sub/c.jsonl']);
    assert.is((await json('sync:push', '--only=data/processed', '--exclude=*.tmp')).exitCode, 0);
    assert.equal(names(), ['a.jsonl', 'b.txt', 'sub/c.jsonl']);
    fs.writeFileSync(path.join(there, 'data/processed/theirs.tmp'), 'x');
    assert.is((await json('sync:push', '--only=data/processed', '--exclude=*.tmp', '--delete')).exitCode, 0);
    assert.equal(names(), ['a.jsonl', 'b.txt', 'sub/c.jsonl', 'theirs.tmp']);
  });

  test('what is left out is counted, and what is no plain file is named', async () => {
    const { project, there, json, data, configure } = await pair();
    configure({}, { sync: { push: ['data/processed', 'logs?'] } });
    data('a', 'a');
    data('.DS_Store', 'x');
    data('sub/.gitkeep', '');
    for (const name of ['._a', 'sub/._b', 'Thumbs.db', 'desktop.ini']) data(name, 'x');
    execFileSync('mkfifo', [path.join(project, 'data/processed/pipe')]);
    const { exitCode, steps } = await json('sync:push');
    assert.is(exitCode, 0);
    const { found, warning, excluded } = steps[1];
    assert.equal(excluded, { patterns: ['.gitkeep', '.DS_Store', '._*', 'Thumbs.db', 'desktop.ini', '.rsync-partial'], files: 7 });
    assert.match(found, /; 7 files left out$/);
    // Neither what is always left out nor a folder that need not be there.
    assert.is(warning, 'no plain files, so they do not travel: pipe');
    assert.equal(Object.keys(contents(path.join(there, 'data/processed'))), ['a']);
  });

  test('a folder whose name is no ASCII arrives under it, with a manifest that holds, and comes back', async () => {
    const { project, there, json, configure } = await pair();
    const name = 'data/größe データ';
    configure({}, { sync: { push: [name], pull: [name] } });
    const [here, far] = [path.join(project, name), path.join(there, name)];
    fs.mkdirSync(here);
    fs.writeFileSync(path.join(here, 'a'), 'a');
    const pushed = await json('sync:push', '--verify');
    assert.is(pushed.exitCode, 0, pushed.stderr);
    assert.equal([fs.readdirSync(path.join(there, 'data')), contents(far)], [['größe データ'], contents(here)]);
    execFileSync('sha256sum', ['-c', '--strict', '.just-lora/manifests/data-größe データ.sha256'], { cwd: there });
    assert.is((await json('sync:push', '--verify')).outcome, 'unchanged');
    fs.writeFileSync(path.join(here, 'b'), 'b');
    assert.is((await json('sync:push')).exitCode, 0);
    // A manifest that does not hold any more is gone.
    assert.equal(fs.readdirSync(path.join(there, '.just-lora/manifests')), []);
    fs.rmSync(path.join(here, 'b'));
    const pulled = await json('sync:pull');
    assert.equal([pulled.exitCode, contents(here)], [0, contents(far)], pulled.stderr);
    fs.rmSync(path.join(here, 'a'));
    assert.is((await json('sync:push', '--delete', '--max-delete=1')).exitCode, 0);
    assert.equal(Object.keys(contents(far)), ['b']);
  });

  test('an --only that leads out of the project is wrong usage', async () => {
    const { json } = await pair();
    for (const only of ['../x', 'data/../../x', '/etc']) assert.is((await json('sync:push', `--only=${only}`)).exitCode, 2, only);
  });
}

test.run();
