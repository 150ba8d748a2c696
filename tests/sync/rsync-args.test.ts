import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { byteName } from '../../tasks/common/shown-name';
import { parseRsyncVersion, type RsyncVersion } from '../../tasks/sync/answers/rsync-output';
import { listedName, type RsyncCall, rsyncArgs } from '../../tasks/sync/posix/rsync/rsync-args';
import type { RelativeName } from '../../tasks/untrusted/names';
import { temporaryFolder } from '../support/project';
import { contents } from '../support/sync';

const test = suite('arguments of rsync');

const versionOf = (text: string) => parseRsyncVersion(text) as RsyncVersion;
const gnu = versionOf('rsync  version 3.2.7  protocol version 31');
const gnu31 = versionOf('rsync  version 3.1.3  protocol version 31');
const old = versionOf('rsync  version 2.6.9  protocol version 29');
const openrsync = versionOf('openrsync: protocol version 29');
const ssh = { host: 'box', options: ['-o', 'BatchMode=yes', '-i', '/keys/my key'] };

const push: RsyncCall = {
  here: gnu,
  there: gnu,
  direction: 'push',
  ssh,
  filters: { own: [], include: [], exclude: [] },
  dryRun: false,
  listDeletions: false,
  checksum: false,
  compress: false,
  timeoutSeconds: 30,
  from: '/project/data/',
  to: 'box:/there/data/',
};

const argsOf = (more: Partial<RsyncCall>): string => rsyncArgs({ ...push, ...more }).join(' ');
const base = '-rlt --no-owner --no-group';
const own = '--exclude=.gitkeep --exclude=.DS_Store --exclude=._* --exclude=Thumbs.db --exclude=desktop.ini --exclude=.rsync-partial';
const shell = `--timeout=30 -e ssh -T -o BatchMode=yes -i "/keys/my key"`;
const operands = '-- /project/data/ box:/there/data/';

for (const [what, more, expected] of [
  [
    'a push keeps parts aside and shows all at once',
    {},
    `${base} --omit-dir-times --partial-dir=.rsync-partial --delay-updates ${shell} --stats --info=progress2 --outbuf=N ${own} ${operands}`,
  ],
  [
    'a pull keeps parts aside, and fetches what it has no second time',
    { direction: 'pull', compareWith: '/project/data' },
    `${base} --omit-dir-times --partial-dir=.rsync-partial --compare-dest=/project/data ${shell} --stats --info=progress2 --outbuf=N ${own} ${operands}`,
  ],
  [
    'a look asks for no parts, and deletes nothing',
    { dryRun: true, listDeletions: true },
    `${base} --omit-dir-times ${shell} -n --debug=FILTER1 --delete --out-format=%i|%l|%n%L ${own} ${operands}`,
  ],
  [
    'an old rsync is given what it knows',
    { here: old, compress: true },
    `${base} --partial-dir=.rsync-partial --delay-updates ${shell} --stats --progress ${own} ${operands}`,
  ],
  ['an old rsync tells no sizes', { here: old, dryRun: true }, `${base} ${shell} -n --out-format=%i|%n ${own} ${operands}`],
  [
    'a pull takes the links that stay inside, or none',
    { direction: 'pull', links: 'inside', dryRun: true },
    `-rlt --safe-links --no-owner --no-group --omit-dir-times ${shell} -n --debug=FILTER1 --out-format=%i|%l|%n%L ${own} ${operands}`,
  ],
  [
    'without links',
    { direction: 'pull', links: 'none', dryRun: true },
    `-rt --no-owner --no-group --omit-dir-times ${shell} -n --debug=FILTER1 --out-format=%i|%l|%n%L ${own} ${operands}`,
  ],
  ['openrsync does', { here: openrsync, dryRun: true }, `${base} ${shell} -n --out-format=%i|%l|%n ${own} ${operands}`],
  [
    'a volume of this machine has no link that could stall',
    { ssh: undefined, dryRun: true, checksum: true, compress: true },
    `${base} --omit-dir-times --checksum -n --debug=FILTER1 --out-format=%i|%l|%n%L ${own} ${operands}`,
  ],
  [
    'includes come first, and alone they leave out the rest',
    { dryRun: true, filters: { own: ['/*.local.yaml'], include: ['*.jsonl'], exclude: [] } },
    `${base} --omit-dir-times ${shell} -n --debug=FILTER1 --out-format=%i|%l|%n%L ${own} --exclude=/*.local.yaml --include=*/ --include=*.jsonl --exclude=* --prune-empty-dirs ${operands}`,
  ],
  [
    'with an exclude they do not',
    { dryRun: true, filters: { own: [], include: ['keep.tmp'], exclude: ['*.tmp'] } },
    `${base} --omit-dir-times ${shell} -n --debug=FILTER1 --out-format=%i|%l|%n%L ${own} --include=keep.tmp --exclude=*.tmp ${operands}`,
  ],
] as [string, Partial<RsyncCall>, string][])
  test(what, () => assert.is(argsOf(more), expected));

test('compresses where both ends know zstd, over a link', () => {
  const isCompressed = (more: Partial<RsyncCall>) => argsOf({ compress: true, ...more }).includes(' -z --zc=zstd --zl=1 ');
  assert.equal([{}, { there: gnu31 }, { here: gnu31 }, { there: openrsync }, { ssh: undefined }, { compress: false }].map(isCompressed), [
    true,
    false,
    false,
    false,
    false,
    false,
  ]);
});

test('of a list comes what is on it: a folder without what is in it, names of every kind, and nothing in the place of what is there', () => {
  const [from, to] = [temporaryFolder('jl-list'), temporaryFolder('jl-list')];
  const write = (folder: string, name: string, text: string) => {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), text);
  };
  for (const name of ['a', 'b', '#c', ';d', 'deep/x', 'deep/er/y', 'deep/er/z', 'new\nline', '-dash']) write(from, name, name);
  write(to, 'a', 'of the other side');
  const here = parseRsyncVersion(execFileSync('rsync', ['--version'], { encoding: 'utf8' })) as RsyncVersion;
  const bring = (...names: string[]) =>
    execFileSync('rsync', rsyncArgs({ ...push, here, there: here, ssh: undefined, listed: true, from: `${from}/`, to: `${to}/` }), {
      input: Buffer.from(names.map((name) => listedName(byteName(name) as RelativeName)).join(''), 'latin1'),
    });
  bring('deep', 'deep/er');
  assert.equal(Object.keys(contents(to)), ['a']);
  assert.ok(fs.statSync(path.join(to, 'deep/er')).isDirectory());
  bring('a', '#c', ';d', 'deep', 'deep/er', 'deep/er/y', 'new\nline', '-dash');
  assert.equal(Object.keys(contents(to)).sort(), ['#c', '-dash', ';d', 'a', 'deep/er/y', 'new\nline']);
  assert.is(fs.readFileSync(path.join(to, 'a'), 'utf8'), 'of the other side');
});

test.run();
