import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { UserError } from '../../tasks/common/errors';
import { describeMachine } from '../../tasks/machines/bring/look/describe-machine';
import { type MachineLook, parseMachine } from '../../tasks/machines/bring/look/machine-answer';
import { refuseMachine } from '../../tasks/machines/bring/look/refusals';
import { parseComparison } from '../../tasks/machines/bring/project/compare-answer';
import { decide } from '../../tasks/machines/bring/project/decide';
import type { FileHere } from '../../tasks/machines/bring/project/files-here';
import { parseSent, type Sent, sentText } from '../../tasks/machines/bring/project/sent';
import { ChangedWhileRead, type TarEntry, tarOf } from '../../tasks/machines/bring/tar';
import { guardLine, projectScript } from '../../tasks/sync/posix/scripts/project-script';
import type { Remote } from '../../tasks/sync/remotes/remote';
import type { RelativeName } from '../../tasks/untrusted/names';
import { temporaryFolder } from '../support/project';

const test = suite('what a machine answers, and what follows from it');

const remote = { name: 'gpu', type: 'ssh', host: 'gpu', path: '~/project' } as Remote;

/** What this very machine answers, with some lines as another one says them. */
function answer(changes: Record<string, string> = {}): string {
  const home = temporaryFolder('jl-answer');
  const input = [guardLine, '~/project', '22.20.0', 'abc', ''].join('\n');
  const { stdout } = spawnSync('sh', ['-c', projectScript(describeMachine)], {
    input,
    encoding: 'latin1',
    env: { HOME: home, PATH: '/usr/bin:/bin' },
  });
  return Object.entries(changes).reduce((text, [key, value]) => text.replace(new RegExp(`^${key}=.*$`, 'm'), `${key}=${value}`), stdout);
}
const look = (changes: Record<string, string> = {}): MachineLook => {
  const parsed = parseMachine(answer(changes));
  if (!parsed) throw new Error('no answer');
  return parsed;
};
const refusal = (changes: Record<string, string>, needed = 1): string => {
  try {
    refuseMachine(remote, look(changes), needed);
    return 'none';
  } catch (error) {
    return (error as UserError).fault.code;
  }
};

test('this machine is one to run on, and its answer is whole', () => {
  const { system, at, project, state, home } = look();
  assert.equal([system, at, project.nearest, state.nearest], ['Linux', 'missing', home, home]);
  assert.is(refusal({}), 'none');
});

test('a machine that nothing could run on is refused by its own code', () => {
  for (const [code, changes] of [
    ['E_MACHINE_SYSTEM', { system: 'Darwin' }],
    ['E_MACHINE_SYSTEM', { system: 'FreeBSD' }],
    ['E_MACHINE_ARCHITECTURE', { machine: 'ppc64le' }],
    ['E_MACHINE_ARCHITECTURE', { machine: 'constructor' }],
    ['E_MACHINE_LIBC', { libc: 'musl libc (x86_64)' }],
    ['E_MACHINE_LIBC', { libc: 'glibc 2.27' }],
    ['E_MACHINE_LIBC', { libc: 'ldd (Ubuntu GLIBC 2.23-0ubuntu11.3) 2.23' }],
    ['E_MACHINE_LIBC', { libc: '' }],
    ['E_MACHINE_NOEXEC', { state_options: 'rw,nosuid,noexec' }],
    ['E_REMOTE_FULL', { state_free_kb: '10' }],
    ['E_REMOTE_PATH', { at: 'other' }],
    ['none', { libc: 'ldd (Ubuntu GLIBC 2.35-0ubuntu3.8) 2.35' }],
    ['none', { libc: 'glibc 2.28' }],
    ['none', { machine: 'aarch64' }],
  ] as const)
    assert.is(refusal(changes as Record<string, string>, 20_000), code, JSON.stringify(changes));
});

test('a path that leads anywhere, and half an answer, are none', () => {
  for (const changes of [
    { home: '../x' },
    { path: '/a/../b' },
    { home: '/\u001b[31m' },
    { project_nearest: '-x' },
    { path: `/${'a'.repeat(5000)}` },
  ])
    assert.throws(() => look(changes as Record<string, string>), /which is no path/);
  assert.is(parseMachine(answer().slice(0, 200)), undefined);
  assert.throws(() => parseMachine(`just-lora-begin\nnode=v22.1.0 not/absolute\njust-lora-end`), /which is no path/);
});

