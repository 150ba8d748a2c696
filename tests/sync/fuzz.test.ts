import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { UserError } from '../../tasks/common/errors';
import { byteName, shownName } from '../../tasks/common/shown-name';
import { parseRecordNames, parseRecords } from '../../tasks/engine/records/fetched-records';
import { parseFindListing } from '../../tasks/sync/answers/find-listing';
import { parseHashLines } from '../../tasks/sync/answers/hash-lines';
import { parseLockAnswer } from '../../tasks/sync/answers/lock-answer';
import { parseLook } from '../../tasks/sync/answers/look-answer';
import { listedThere } from '../../tasks/sync/answers/name-there';
import { logErrors, parseLsjson, rcloneFault, statsBytes } from '../../tasks/sync/answers/rclone-output';
import { parseRsyncVersion, progressBytes, type RsyncFlavour } from '../../tasks/sync/answers/rsync-output';
import { transferFault } from '../../tasks/sync/answers/transfer-fault';
import { WrongAnswer } from '../../tasks/sync/answers/wrong-answer';
import { unreadableSource } from '../../tasks/sync/posix/faults';
import { readComparison } from '../../tasks/sync/posix/rsync/rsync-comparison';
import { readPlan } from '../../tasks/sync/session/plan-file';
import { isByteCount, isSha256 } from '../../tasks/untrusted/hashes';
import { contextWith } from '../support/context';
import { mutations, rawControls } from '../support/mutate';

const test = suite('what a remote says, in all wrong ways');

const count = 2500;
/** Milliseconds for one door and all its inputs: a pattern that goes wild takes more for one. */
const bound = 60_000;

/** Names where they would be written: below the folder. */
function staysBelow(name: string): void {
  const bytes = Buffer.from(name, 'latin1').toString('latin1');
  const place = path.posix.resolve('/project/adapters', bytes);
  assert.ok(bytes === name && place.startsWith('/project/adapters/') && !name.includes('\0'), JSON.stringify(name));
  assert.not.match(shownName(name), rawControls);
}

/** Feeds a door: what it throws is ours and steers no terminal, what it lets in is judged. Some must get in, else nothing is. */
function door<T>(name: string, seeds: readonly string[], read: (text: string) => T, judge: (value: T) => void): void {
  test(`${name}: ${count} mutations`, () => {
    const started = performance.now();
    let taken = 0;
    for (const text of [...seeds, ...mutations(seeds, count)]) {
      let value: T;
      try {
        value = read(text);
      } catch (error) {
        if (!(error instanceof WrongAnswer || error instanceof UserError))
          throw new Error(`${JSON.stringify(text)}: ${(error as Error).stack}`);
        const said = error instanceof UserError ? `${error.fault.found} ${error.fault.fix}` : error.message;
        assert.not.match(said, rawControls, JSON.stringify(text));
        assert.ok(said.length < 2000, JSON.stringify(said));
        continue;
      }
      judge(value);
      taken++;
    }
    assert.ok(taken >= seeds.length, `${taken} were taken`);
    assert.ok(performance.now() - started < bound, `${performance.now() - started} ms`);
  });
}

door(
  'the list of find',
  [
    '10 1700000000.5 1700000000.1234567890 77 train.jsonl\x0012345 1700000000.5 1700000001.5 78 sub/größe.bin\x000 -5 0 1 a b\0',
    '5 1700000000 1700000000 1 ./a\x006 1700000000 1700000000 2 ./sub/b\0',
    '7 1.5 1.5 9 .\0',
  ],
  (text) => parseFindListing(text, 'train.jsonl'),
  (listed) => {
    for (const [name, { size, modifiedMs, state }] of listed) {
      staysBelow(name);
      assert.ok(isByteCount(size) && Number.isFinite(modifiedMs));
      assert.not.match(state, rawControls);
    }
  },
);

