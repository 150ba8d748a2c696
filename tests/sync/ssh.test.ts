import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { byteName } from '../../tasks/common/shown-name';
import { type LookAnswer, parseLook } from '../../tasks/sync/answers/look-answer';
import { parseSshConfig } from '../../tasks/sync/answers/ssh/ssh-config';
import { WrongAnswer } from '../../tasks/sync/answers/wrong-answer';

const test = suite('what ssh and the look at a machine print');

test('options of ssh -G are in lower case, each with its values in order', () => {
  const options = parseSshConfig('host box\nUserKnownHostsFile /a /b\nidentityfile ~/.ssh/one\nidentityfile ~/.ssh/two\n\nnonsense\n');
  assert.equal(
    [options.get('userknownhostsfile'), options.get('identityfile'), options.size],
    [['/a /b'], ['~/.ssh/one', '~/.ssh/two'], 3],
  );
});

const folders = ['data/größe', 'logs'];
const look = `just-lora-begin
home=/home/me
shell=/bin/zsh
path=/srv/größe=1
nearest=/srv
folder=yes
real=/srv
inode=7
boot=1f0e
rsync=rsync  version 3.2.7  protocol version 31
has_rsync=yes
free_kb=10
now=1700000000
item=folder no data/größe
item=missing yes logs
just-lora-end
`;
const read = (text: string) => parseLook(byteName(text), folders) as LookAnswer;

test('a look has values and what stands at each name, as text', () => {
  const { items, rsync, ...looked } = read(look);
  assert.equal(looked, {
    path: '/srv/größe=1',
    nearest: '/srv',
    real: '/srv',
    inode: '7',
    boot: '1f0e',
    home: '/home/me',
    loginShell: '/bin/zsh',
    isFolder: true,
    isWritable: false,
    locked: false,
    freeBytes: 10_240,
    now: 1_700_000_000,
    lists: new Map(),
    noisy: false,
  });
  assert.is(rsync?.text, '3.2.7');
  assert.equal(Object.fromEntries(items), {
    'data/größe': { presence: 'folder', writable: false, empty: false },
    logs: { presence: 'missing', writable: true, empty: false },
  });
});

test('lists stand behind a look, by folder, whatever the files in them are called', () => {
  const odd = 'tree\0f 1 1.0 1.0 7 \njust-lora-end\n\0end\0';
  const lists = (text: string) => [...(parseLook(byteName(text), folders, ['logs', 'data/größe'])?.lists ?? [])];
  assert.equal(lists(look), [], 'none was made');
  assert.equal(lists(`${look}\n\0list\0${odd}\0list\0tree\0end\0`), [
    ['logs', odd],
    ['data/größe', 'tree\0end\0'],
  ]);
  assert.equal(lists(`${look}\n\0list\0${odd}`), [['logs', odd]], 'the second did not come');
  assert.is(lists(`${look}\n\0list\0a\0list\0b\0list\0c`).length, 2, 'one that nobody asked for');
});

test('numbers that are none are not known, and no NaN', () => {
  for (const [wrong, right] of [
    ['free_kb=-', 'free_kb=10'],
    ['free_kb=99999999999999999999', 'free_kb=10'],
    ['now=1e999', 'now=1700000000'],
    ['now=soon', 'now=1700000000'],
  ] as const) {
    const { freeBytes, now } = read(look.replace(right, wrong));
    assert.is(wrong.startsWith('now') ? now : freeBytes, undefined, wrong);
  }
});

test('a path that is none, and a folder that is not answered for, are no look', () => {
  for (const wrong of [
    'path=',
    'path=relative',
    'path=:module',
    'path=-e',
    'path=/a/../b',
    'path=/a\u001b[2J',
    `path=/${'x'.repeat(5000)}`,
    'home=x',
    'nearest=',
  ])
    assert.throws(
      () => read(look.replace(new RegExp(`^${wrong.split('=')[0]}=.*$`, 'm'), wrong)),
      (error: Error) => error instanceof WrongAnswer,
      wrong,
    );
  assert.throws(() => read(look.replace('item=missing yes logs\n', '')), /does not say what stands at `logs`/);
});

test('what a login shell prints in front is noticed, and one that was cut short is no look', () => {
  assert.is(read(`welcome\n${look}`)?.noisy, true);
  assert.is(read(look.replace('just-lora-end', '')), undefined);
  assert.is(read('sh: not found'), undefined);
});

test.run();
