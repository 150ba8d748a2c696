import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Context } from '../../tasks/engine/context';
import { contextWith } from '../support/context';
import { temporaryFolder } from '../support/project';
import { skip } from '../support/skip';
import { noSshd } from '../support/sshd';
import { contents } from '../support/sync';
import { inHome, machine, synced } from '../support/sync-here';

const test = suite('a remote that lists what it likes');

/** A folder beside each project: nothing is written to it. */
const outside = temporaryFolder();
const marker = `../../../${path.basename(outside)}/marker`;

/** Listings that lead elsewhere or cannot be, as names. */
const wrongNames: readonly (readonly string[])[] = [
  [marker],
  ['fine', `sub/../${marker}`],
  ['..'],
  [`./${marker}`],
  [path.join(outside, 'marker')],
  ['a//b'],
  ['a/'],
  ['a/./b'],
  [`${'x'.repeat(256)}`],
  ['twice', 'twice'],
  ['a', 'a/b'],
];

/** All that lies in a project and outside of it. */
const around = ({ root }: Context) => [contents(root), fs.readdirSync(outside)];

if (noSshd) skip(test, 'by scp', noSshd);
else {
  test('by scp: a listing that names what is no path below the folder writes nothing', async () => {
    const { program, there, project, bin } = await machine();
    // So that scp would find it.
    fs.mkdirSync(path.join(there, 'adapters'));
    const decoy = path.join(there, 'adapters', marker);
    fs.mkdirSync(path.dirname(decoy), { recursive: true });
    fs.writeFileSync(decoy, 'from there');
    const context = project({ transfer: 'scp' });
    const before = around(context);
    program('find', `case "$*" in *maxdepth*) exit 0;; esac; cat ${bin}/listing`);
    for (const names of wrongNames) {
      fs.writeFileSync(path.join(bin, 'listing'), names.map((name) => `10 1700000000.5 1700000000.5 7 ${name}\0`).join(''));
      const { code, found } = await synced(context, 'pull');
      assert.is(code, 'E_REMOTE_ANSWER', `${names}: ${found}`);
    }
    for (const listing of ['-5 1 1 1 a\0', '5 nan 1 1 a\0', '1e9 1 1 1 a\0', '5 1 1 a\0', '5 1 1 1 a', '99999999999999999 1 1 1 a\0']) {
      fs.writeFileSync(path.join(bin, 'listing'), listing);
      assert.is((await synced(context, 'pull')).code, 'E_REMOTE_ANSWER', listing);
    }
    assert.equal(around(context), before);
  });

  test('by scp: nothing is written through a link that an earlier pull has left, or that lies here', async () => {
    const { there, project } = await machine();
    fs.mkdirSync(path.join(there, 'adapters/x'), { recursive: true });
    fs.writeFileSync(path.join(there, 'adapters/x/f'), 'from there');
    const context = project({ transfer: 'scp' });
    const here = path.join(context.root, 'adapters');
    fs.mkdirSync(path.join(here, '.rsync-partial'), { recursive: true });
    fs.symlinkSync(outside, path.join(here, '.rsync-partial/x'));
    assert.is((await synced(context, 'pull')).state, 'done');
    assert.equal([fs.readdirSync(outside), contents(here)], [[], contents(path.join(there, 'adapters'))]);
    fs.rmSync(here, { recursive: true });
    fs.mkdirSync(here);
    fs.symlinkSync(outside, path.join(here, 'x'));
    const { code, found } = await synced(context, 'pull');
    assert.equal([code, fs.readdirSync(outside)], ['E_UNSAFE_PATH', []], found);
  });

  test('names in shown texts steer no terminal', async () => {
    const { there, program, project, bin } = await machine();
    fs.mkdirSync(path.join(there, 'adapters'));
    program('find', `case "$*" in *maxdepth*) exit 0;; esac; cat ${bin}/listing`);
    fs.writeFileSync(path.join(bin, 'listing'), '1 1 1 1 ../\u001b[2J\u001b]0;t\u0007\u009b31m\0');
    const { found } = await synced(project({ transfer: 'scp' }), 'pull');
    assert.match(found, '../\\x1b[2J');
    assert.not.match(found, /[\u0000-\u001f\u007f-\u009f]/);
  });
}

/** rclone as its remote would have it: lists what it is given, and copies all that it is asked for. */
function withRclone(listing: unknown): Context {
  const bin = temporaryFolder('jl-bin');
  fs.writeFileSync(path.join(bin, 'listing'), typeof listing === 'string' ? listing : JSON.stringify(listing));
  fs.writeFileSync(
    path.join(bin, 'rclone'),
    `#!/bin/bash
case "$*" in
  version) echo "rclone v1.60.1";;
  *lsjson*) cat ${bin}/listing;;
  *copy*)
    list=; for word; do [ "$before" = --files-from-raw ] && list=$word; before=$word; done
    while IFS= read -r name; do mkdir -p "$(dirname "$word/$name")"; printf 'from there' > "$word/$name"; touch -d 2026-01-01T00:00:00Z "$word/$name"; done < "$list";;
esac
`,
    { mode: 0o755 },
  );
  process.env.PATH = `${bin}:${realPath}`;
  const remotes = { bucket: { type: 'rclone', host: 'store', path: 'bucket/project' } };
  return inHome(contextWith({ remotes, sync: { pull: ['adapters'], retries: 0 } }));
}
const realPath = process.env.PATH;

const row = (name: string, size: unknown = 10) => ({ Path: name, Name: 'x', Size: size, ModTime: '2026-01-01T00:00:00Z', IsDir: false });

test('by rclone: a listing that names what is no path below the folder writes nothing', async () => {
  for (const names of wrongNames) {
    const context = withRclone(names.map((name) => row(name)));
    const before = around(context);
    const { code, found } = await synced(context, 'pull');
    assert.is(code, 'E_REMOTE_ANSWER', `${names}: ${found}`);
    assert.equal(around(context), before);
  }
  for (const listing of ['{}', '[', '[1]', [row('a', -5)], [row('a', 1.5)], [row('a', '5')], [row('a', null)], [{ Size: 1 }]])
    assert.is((await synced(withRclone(listing), 'pull')).code, 'E_REMOTE_ANSWER', JSON.stringify(listing));
  // What it may list arrives.
  const fine = withRclone([row('sub/fine')]);
  assert.is((await synced(fine, 'pull')).state, 'done');
  assert.is(fs.readFileSync(path.join(fine.root, 'adapters/sub/fine'), 'utf8'), 'from there');
});

test('by rclone: nothing is written through a link, and no other file than those that were listed gets a name', async () => {
  const context = withRclone([row('x/f')]);
  fs.mkdirSync(path.join(context.root, 'adapters/.rsync-partial/deep'), { recursive: true });
  fs.symlinkSync(outside, path.join(context.root, 'adapters/.rsync-partial/x'));
  fs.writeFileSync(path.join(context.root, 'adapters/.rsync-partial/deep/unlisted'), 'x');
  assert.is((await synced(context, 'pull')).state, 'done');
  assert.equal([fs.readdirSync(outside), Object.keys(contents(path.join(context.root, 'adapters')))], [[], ['x/f']]);
  const linked = withRclone([row('x/f')]);
  fs.mkdirSync(path.join(linked.root, 'adapters'));
  fs.symlinkSync(outside, path.join(linked.root, 'adapters/.rsync-partial'));
  assert.equal([(await synced(linked, 'pull')).code, fs.readdirSync(outside)], ['E_UNSAFE_PATH', []]);
});

test.after(() => {
  process.env.PATH = realPath;
});
test.run();