const hash = (digit: string) => digit.repeat(64);
const name = (text: string) => text as RelativeName;
const sentOf = (...files: [RelativeName, string[]][]): Sent => ({ files: new Map(files), programs: new Set() });

test('of a project only what was asked for is taken, and a list that is forged is nothing that was sent', () => {
  const asked = new Set(['a', 'run me', 'link']);
  const text = (body: string) =>
    `just-lora-begin\ncommit=${'c'.repeat(40)}\nsent=${sentText(sentOf([name('a'), [`f${hash('1')}`]]))}\nnames\n${body}just-lora-end`;
  const there = parseComparison(text(`link link\n../../etc/passwd\nrun run me\n${hash('2')}  ./run me\n${hash('1')}  ./a\n`), asked);
  assert.equal(there?.files.get(name('run me')), { content: `f${hash('2')}`, isExecutable: true });
  assert.equal([there?.files.size, there?.commit, [...(there?.sent.files ?? [])]], [3, 'c'.repeat(40), [['a', [`f${hash('1')}`]]]]);
  for (const body of [`${hash('1')}  ./../x\n`, `other ../../x\n`, `${hash('1')}  /etc/passwd\n`])
    assert.throws(() => parseComparison(text(body), asked), /was not asked for/);
  assert.throws(() => parseComparison('just-lora-begin\ncommit=\njust-lora-end', asked), /half/);
  for (const sent of [
    '{',
    '[]',
    '{"version":2,"files":{}}',
    `{"version":1,"files":{"../x":["f${hash('1')}"],"/y":["f${hash('1')}"],"z":["f1"],"w":[7]}}`,
  ])
    assert.is(parseSent(sent).files.size, 0, sent);
  const odd = { ...sentOf([name('\u00e4\u00ff'), [`f${hash('3')}`]]), programs: new Set([name('\u00e4\u00ff')]) };
  assert.match(sentText(odd), /^[\x20-\x7e]*$/);
  assert.equal(parseSent(sentText(odd)), odd);
});

test('of three sides each case has its own outcome', async () => {
  const here = new Map(
    ['same', 'new', 'ours', 'theirs', 'base', 'folder', 'script'].map((each) => [
      name(each),
      { name: name(each), content: `f${hash('1')}`, isExecutable: each === 'script', size: 1 } as FileHere,
    ]),
  );
  const found = (digit: string) => ({ content: `f${hash(digit)}`, isExecutable: false });
  const there = new Map([
    [name('same'), found('1')],
    [name('ours'), found('2')],
    [name('theirs'), found('3')],
    [name('base'), found('4')],
    [name('folder'), { content: 'other', isExecutable: false }],
    [name('script'), found('1')],
    [name('gone'), found('2')],
    [name('gone and changed'), found('3')],
  ]);
  const sent = sentOf(
    ...['ours', 'theirs', 'gone', 'gone and changed', 'gone there too'].map((each): [RelativeName, string[]] => [
      name(each),
      [`f${hash('2')}`, `f${hash('9')}`],
    ]),
  );
  const sides = { files: there, sent, inside: new Map() };
  const decision = await decide(here, sides, async (each) => (each === 'base' ? `f${hash('4')}` : undefined));
  assert.equal(
    decision.send.map((file) => file.name),
    ['new', 'ours', 'theirs', 'base', 'script'],
  );
  assert.equal([decision.changed, decision.remove, decision.inTheWay], [['theirs'], ['gone'], ['folder']]);
});

/** What is decided of files here, each with the content 1. @param there contents by name; `x` behind one: it is a program */
async function decided(here: readonly string[], there: Record<string, string>, sent: Record<string, string>, inside: string[] = []) {
  const content = (text: string) => (/^[fl]\d/.test(text) ? `${text[0]}${hash(text[1] ?? '')}` : text);
  const isProgram = (text: string) => text.endsWith('x');
  const { send, ...rest } = await decide(
    new Map(
      here.map((each) => {
        const own = name(each.replace(/ x$/, ''));
        return [own, { name: own, content: content('f1'), isExecutable: isProgram(each), size: 1 } as FileHere];
      }),
    ),
    {
      files: new Map(Object.entries(there).map(([each, text]) => [name(each), { content: content(text), isExecutable: isProgram(text) }])),
      sent: {
        files: new Map(Object.entries(sent).map(([each, text]) => [name(each), [content(text)]])),
        programs: new Set(Object.entries(sent).flatMap(([each, text]) => (isProgram(text) ? [name(each)] : []))),
      },
      inside: new Map([[name('tool'), inside]]),
    },
    async () => undefined,
  );
  return { ...rest, send: send.map((file) => file.name) };
}
const nothing = { send: [], remove: [], changed: [], inTheWay: [] };

