import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readComparison } from '../../tasks/sync/posix/rsync/rsync-comparison';
import { repository, temporaryFolder } from '../support/project';
import { skip } from '../support/skip';
import { noSshd } from '../support/sshd';
import { contents } from '../support/sync';
import { type Machine, machine, synced } from '../support/sync-here';

const test = suite('a remote that sends what it likes, by rsync');

const write = (folder: string, name: string, text = name) => {
  fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  fs.writeFileSync(path.join(folder, name), text);
};

/** A machine, its adapters, a project's, and a folder that nothing must be written to. */
async function started(setup: object = {}, options: Record<string, string> = {}) {
  const made = await machine();
  const context = made.project({}, setup, options);
  const outside = temporaryFolder();
  write(outside, 'mine');
  const untouched = () => assert.equal(contents(outside), { mine: contents(outside).mine }, 'something was written outside');
  return { ...made, context, far: path.join(made.there, 'adapters'), here: path.join(context.root, 'adapters'), outside, untouched };
}

/** Lists what is there, and then sends another folder. */
function sendsAnother({ program, sshd }: Pick<Machine, 'program' | 'sshd'>, far: string): string {
  const other = path.join(sshd.folder, 'other');
  fs.mkdirSync(other);
  const isLook = 'case "$3" in -*n*e.*) exec /usr/bin/rsync "$@";; esac';
  const swap = `for word; do shift; case "$word" in ${far}*) word=${other}/;; esac; set -- "$@" "$word"; done`;
  program('rsync', `case "$*" in *--sender*) ${isLook}; ${swap};; esac; exec /usr/bin/rsync "$@"`);
  return other;
}

test('a list that names what is no path below the folder, or what nobody asked for, is none', () => {
  const asked = { base: 'adapters', flavour: 'gnu', deletions: false, isMeant: () => true, sizeOf: () => undefined } as const;
  for (const list of [
    '>f+++++++++|1|../../x',
    'cL+++++++++|1|../x -> a',
    'cd+++++++++|0|../',
    'skipping non-regular file "../x"',
    '*deleting  |0|mine',
    '>f+++++++++|1|a\n>f+++++++++|1|a',
    '>f+++++++++|1|a\n>f+++++++++|1|a/b',
    'cL+++++++++|1|a -> b\n>f+++++++++|1|a/b',
    'cd+++++++++|0|a/\n>f+++++++++|1|a',
  ])
    assert.throws(() => readComparison(list, asked), /^lists /, list);
  assert.throws(() => readComparison('>f+++++++++|1|a', { ...asked, isMeant: () => false }), /never travels/);
  assert.is(readComparison('*deleting  |0|a/b\n*deleting  |0|a/\n>f+++++++++|1|a', { ...asked, deletions: true }).changes.length, 3);
});

