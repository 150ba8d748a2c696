import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { foldersOf } from '../../tasks/sync/compare/folders';
import { chosenRemote, remoteNamed } from '../../tasks/sync/remotes/chosen-remote';
import { contextWith, faultOf } from '../support/context';

const test = suite('remotes');

const good = { host: 'box', path: '/home/me/project' };

const hostile: readonly [object, string][] = [
  [{ host: 'TODO_HOST' }, 'E_REMOTE_TODO'],
  [{ host: '<your host>' }, 'E_REMOTE_TODO'],
  [{ path: '/TODO/path' }, 'E_REMOTE_TODO'],
  [{ path: '/path/to/project' }, 'E_REMOTE_TODO'],
  ...[
    { host: '-oProxyCommand=touch pwned' },
    { host: 'box;touch pwned' },
    { host: 'a b' },
    { host: '' },
    { user: '-x' },
    { user: 'me;id' },
    { path: '' },
    { path: null },
    { path: '/' },
    { path: '//' },
    { path: '/./' },
    { path: '/tmp/../etc' },
    { path: '..' },
    { path: '$(touch pwned)x' },
    { path: '/tmp/`id`' },
    { path: '/tmp/a;b' },
    { path: '/tmp/a|b' },
    { path: '/tmp/a&b' },
    { path: '/tmp/*' },
    { path: "/tmp/a'b" },
    { path: '/tmp/a"b' },
    { path: '/tmp/a\tb' },
    { path: '-rf' },
    { path: '~other/x' },
    { identity: '/nowhere/key' },
    { ssh_config: '/nowhere/config' },
    { type: 'local', path: 'relative' },
    { type: 'rclone', host: null, path: '/bucket' },
    { type: 'rclone', host: 's3', path: '.' },
  ].map((settings): [object, string] => [settings, 'E_REMOTE_SETTINGS']),
];

for (const [settings, code] of hostile)
  test(`${JSON.stringify(settings)} is ${code}`, () => {
    const fault = faultOf(() => remoteNamed(contextWith({ remotes: { gpu: { ...good, ...settings } } }), 'gpu'));
    assert.equal([fault.code, fault.exitCode], [code, 2], fault.found);
    assert.match(fault.fix, /configs\/setup/);
  });

test('a newline in a setting is a wrong setting', () => {
  assert.is(faultOf(() => contextWith({ remotes: { gpu: { ...good, path: '/tmp/a\nb' } } })).code, 'E_CONFIG');
});

test('takes paths as they are written', () => {
  for (const value of ['/srv/a b/c', '~', '~/project', 'project', '/a/b@c%d+e=f:g,h-i'])
    assert.is(remoteNamed(contextWith({ remotes: { gpu: { ...good, path: value } } }), 'gpu').path, value);
});

test('user@host is a user and a host', () => {
  const { user, host } = remoteNamed(contextWith({ remotes: { gpu: { ...good, host: 'me@box' } } }), 'gpu');
  assert.equal([user, host], ['me', 'box']);
});

test('an IPv6 address is a host, in brackets too, and a port behind a host is told where it belongs', () => {
  for (const [host, meant] of [
    ['2001:db8::1', '2001:db8::1'],
    ['[::1]', '::1'],
    ['me@[fe80::1%eth0]', 'fe80::1%eth0'],
  ])
    assert.is(remoteNamed(contextWith({ remotes: { gpu: { ...good, host } } }), 'gpu').host, meant);
  for (const host of ['box:22022', 'me@box.example.org:22022', '10.0.0.1:22022', '[::1]:22022']) {
    const fault = faultOf(() => remoteNamed(contextWith({ remotes: { gpu: { ...good, host } } }), 'gpu'));
    assert.is(fault.code, 'E_REMOTE_SETTINGS');
    assert.match(fault.found, /`port: 22022`/);
  }
  for (const host of ['::1%-oProxyCommand=x y', '::g', ':1', '1::2::3', '[::1', '::1%a/b'])
    assert.is(faultOf(() => remoteNamed(contextWith({ remotes: { gpu: { ...good, host } } }), 'gpu')).code, 'E_REMOTE_SETTINGS', host);
});

test('the only remote that is filled in is meant; of several one must be named', () => {
  assert.is(chosenRemote(contextWith({ remotes: { box: good } })).name, 'box');
  assert.is(chosenRemote(contextWith({ remotes: { box: good, other: good }, default_remote: 'other' })).name, 'other');
  assert.is(chosenRemote(contextWith({ remotes: { box: good, other: good }, default_remote: 'other' }, { remote: 'box' })).name, 'box');
  const fault = faultOf(() => chosenRemote(contextWith({ remotes: { box: good, other: good } })));
  assert.equal([fault.code, fault.exitCode], ['E_REMOTE_UNKNOWN', 2]);
  assert.match(faultOf(() => chosenRemote(contextWith({ remotes: { box: good } }, { remote: 'boks' }))).fix, /--remote=box/);
});

test('the template says that it is not filled in, and where to do it', () => {
  const fault = faultOf(() => chosenRemote(contextWith({})));
  assert.equal([fault.code, fault.exitCode], ['E_REMOTE_TODO', 2]);
  assert.match(fault.fix, /configs\/setup\.local\.yaml/);
});

for (const only of ['../x', 'data/../../x', '/etc', '~', '.', '', '.just-lora', '.git/config', '-x'])
  test(`--only=${only} is wrong usage`, () => {
    if (only === '') return;
    assert.equal(
      [faultOf(() => foldersOf(contextWith({}, { only }), 'push'))].map(({ code, exitCode }) => [code, exitCode]),
      [['E_USAGE', 2]],
    );
  });

test('a settings entry with a question mark may be absent', () => {
  assert.equal(
    foldersOf(contextWith({}), 'push').map(({ name, required }) => [name, required]),
    [
      ['data/processed', true],
      ['configs', false],
      ['scripts', false],
    ],
  );
});

test.run();
