import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseLook } from '../../tasks/sync/answers/look-answer';
import { parseItem } from '../../tasks/sync/answers/rsync-output';
import { parseTree } from '../../tasks/sync/answers/tree';
import type { Folder } from '../../tasks/sync/compare/folders';
import { type AskedList, worthAList } from '../../tasks/sync/compare/worth-a-list';
import { compareByList } from '../../tasks/sync/posix/rsync/list-comparison';
import { lookLines, lookScript } from '../../tasks/sync/posix/scripts/look-script';
import { seenTrees } from '../../tasks/sync/posix/seen-trees';
import { shellOn } from '../../tasks/sync/posix/shell';
import type { Remote } from '../../tasks/sync/remotes/remote';
import { contextIn } from '../support/context';
import { temporaryFolder } from '../support/project';

const test = suite('what differs, by a list of the other side');

const none = { include: [], exclude: [] };
const data: Folder = { name: 'data', required: true, own: [] };
const at = 1_700_000_000;

interface Place {
  here: string;
  there: string;
  compare(direction?: 'push' | 'pull', more?: { deletions?: boolean; exclude?: string[] }): Promise<ReturnType<typeof compareByList>>;
}

/** A project and a place on this machine, both with an empty `data`. */
function place(folder = data): Place {
  const [root, other] = [temporaryFolder('jl-list'), temporaryFolder('jl-list')];
  const context = contextIn(root);
  const [here, there] = [path.join(root, 'data'), path.join(other, 'data')];
  for (const each of [here, there]) fs.mkdirSync(each);
  const look = async (listed: readonly AskedList[]) => {
    const { stdout } = await shellOn(context, undefined).run(lookScript, lookLines(other, ['data'], listed));
    return { trees: seenTrees({ name: 'disk' } as Remote, listed, parseLook(stdout, ['data'], ['data'])?.lists ?? new Map()) };
  };
  const sides = { base: 'data', here, there, file: undefined, source: 'folder', target: 'folder', isNew: false } as const;
  return {
    here,
    there,
    async compare(direction = 'push', { deletions = false, exclude = [] } = {}) {
      const machine = await look(worthAList(context, direction, [folder], { ...none, exclude }, deletions));
      return compareByList(machine, direction, folder, sides, { deletions, checksum: false });
    },
  };
}

/** @param time seconds since 1970 */
function write(folder: string, name: string, text = name, time = at): void {
  const file = Buffer.from(`${folder}/${name}`, 'latin1');
  fs.mkdirSync(path.dirname(file.toString('latin1')), { recursive: true });
  fs.writeFileSync(file, text);
  fs.utimesSync(file, time, time);
}

const told = async ({ compare }: Pick<Place, 'compare'>, direction: 'push' | 'pull' = 'push') =>
  (await compare(direction))?.changes.map(({ action, kind, name, bytes }) => `${action} ${kind} ${name} ${bytes}`);

/** What a dry run of rsync lists, in the same words and order. */
function byRsync(source: string, target: string): string[] {
  const own = ['.gitkeep', '.DS_Store', '._*', 'Thumbs.db', 'desktop.ini', '.rsync-partial'].map((each) => `--exclude=${each}`);
  const args = ['-rlt', '--omit-dir-times', '-n', '--out-format=%i|%l|%n%L', ...own, '--', `${source}/`, `${target}/`];
  const env = { ...process.env, LC_ALL: 'C' };
  return execFileSync('rsync', args, { encoding: 'latin1', env })
    .split('\n')
    .flatMap((line) => parseItem(line, 'gnu') ?? [])
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .map(({ action, kind, name, bytes }) => `${action} ${kind} ${name} ${bytes}`);
}

test('is what rsync lists: any trees, any names, times between two seconds and before 1970', async () => {
  const names = [
    'a',
    'b c',
    'deep/er/x',
    'deep/y',
    '-dash',
    '#no comment',
    'caf\xe9',
    "quo'te",
    'new\nline',
    '.gitkeep',
    'deep/._mac',
    '.hidden/z',
  ];
  const times = [at, at + 0.2, at + 0.9, at + 1, -0.5, -1.5, 0];
  let random = 7;
  const pick = <T>(from: readonly T[]): T => {
    random = (random * 1103515245 + 12345) % 2147483648;
    return from[Math.floor((random / 2147483648) * from.length)] as T;
  };
  let changes = 0;
  for (let round = 0; round < 60; round++) {
    const made = place();
    for (const side of [made.here, made.there]) {
      for (const name of names) if (pick([true, false])) write(side, name, pick(['', 'one', 'two', 'longer']), pick(times));
      for (const name of ['empty', 'deep/est/of/all', '.rsync-partial/x'])
        if (pick([true, false])) fs.mkdirSync(path.join(side, name), { recursive: true });
    }
    for (const [direction, source, target] of [
      ['push', made.here, made.there],
      ['pull', made.there, made.here],
    ] as const) {
      const expected = byRsync(source, target);
      changes += expected.length;
      assert.equal(await told(made, direction), expected, `${round} ${direction}`);
    }
  }
  assert.ok(changes > 500, `${changes}`);
});