if (noSshd) skip(test, 'rsync for real', noSshd);
else {
  test('links that stay in the folder travel as links, also up to it; those that leave it are refused and nothing is written', async () => {
    const { context, far, here, outside, untouched } = await started();
    write(far, 'run/checkpoint-2/weights.bin');
    fs.symlinkSync('checkpoint-2', path.join(far, 'run/latest'));
    fs.symlinkSync('..', path.join(far, 'run/up'));
    fs.symlinkSync('a -> b', path.join(far, 'x -> y'));
    assert.is((await synced(context, 'pull')).state, 'done');
    assert.equal(contents(here), contents(far));
    for (const target of [outside, '/nowhere', '../..', 'run/../../x', '../../project/data']) {
      fs.symlinkSync(target, path.join(far, 'run/out'));
      write(far, 'new');
      const { code, found } = await synced(context, 'pull');
      assert.is(code, 'E_UNSAFE_PATH', target);
      assert.match(found, 'adapters/run/out');
      assert.not.ok(fs.existsSync(path.join(here, 'new')));
      fs.rmSync(path.join(far, 'run/out'));
    }
    untouched();
  });

  test('a link that was fetched and is a folder there by now is not written through', async () => {
    const { context, far, here, outside, untouched } = await started();
    fs.mkdirSync(here);
    fs.symlinkSync(outside, path.join(here, 'x'));
    write(far, 'x/mine', 'from there');
    write(far, 'x/new');
    const { code, found } = await synced(context, 'pull');
    assert.is(code, 'E_UNSAFE_PATH', found);
    untouched();
    // One that stays inside is not either: it may have been the first of two steps.
    fs.rmSync(path.join(here, 'x'));
    fs.mkdirSync(path.join(here, 'y'));
    fs.symlinkSync('y', path.join(here, 'x'));
    assert.is((await synced(context, 'pull')).code, 'E_UNSAFE_PATH');
    assert.equal(fs.readdirSync(path.join(here, 'y')), []);
  });

  test('what is sent is held to what was listed: no link, no folder in the place of a file, no file besides', async () => {
    const made = await started();
    const { context, far, here, outside, untouched } = made;
    write(far, 'a');
    write(far, 'sub/b');
    write(far, 'kept');
    fs.symlinkSync('kept', path.join(far, 'link'));
    const other = sendsAnother(made, far);
    fs.symlinkSync(outside, path.join(other, 'sub'));
    fs.symlinkSync(outside, path.join(other, 'link'));
    fs.symlinkSync(path.join(outside, 'mine'), path.join(other, 'more'));
    write(other, 'a/evil');
    write(other, 'kept');
    write(other, 'besides');
    const { code, found } = await synced(context, 'pull');
    assert.is(code, 'E_CHANGED_WHILE_SENT', found);
    assert.equal(Object.keys(contents(here)).sort(), ['kept']);
    untouched();
  });

  test('an rsync that tells no targets is held to them when they have come', async () => {
    const { context, far, here, outside, untouched, program } = await started();
    const old = path.join(repository, 'tests/fixtures/rsync/old/rsync');
    program('rsync', `[ "$1" = --server ] && exec /usr/bin/rsync "$@"; exec ${old} "$@"`);
    const before = process.env.PATH;
    process.env.PATH = `${path.dirname(old)}:${before}`;
    try {
      write(far, 'a');
      fs.symlinkSync('a', path.join(far, 'inside'));
      assert.is((await synced(context, 'pull')).state, 'done');
      assert.equal(contents(here), contents(far));
      fs.symlinkSync(outside, path.join(far, 'out'));
      write(far, 'new');
      const { code, found } = await synced(context, 'pull');
      assert.equal([code, fs.existsSync(path.join(here, 'new'))], ['E_UNSAFE_PATH', false], found);
      assert.equal(
        fs.readdirSync(here).filter((name) => name === 'out'),
        [],
      );
    } finally {
      process.env.PATH = before;
    }
    untouched();
  });

  test('a folder of arrivals that is a link, or has links in it, leads nowhere', async () => {
    const { context, far, here, outside, untouched } = await started();
    write(far, 'x/mine', 'from there');
    fs.mkdirSync(here);
    fs.symlinkSync(outside, path.join(here, '.rsync-partial'));
    assert.is((await synced(context, 'pull')).code, 'E_UNSAFE_PATH');
    untouched();
    fs.rmSync(path.join(here, '.rsync-partial'));
    fs.mkdirSync(path.join(here, '.rsync-partial'));
    fs.symlinkSync(outside, path.join(here, '.rsync-partial/x'));
    assert.is((await synced(context, 'pull')).state, 'done');
    assert.equal(contents(here), contents(far));
    untouched();
  });

  test('the folder itself may be a link of a person, one inside of it that --only names may not', async () => {
    const { context, far, here, outside, untouched, project } = await started();
    const disk = temporaryFolder();
    fs.symlinkSync(disk, here);
    write(far, 'run/weights.bin');
    assert.is((await synced(context, 'pull')).state, 'done');
    assert.equal([contents(disk), fs.lstatSync(here).isSymbolicLink()], [contents(far), true]);
    const only = project({}, {}, { only: 'adapters/run' });
    fs.mkdirSync(path.join(only.root, 'adapters'));
    fs.symlinkSync(outside, path.join(only.root, 'adapters/run'));
    assert.is((await synced(only, 'pull')).code, 'E_UNSAFE_PATH');
    const deleting = project({}, {}, { only: 'adapters/run', delete: '', 'max-delete': '9' });
    fs.mkdirSync(path.join(deleting.root, 'adapters'));
    fs.symlinkSync(outside, path.join(deleting.root, 'adapters/run'));
    assert.is((await synced(deleting, 'pull')).code, 'E_UNSAFE_PATH');
    untouched();
  });

  test('a deletion takes a link, and nothing behind it', async () => {
    const { context: asking, far, here, outside, untouched } = await started({}, { delete: '', 'max-delete': '9' });
    // What was never synced is deleted by who has seen it.
    const context = { ...asking, forced: () => true };
    write(far, 'kept');
    write(here, 'kept');
    write(here, 'gone/deep');
    fs.symlinkSync(outside, path.join(here, 'link'));
    const ending = await synced(context, 'pull');
    assert.is(ending.state, 'done', ending.found);
    assert.equal(contents(here), contents(far));
    untouched();
  });
}

test.run();
