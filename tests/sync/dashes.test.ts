import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Context } from '../../tasks/engine/context';
import { contextWith } from '../support/context';
import { repository, temporaryFolder } from '../support/project';
import { skip } from '../support/skip';
import { noSshd } from '../support/sshd';
import { contents } from '../support/sync';
import { inHome, machine, synced } from '../support/sync-here';

const test = suite('names that look like options');

/** Each would do something as an option of a program that is given it. */
const names = ['-rf', '--output=x', '--delete', '-oProxyCommand=touch marker', '-e touch marker', '--files-from=-', '-', '--'];

/** Nothing ran, here or there. */
function noMarker(...folders: string[]): void {
  for (const folder of [repository, process.cwd(), ...folders]) assert.not.ok(fs.existsSync(path.join(folder, 'marker')), folder);
}

const fill = (folder: string) => {
  fs.mkdirSync(folder, { recursive: true });
  for (const name of names) fs.writeFileSync(path.join(folder, name), name);
};

/** The same project with other options. */
const withOptions = (context: Context, options: Record<string, string>): Context => ({
  ...context,
  option: (name) => options[name],
  optionValues: (name) => (options[name] === undefined ? [] : [options[name]]),
  optionNames: () => Object.keys(options),
});

if (noSshd) skip(test, 'names that look like options, over ssh', noSshd);
else {
  test('rsync carries them, both ways, and they are deleted by name', async () => {
    const { project, there, sshd } = await machine();
    const context = project();
    const [data, far] = [path.join(context.root, 'data'), path.join(there, 'data')];
    fill(data);
    fill(path.join(data, '-rf.d'));
    assert.is((await synced(context, 'push')).state, 'done');
    assert.equal(contents(far), contents(data));
    const verified = await synced(withOptions(context, { verify: '' }), 'push');
    assert.is(verified.state, 'done', verified.found);
    for (const name of names) fs.rmSync(path.join(data, name));
    fs.writeFileSync(path.join(data, 'kept'), 'kept');
    const deleted = await synced(withOptions(context, { delete: '', 'max-delete': '99' }), 'push');
    assert.is(deleted.state, 'done', deleted.found);
    assert.equal(contents(far), contents(data));
    fill(path.join(there, 'adapters'));
    assert.is((await synced(context, 'pull')).state, 'done');
    assert.equal(contents(path.join(context.root, 'adapters')), contents(path.join(there, 'adapters')));
    for (const name of names.slice(1)) fs.rmSync(path.join(there, 'adapters', name));
    assert.is((await synced(withOptions(context, { delete: '', 'max-delete': '99' }), 'pull')).state, 'done');
    assert.equal(Object.keys(contents(path.join(context.root, 'adapters'))), ['-rf']);
    noMarker(context.root, there, sshd.home, sshd.folder);
  });

  test('scp is given none, either way, and the shell there deletes them by name', async () => {
    const { project, there, sshd } = await machine();
    const context = project({ transfer: 'scp' });
    const [data, far] = [path.join(context.root, 'data'), path.join(there, 'data')];
    for (const name of names) {
      fs.rmSync(data, { recursive: true, force: true });
      fs.mkdirSync(data);
      fs.writeFileSync(path.join(data, name), name);
      assert.is((await synced(context, 'push')).code, 'E_NAME', name);
    }
    assert.not.ok(fs.existsSync(far));
    fill(path.join(there, 'adapters'));
    assert.is((await synced(context, 'pull')).code, 'E_NAME');
    fs.rmSync(data, { recursive: true });
    fs.mkdirSync(data);
    fs.writeFileSync(path.join(data, 'kept'), 'kept');
    fill(far);
    // None of them was synced: only who says so deletes them.
    const deleted = await synced({ ...withOptions(context, { delete: '', 'max-delete': '99' }), forced: () => true }, 'push');
    assert.is(deleted.state, 'done', deleted.found);
    assert.equal(contents(far), contents(data));
    noMarker(context.root, there, sshd.home, sshd.folder);
  });

  for (const transfer of ['rsync', 'scp'])
    test(`a folder that looks like one travels by ${transfer}, with all that is done to it there`, async () => {
      const { project, there, sshd } = await machine();
      for (const name of ['-rf', '--output=x', '-oProxyCommand=touch marker']) {
        const context = withOptions(project({ transfer }), { only: `data/${name}`, verify: '' });
        const folder = path.join(context.root, 'data', name);
        fs.mkdirSync(folder, { recursive: true });
        fs.writeFileSync(path.join(folder, 'file'), 'x');
        const pushed = await synced(context, 'push');
        assert.is(pushed.state, 'done', pushed.found);
        assert.equal(contents(path.join(there, 'data', name)), contents(folder));
        fs.rmSync(path.join(folder, 'file'));
        const pulled = await synced(withOptions(context, { only: `data/${name}` }), 'pull');
        assert.is(pulled.state, 'done', pulled.found);
        assert.ok(fs.existsSync(path.join(folder, 'file')));
        noMarker(context.root, there, sshd.home, sshd.folder);
      }
      for (const only of ['-rf', '--output=x', '-oProxyCommand=touch marker'])
        assert.is((await synced(withOptions(project({ transfer }), { only }), 'push')).code, 'E_USAGE', only);
    });

  test('ssh is asked for no host that is an option, nor for a path that is a command', async () => {
    const { project, sshd, there } = await machine();
    for (const remote of [{ host: '-oProxyCommand=touch marker' }, { user: '-oProxyCommand=touch marker' }, { path: '-oProxyCommand=x' }])
      assert.is((await synced(project(remote), 'push')).code, 'E_REMOTE_SETTINGS', JSON.stringify(remote));
    for (const place of ['$(touch marker)', ';touch marker', '`touch marker`', '|touch marker'])
      assert.is((await synced(project({ path: `${there}${place}` }), 'push')).code, 'E_REMOTE_SETTINGS', place);
    noMarker(there, sshd.home, sshd.folder);
  });
}

