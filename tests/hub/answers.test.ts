import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { revisionIn, treeRowsIn } from '../../tasks/hub/api/answers';
import { readHead } from '../../tasks/hub/http/head';
import { RateLimitGate } from '../../tasks/hub/http/rate-limit';
import { redirectOf } from '../../tasks/hub/http/redirect';
import { refuseWrongIndex } from '../../tasks/hub/manifest/hub-index';
import { listed } from '../../tasks/hub/manifest/listed';
import { thisHost } from '../../tasks/platform';
import { faultOf } from '../support/context';

/** What a Hub answers, as values: what does not fit is refused with the field that does not. */
const test = suite('answers of a Hub');
const sha = '0123456789abcdef0123456789abcdef01234567';
const sha256 = sha.slice(0, 32) + sha.slice(0, 32);
const asked = { repo: 'org/tiny', revision: 'main' };
const host = 'hub.example';

test('a revision', () => {
  const answer = { sha, id: 'org/other', gated: 'manual', cardData: { license: 'mit\n\u001b[31m' }, tags: [1, 'license:x'], more: {} };
  assert.equal(revisionIn(answer, asked, host), { commit: sha, repo: 'org/other', license: 'mit' });
  assert.equal(revisionIn({ sha, tags: ['a', 'license:apache-2.0'] }, asked, host), {
    commit: sha,
    repo: 'org/tiny',
    license: 'apache-2.0',
  });
  assert.is(revisionIn({ sha, cardData: { license: ['a'] }, tags: 3 }, asked, host).license, undefined);
});

for (const [value, field] of [
  [null, 'revision'],
  [[], 'revision'],
  ['', 'revision'],
  [{}, 'sha'],
  [{ sha: 7 }, 'sha'],
  [{ sha: sha.toUpperCase() }, 'sha'],
  [{ sha: `${sha}\n` }, 'sha'],
  [{ sha: '../../configs/paths_config' }, 'sha'],
  [{ sha, id: 5 }, 'id'],
  [{ sha, id: '../x' }, 'id'],
  [{ sha, id: 'a/b/c' }, 'id'],
  [{ sha, id: 'org/\u001b[2J' }, 'id'],
] as const)
  test(`no revision: ${JSON.stringify(value).slice(0, 60)}`, () => {
    const { code, found } = faultOf(() => revisionIn(value, asked, host));
    assert.is(code, 'E_HUB_ANSWER');
    assert.match(found, `\`${field}\``);
    assert.not.match(found, /[\u0000-\u001f]/);
  });

test('a pinned commit is answered with itself', () => {
  assert.is(revisionIn({ sha }, { repo: 'org/tiny', revision: sha }, host).commit, sha);
  const { code, found } = faultOf(() => revisionIn({ sha }, { repo: 'org/tiny', revision: 'f'.repeat(40) }, host));
  assert.is(code, 'E_HUB_ANSWER');
  assert.match(found, sha);
});

const file = { type: 'file', path: 'a/b', size: 3, oid: sha };

test('rows of a tree', () => {
  const lfs = { oid: sha256, size: 5, pointerSize: 135 };
  assert.equal(
    treeRowsIn(
      [
        { ...file, xetHash: 'x' },
        { ...file, lfs },
        { ...file, type: 'directory', size: 0, lfs: null },
      ],
      0,
      host,
    ),
    [file, { ...file, lfs: { oid: sha256, size: 5 } }, { ...file, type: 'directory', size: 0 }],
  );
  assert.is(treeRowsIn([{ ...file, oid: sha256 }], 0, host)[0]?.oid, sha256);
});

for (const [row, field] of [
  [3, 'tree[11]'],
  [[], 'tree[11]'],
  [{ ...file, type: 'link' }, 'tree[11].type'],
  [{ ...file, path: 1 }, 'tree[11].path'],
  [{ ...file, path: undefined }, 'tree[11].path'],
  [{ ...file, size: -5 }, 'tree[11].size'],
  [{ ...file, size: 1.5 }, 'tree[11].size'],
  [{ ...file, size: 2 ** 60 }, 'tree[11].size'],
  [{ ...file, size: '3' }, 'tree[11].size'],
  [{ ...file, oid: '../../x' }, 'tree[11].oid'],
  [{ ...file, oid: `${sha}0` }, 'tree[11].oid'],
  [{ ...file, lfs: 'x' }, 'tree[11].lfs'],
  [{ ...file, lfs: { size: 1, oid: sha } }, 'tree[11].lfs.oid'],
  [{ ...file, lfs: { size: 1, oid: '../../../etc/x' } }, 'tree[11].lfs.oid'],
  [{ ...file, lfs: { size: -1, oid: sha256 } }, 'tree[11].lfs.size'],
] as const)
  test(`no row: ${JSON.stringify(row).slice(0, 80)}`, () => {
    const { code, found } = faultOf(() => treeRowsIn([file, row], 10, host));
    assert.is(code, 'E_HUB_ANSWER');
    assert.match(found, `\`${field}\``);
  });

test('no tree', () => {
  for (const value of [{}, null, 'x', 3]) assert.is(faultOf(() => treeRowsIn(value, 0, host)).code, 'E_HUB_ANSWER');
});

const model = { repo: 'org/tiny', include: [], exclude: [] };
const files = (...names: string[]) => names.map((path) => ({ path, size: 1, sha1: sha }));