for (const flavour of ['gnu', 'openrsync', 'old'] as const satisfies readonly RsyncFlavour[])
  door(
    `the list of rsync (${flavour})`,
    flavour === 'old'
      ? ['cd+++++++|sub/\n<f+++++++|sub/a\n.d..t....|./\n*deleting   gone\n']
      : [
          `[sender] hiding file .gitkeep because of pattern .gitkeep\n.d..t......|4096|./\ncd+++++++++|4096|sub/\n>f+++++++++|12|sub/a\\#012b\n>f.st......|7|x|y\ncL+++++++++|3|link${flavour === 'gnu' ? ' -> sub' : ''}\n`,
          '*deleting  |0|old file\n*deleting  |0|sub/\nskipping non-regular file "pipe"\n<f..t......|5|\\#303\\#274\n',
        ],
    (text) => readComparison(text, { base: 'adapters', flavour, deletions: true, isMeant: () => true, sizeOf: () => undefined }),
    ({ changes, skipped }) => {
      for (const { name, bytes } of changes) {
        staysBelow(name);
        assert.ok(isByteCount(bytes));
      }
      for (const name of skipped) assert.not.match(name, rawControls);
    },
  );

door(
  'lsjson of rclone',
  [
    '[{"Path":"a","Name":"a","Size":12,"ModTime":"2026-01-01T00:00:00Z","IsDir":false},{"Path":"sub/größe","Size":0,"ModTime":"","IsDir":false},{"Path":"sub","Size":-1,"IsDir":true}]',
    '[\n{"Path":"x y","Size":1,"ModTime":"2026-01-01T00:00:00.5+02:00"}\n]\n',
  ],
  (text) => listedThere([...parseLsjson(text)].map(([name, stored]) => [byteName(name), stored] as const)),
  (listed) => {
    for (const [name, { size, modifiedMs }] of listed) {
      staysBelow(name);
      assert.ok(isByteCount(size) && Number.isFinite(modifiedMs));
    }
  },
);

const lookText = `just-lora-begin
home=/home/me
path=/srv/project
nearest=/srv/project
folder=yes
writable=yes
real=/srv/project
rsync=rsync  version 3.2.7  protocol version 31
has_rsync=yes
free_kb=1000
now=1700000000
lock=yes
item=folder yes data/größe
item=missing yes logs
just-lora-end
`;
door(
  'the look at a machine',
  [byteName(lookText)],
  (text) => parseLook(text, ['data/größe', 'logs']),
  (looked) => {
    if (!looked) return;
    const { path: project, nearest, real, home, rsync, freeBytes, now, items } = looked;
    for (const place of [project, nearest]) assert.ok(path.posix.isAbsolute(place) && !place.split('/').includes('..'), place);
    for (const text of [project, nearest, real, home, rsync?.text ?? '']) {
      assert.not.match(text, rawControls);
      assert.ok(text.length <= 4096);
    }
    assert.ok((freeBytes === undefined || isByteCount(freeBytes)) && (now === undefined || Number.isFinite(now)));
    assert.equal([...items.keys()], ['data/größe', 'logs']);
  },
);

door(
  'a lock',
  ['fresh\nlocked\n', 'broken\nlocked', 'held=box:/home/me/project\n', 'held=\n'],
  (text) => parseLockAnswer(text),
  (answer) => {
    if (answer?.state !== 'held') return;
    assert.not.match(answer.owner, /[\n\t]/);
    assert.not.match(answer.owner, rawControls);
    assert.ok(answer.owner.length <= 200 && answer.owner !== '');
  },
);

door(
  'names of run records',
  ['just-lora-begin\n2026-01-01T00-00-00-000Z-setup-remote-1.json\n2026-01-02-a-2.json\njust-lora-end\n'],
  parseRecordNames,
  (names) => {
    for (const name of names ?? []) {
      staysBelow(name);
      assert.ok(!name.includes('/') && name.length < 256);
    }
  },
);

const recordText = JSON.stringify({
  version: 1,
  task: 'setup:remote',
  outcome: 'changed',
  startedAt: '2026-01-01T00:00:00.000Z',
  durationMs: 7,
  steps: [
    { name: 'gpu', title: 'GPU', state: 'done', found: 'a card', actions: [{ title: 'x', durationMs: 1 }], durationMs: 1, table: [['a']] },
  ],
  versions: { node: '20' },
});
const framed = (file: string, text: string) => `record ${file} ${Buffer.byteLength(text)}\n${byteName(text)}\n`;
door(
  'run records',
  [recordText],
  (text) => parseRecords(framed('a.json', text), ['a.json']),
  (records) => {
    for (const [name, text] of records) {
      assert.is(name, 'a.json');
      assert.not.match(text, rawControls);
      if (text) assert.type(JSON.parse(text).task, 'string');
    }
  },
);
door(
  'run records and what is around them',
  [`${framed('a.json', recordText)}${framed('b.json', '{}')}record c.json 0\n\n`],
  (text) => parseRecords(text, ['a.json', 'b.json', '../x.json']),
  (records) => assert.ok([...records.keys()].every((name) => ['a.json', 'b.json'].includes(name))),
);