test('what never leaves a folder is counted, and is no difference', async () => {
  const made = place({ ...data, own: ['/*.local.yaml'] });
  for (const name of ['.gitkeep', 'deep/.DS_Store', 'x.local.yaml', 'deep/x.local.yaml', '.rsync-partial/y']) write(made.here, name);
  write(made.there, 'y.local.yaml');
  const pushed = await made.compare();
  assert.equal([pushed?.changes.map(({ name }) => name), pushed?.excluded], [['deep', 'deep/x.local.yaml'], 4]);
  const pulled = await made.compare('pull');
  assert.equal([pulled?.changes, pulled?.excluded], [[], 1]);
});

test('rsync is asked where a list cannot tell', async () => {
  const asked = async (make: (made: Place) => void, direction: 'push' | 'pull' = 'push', more = {}) => {
    const made = place();
    write(made.here, 'same');
    write(made.there, 'same');
    make(made);
    return (await made.compare(direction, more)) === undefined;
  };
  assert.not.ok(await asked(() => undefined));
  assert.ok(await asked(({ here }) => fs.symlinkSync('same', path.join(here, 'link'))), 'a link');
  assert.ok(await asked(({ there }) => fs.symlinkSync('same', path.join(there, 'link')), 'pull'), 'a link there');
  assert.not.ok(await asked(({ there }) => fs.symlinkSync('same', path.join(there, 'link'))), 'which no push has to do with');
  assert.ok(await asked(({ here }) => execFileSync('mkfifo', [path.join(here, 'pipe')])), 'a pipe');
  const bytes = (name: string) => Buffer.from(name).toString('latin1');
  for (const [mine, theirs] of [
    ['x', 'x/y'],
    ['X/y', 'x/y'],
    [bytes('gr\u00f6\u00dfe'), bytes('gro\u0308\u00dfe')],
  ] as const)
    assert.ok(
      await asked(({ here, there }) => {
        write(here, mine);
        write(there, theirs);
      }),
      `${mine} and ${theirs}: of two kinds, or one on a disk that tells neither cases nor forms`,
    );
  assert.ok(await asked(() => undefined, 'push', { deletions: true }));
  assert.ok(await asked(() => undefined, 'push', { exclude: ['*.tmp'] }));
  const many = (folder: string) => Array.from({ length: 2501 }, (_, index) => write(folder, `${'long'.repeat(30)}-${index}`));
  const some = (folder: string) => Array.from({ length: 1000 }, (_, index) => write(folder, `${'long'.repeat(30)}-${index}`));
  assert.ok(await asked(({ there }) => some(there)), 'a push expects about as many there as here');
  assert.not.ok(await asked(({ there }) => some(there), 'pull'), 'a pull any number');
  for (const direction of ['push', 'pull'] as const) assert.ok(await asked(({ there }) => many(there), direction), 'too many there');
  assert.ok(await asked(({ here }) => many(here)), 'too many here');
  assert.ok(await asked(({ there }) => fs.rmSync(there, { recursive: true })), 'no such folder');
});

test('a list that was cut, or has something else in it, is none; a name that leads out is refused', () => {
  const whole = 'tree\0f 12 1700000000.1234567890 1700000001.5 77 a\0d 4096 -2.5000000000 3.0 78 b\0x .gitkeep\0end\0';
  assert.equal(
    [...(parseTree(whole, 1000)?.entries ?? [])],
    [
      ['a', { kind: 'file', stamp: '12 1700000000.1234567890', state: '12 1700000000.1234567890 1700000001.5 77' }],
      ['b', { kind: 'folder', stamp: '4096 -2.5000000000' }],
    ],
  );
  assert.is(parseTree(whole, 1000)?.excluded, 1);
  for (let end = 0; end < whole.length; end++) assert.is(parseTree(whole.slice(0, end), 1000), undefined, `${end}`);
  assert.is(parseTree(whole, whole.length), undefined, 'there may be more');
  for (const text of [
    '',
    'tree',
    'find: b: Permission denied\ntree\0',
    `${whole}find: 'b': Permission denied\n`,
    `${whole}f x 1 c\0`,
    'tree\0f 1 1.0 a\0end\0',
  ])
    assert.is(parseTree(text, 1000), undefined, text);
  for (const name of ['../a', '/etc/passwd', 'a/../../b', 'a//b', './a'])
    assert.throws(() => parseTree(`tree\0f 1 1.0 1.0 7 ${name}\0end\0`, 1000), /lists/);
  for (const other of ['f', 'd']) assert.throws(() => parseTree(`tree\0f 1 1.0 1.0 7 a\0${other} 1 1.0 1.0 7 a\0end\0`, 1000), /twice/);
});

test.run();