test('names are refused in any part and any case, but for files that are left out', () => {
  assert.is(listed(files('config.json', 'original/params.json'), model, undefined).files.length, 2);
  for (const name of [
    '.git/config',
    'a/.GIT/hooks/x',
    '.Cache/x',
    'x/../y',
    'C:/x',
    'a/NUL.txt',
    'a\u009bb',
    'a\u202eb',
    'x'.repeat(256),
    '/x',
    '',
  ]) {
    const { code, found } = faultOf(() => listed(files('config.json', name), model, undefined));
    assert.is(code, 'E_MODEL_NAME', JSON.stringify(name));
    assert.not.match(found, /[\u0000-\u001f\u0080-\u009f\u202e]/);
    const left = listed(files('config.json', name), { ...model, include: ['config.json'] }, undefined);
    assert.equal([left.files.map(({ path }) => path), [...left.unfit]], [['config.json'], [name]]);
    assert.not.match(left.excluded[0]?.file.path ?? '', /[\u0000-\u001f\u0080-\u009f\u202e]/);
  }
  for (const pair of [
    ['README.md', 'readme.md'],
    ['a', 'a/b'],
  ]) {
    const { found, fix } = faultOf(() => listed(files(...pair), model, undefined));
    assert.match(found, /beside each other/);
    assert.match(fix, `add it to \`download.exclude\``);
    const left = listed(files('config.json', ...pair), { ...model, exclude: [pair[1] ?? ''] }, undefined);
    assert.equal([left.files.map(({ path }) => path), [...left.unfit]], [['config.json', pair[0]], [pair[1]]]);
  }
});

test('an index that the Hub serves', () => {
  const index = (weight_map: unknown, total_size: unknown = 5) => JSON.stringify({ metadata: { total_size }, weight_map });
  // transformers reads no sum: whatever stands there.
  for (const sum of [5, -1, '9']) assert.equal(refuseWrongIndex(index({ a: 'model-a.safetensors' }, sum), host), ['model-a.safetensors']);
  for (const text of [
    '',
    '[]',
    '{}',
    index([]),
    index({ a: 3 }),
    index({ a: '../x.safetensors' }),
    index({ a: '.git/x.safetensors' }),
    index({ a: 'b\u001b[2J.safetensors' }),
  ]) {
    const { code, found } = faultOf(() => refuseWrongIndex(text, host));
    assert.ok(code === 'E_HUB_ANSWER', `${text} ${code}`);
    assert.match(found, /model\.safetensors\.index\.json/);
    assert.not.match(found, /[\u0000-\u001f]/);
  }
});

test('redirects lead to http and https alone, never from https to http, and not for ever', () => {
  const to = (location: string, from = 'https://hub.example/a', hops = 0) =>
    redirectOf({ statusCode: 302, headers: { location } }, new URL(from), hops)?.href;
  assert.is(to('/b?c'), 'https://hub.example/b?c');
  assert.is(to('http://cdn.example/b', 'http://hub.example/'), 'http://cdn.example/b');
  assert.is(redirectOf({ statusCode: 200, headers: { location: '/b' } }, new URL('http://hub.example'), 0), undefined);
  assert.is(redirectOf({ statusCode: 302, headers: {} }, new URL('http://hub.example'), 0), undefined);
  for (const location of ['file:///etc/passwd', 'ftp://x/', 'javascript:1', 'http://', 'https://[', 'http://cdn.example/?secret']) {
    const { code, found } = faultOf(() => to(location));
    assert.is(code, 'E_HUB_ANSWER', location);
    assert.not.match(found, 'secret');
  }
  assert.is(faultOf(() => to('/b', 'https://hub.example/a', 8)).code, 'E_HUB_ANSWER');
  assert.not.match(faultOf(() => to('ftp:\u009b31m', 'https://hub.example/a')).found, /\u009b/);
});

test('a head of fields and nothing else', () => {
  const head = (...lines: string[]) => readHead(['HTTP/1.1 200 OK', ...lines].join('\r\n'));
  assert.equal(
    { ...head('A: b', 'a:c', 'Constructor: x', '__proto__: y', 'toString: z')?.headers },
    Object.assign(Object.create(null), {
      a: 'b, c',
      constructor: 'x',
      ['__proto__']: 'y',
      tostring: 'z',
    }),
  );
  for (const line of ['no colon', ': x', ' a: b', 'a b: c', 'a: b\nc: d', 'a: \u0000', 'a: \u001b[2J', 'a\u00e4: b'])
    assert.is(head(line), undefined, line);
});

test('a wait is granted up to the setting, and told', () => {
  const patience = new RateLimitGate(thisHost(), 60_000);
  const told: string[] = [];
  patience.tell = (text) => told.push(text);
  const url = new URL('http://hub.example/');
  const answer = (value: string) => ({ statusCode: 429, headers: { 'retry-after': value } });
  assert.is(patience.observe(url, answer('60')), 60_000);
  assert.equal(told, ['hub.example has us wait 1 min 0 s']);
  assert.match(patience.words(), /^waiting (1 min 0 s|59\.\d s) for hub\.example$/);
  for (const [value, words] of [
    ['61', /1 min 1 s/],
    ['7200', /2 h 0 min/],
    ['9'.repeat(400), /more than a day/],
    ['Fri, 01 Jan 2100 00:00:00 GMT', /more than a day/],
  ] as const) {
    const { code, found } = faultOf(() => patience.observe(url, answer(value)));
    assert.is(code, 'E_HUB_WAIT', value);
    assert.match(found, words);
  }
  for (const value of ['-5', 'soon', '', '1e9']) assert.ok(patience.observe(url, answer(value)) <= 60_000, value);
});

test.run();