test('rclone is given none: neither to send, to fetch nor to delete', async () => {
  const bin = temporaryFolder('jl-bin');
  const asked = path.join(bin, 'asked');
  const listing = path.join(bin, 'listing');
  const list = (listed: readonly string[]) =>
    fs.writeFileSync(listing, JSON.stringify(listed.map((name) => ({ Path: name, Size: 1, ModTime: '2026-01-01T00:00:00Z' }))));
  // Whatever it is called with is written down; it lists what a test wants.
  fs.writeFileSync(
    path.join(bin, 'rclone'),
    `#!/bin/sh\nprintf '%s\\n' "$*" >> ${asked}\ncase "$*" in version) echo 'rclone v1.60.1';; *lsjson*) cat ${listing};; esac\n`,
    { mode: 0o755 },
  );
  const before = process.env.PATH;
  process.env.PATH = `${bin}:${before}`;
  try {
    const remotes = { bucket: { type: 'rclone', host: 'store', path: 'bucket/project' } };
    const context = inHome(contextWith({ remotes, sync: { push: ['data'], pull: ['adapters'], retries: 0 } }));
    const data = path.join(context.root, 'data');
    list([]);
    for (const name of names) {
      fs.rmSync(data, { recursive: true, force: true });
      fs.mkdirSync(data);
      fs.writeFileSync(path.join(data, name), name);
      assert.is((await synced(context, 'push')).code, 'E_NAME', name);
    }
    fs.rmSync(data, { recursive: true });
    fs.mkdirSync(data);
    fs.writeFileSync(path.join(data, 'kept'), 'k');
    for (const name of [...names, 'two\nlines']) {
      list(['kept', name]);
      assert.is((await synced(withOptions(context, { delete: '', 'max-delete': '9' }), 'push')).code, 'E_NAME', `delete ${name}`);
      list([name]);
      assert.is((await synced(context, 'pull')).code, 'E_NAME', `pull ${name}`);
    }
    for (const line of fs.readFileSync(asked, 'utf8').trim().split('\n'))
      assert.match(line, /^version$|(?:lsjson|check) .* -- (?:\/.* )?store:bucket\/project\//);
  } finally {
    process.env.PATH = before;
  }
});

test.run();