const hash = 'a'.repeat(64);
door('a manifest', [`${hash}  train.jsonl\n${hash}  sub/a b\n\\${hash}  new\\nline\n`, `${hash} *x\n`], parseHashLines, (hashes) => {
  for (const each of hashes.values()) assert.ok(isSha256(each));
});

const context = contextWith({});
const plan = {
  version: 1,
  task: 'sync:pull',
  made: '2026-01-01T00:00:00.000Z',
  remote: { name: 'gpu', type: 'ssh', host: 'box', path: '/srv/project', transfer: 'rsync' },
  folders: [{ name: 'adapters', required: true, own: [] }],
  filters: { include: [], exclude: ['*.tmp'] },
  deletes: false,
  maxDelete: null,
  verify: false,
  files: [{ name: 'adapters/a', action: 'added', bytes: 3 }],
  states: { here: { adapters: {} }, there: { adapters: { a: '3 1 1 1' } } },
};
door(
  'a plan',
  [JSON.stringify(plan)],
  (text) => {
    fs.writeFileSync(path.join(context.root, 'plan.json'), text);
    return readPlan(context, 'plan.json', 'pull');
  },
  ({ folders, filters, files, maxDelete, states }) => {
    for (const { name, own } of folders) {
      staysBelow(byteName(name));
      assert.not.match(name, /^(-|~|\.git(\/|$)|\.just-lora)/);
      assert.equal(own, []);
    }
    for (const text of [...filters.include, ...filters.exclude, ...files.map(({ name }) => name)]) assert.not.match(text, /[\0\n]/);
    assert.ok(maxDelete === null || isByteCount(maxDelete));
    assert.ok(states.here && states.there);
  },
);

door(
  'versions, progress and faults',
  [
    'rsync  version 3.2.7  protocol version 31\n',
    '     53,000,000 100%  510.24MB/s    0:00:00 (xfr#7, to-chk=3/11)',
    '{"level":"error","msg":"directory not found","object":"sub","stats":{"bytes":5}}\nplain line',
    'rsync: [sender] opendir "/data/sec\\#303\\#274ret" failed: Permission denied (13)\nrsync error: some files (code 23)',
    'ssh: connect to host box port 22: Connection refused\nsh: command not found: rsync',
  ],
  (text) => ({
    version: parseRsyncVersion(text)?.text ?? '',
    numbers: [progressBytes(text), statsBytes(text)],
    fault: unreadableSource(23, text)?.fault.found ?? '',
    words: [transferFault(23, text), rcloneFault(logErrors(text))],
  }),
  ({ version, numbers, fault }) => {
    for (const text of [version, fault]) assert.not.match(text, rawControls);
    for (const number of numbers) assert.ok(number === undefined || Number.isFinite(number));
  },
);

test('megabytes of what patterns are slow with are read in no time', () => {
  const started = performance.now();
  for (const piece of [
    'command not found ',
    'bucket ',
    'opendir "a" ',
    'rsync: opendir "',
    '\\#0',
    '>f+++++++++|1|',
    '{"a":',
    'held=',
    ' -> ',
  ]) {
    const text = piece.repeat(4_000_000 / piece.length);
    transferFault(23, text);
    rcloneFault(logErrors(text));
    unreadableSource(23, text);
    for (const read of [
      () => readComparison(text, { base: 'a', flavour: 'gnu', deletions: true, isMeant: () => true, sizeOf: () => undefined }),
      () => parseFindListing(`${text}\0`, 'a'),
      () => parseLsjson(text),
      () => parseLockAnswer(text),
      () => parseHashLines(text),
      () => parseRecordNames(text),
    ])
      try {
        read();
      } catch (error) {
        if (!(error instanceof WrongAnswer)) throw error;
      }
  }
  assert.ok(performance.now() - started < 30_000, `${performance.now() - started} ms`);
});

test.run();