test('nothing is compared or sent through a link of a person; a link of ours goes first', async () => {
  const through = { alias: 'l3', 'alias/f': 'f2' };
  assert.equal(await decided(['alias/f', 'alias/g'], through, { alias: 'l3' }), {
    ...nothing,
    send: ['alias/f', 'alias/g'],
    remove: ['alias'],
  });
  assert.equal(await decided(['alias/f', 'alias/g'], through, { alias: 'l4' }), { ...nothing, inTheWay: ['alias'] });
  assert.equal(await decided(['alias/f'], { ...through, 'alias/f': 'f1' }, {}), nothing);
  // What lies behind a link was not sent there, whatever it looks like.
  assert.equal(await decided([], through, { 'alias/f': 'f2' }), nothing);
});

test('a file that became a folder, and a folder that became a file: ours goes, and what a person has there stays', async () => {
  assert.equal(await decided(['tool/main'], { tool: 'f2' }, { tool: 'f2' }), { ...nothing, send: ['tool/main'], remove: ['tool'] });
  assert.equal(await decided(['tool/main'], { tool: 'f3' }, { tool: 'f2' }), { ...nothing, inTheWay: ['tool'] });
  const folder = { tool: 'folder', 'tool/a/x': 'f2' };
  const sent = { 'tool/a/x': 'f2' };
  assert.equal(await decided(['tool'], folder, sent, ['tool/a/', 'tool/a/x']), { ...nothing, send: ['tool'], remove: ['tool/a/x'] });
  for (const more of ['tool/mine', 'tool/empty/'])
    assert.equal((await decided(['tool'], folder, sent, ['tool/a/', 'tool/a/x', more])).inTheWay, ['tool']);
  assert.equal((await decided(['tool'], { ...folder, 'tool/a/x': 'f3' }, sent, ['tool/a/', 'tool/a/x'])).inTheWay, ['tool']);
});

test('a permission to run travels, both ways, and once where a disk does not keep it', async () => {
  for (const [here, there, sent, isSent] of [
    ['a x', 'f1', 'f1', true],
    ['a x', 'f1', 'f1x', false],
    ['a', 'f1x', 'f1x', true],
    ['a', 'f1x', 'f1', false],
  ] as const)
    assert.equal((await decided([here], { a: there }, { a: sent })).send, isSent ? ['a'] : [], `${here}, ${there}, ${sent}`);
});

test('a tar of ours is one for the tar of this machine: long names, links, bytes that are no UTF-8, modes', async () => {
  const folder = temporaryFolder('jl-tar');
  const entry = (each: string, text: string, more: Partial<TarEntry> = {}): TarEntry => ({
    name: each,
    mode: 0o644,
    modified: 1_700_000_000,
    size: text.length,
    open: () => [Buffer.from(text)],
    ...more,
  });
  const long = `${'d'.repeat(120)}/${'f'.repeat(200)}`;
  const entries = [
    entry('a', 'x'.repeat(512)),
    entry(long, 'long'),
    entry('b/\u00ff\u00fe', 'bytes'),
    entry('run', '', { mode: 0o755 }),
    entry('link', '', { link: `../${'t'.repeat(150)}` }),
  ];
  const parts: Buffer[] = [];
  for await (const part of tarOf(entries)) parts.push(part);
  execFileSync('tar', ['xof', '-', '-C', folder], { input: Buffer.concat(parts) });
  assert.is(fs.readFileSync(path.join(folder, long), 'utf8'), 'long');
  assert.is(fs.readFileSync(Buffer.concat([Buffer.from(`${folder}/b/`), Buffer.from([0xff, 0xfe])]), 'utf8'), 'bytes');
  assert.is(fs.readlinkSync(path.join(folder, 'link')), `../${'t'.repeat(150)}`);
  assert.equal(
    [fs.statSync(path.join(folder, 'run')).mode & 0o777, fs.statSync(path.join(folder, 'a')).mtimeMs],
    [0o755, 1_700_000_000_000],
  );
  for (const size of [3, 5])
    try {
      for await (const _ of tarOf([entry('grows', 'four', { size })]));
      assert.unreachable();
    } catch (error) {
      assert.ok(error instanceof ChangedWhileRead, String(error));
    }
});

test.run();
