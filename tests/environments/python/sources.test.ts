import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sourcesOf } from '../../../tasks/environments/python/sources/sources';
import { thisHost } from '../../../tasks/platform';
import { temporaryFolder } from '../../support/project';

const test = suite('where packages come from');

/** The sources of a machine with these files in the home folder and these variables. */
function sources(files: Readonly<Record<string, string>>, env: Record<string, string> = {}) {
  const home = temporaryFolder('home');
  for (const [file, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(home, file)), { recursive: true });
    fs.writeFileSync(path.join(home, file), text.replaceAll('HOME', home));
  }
  const known = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value.replaceAll('HOME', home)]));
  const host = {
    ...thisHost(),
    home,
    systemRoot: home,
    env: { XDG_CONFIG_DIRS: path.join(home, 'xdg'), ...known },
    now: () => new Date('2026-02-08T00:00:00Z'),
  };
  const { env: found, uvConfig, told, cutoff } = sourcesOf(host, home);
  const set = Object.fromEntries(Object.entries(found).filter(([name, value]) => value !== undefined && name !== 'PIP_CONFIG_FILE'));
  const plain = (text: string) => text.replaceAll(home, 'HOME');
  return { env: set, uvConfig: plain(uvConfig).trim(), told: told.map(plain), cutoff: cutoff && { ...cutoff, from: plain(cutoff.from) } };
}

test('nothing is set, nothing is told', () => {
  assert.equal(sources({}), { env: {}, uvConfig: '', told: [], cutoff: undefined });
});

test('pip: the machine, the user, the named file, variables; [install] of any before [global] of each', () => {
  const files = {
    'xdg/pip/pip.conf': '[install]\nindex-url = http://machine/\n[global]\ntrusted-host = a\n  b\ntarget = /x\n',
    '.config/pip/pip.conf': '[global]\nindex-url = http://user/\ntimeout = 9\n',
    'mine.conf': '[global]\ntimeout = 11\n',
  };
  const { env, uvConfig, told } = sources(files, { PIP_CONFIG_FILE: 'HOME/mine.conf', PIP_RETRIES: '3' });
  assert.equal(env, {
    PIP_INDEX_URL: 'http://machine/',
    PIP_TRUSTED_HOST: 'a b',
    PIP_TIMEOUT: '11',
    PIP_RETRIES: '3',
    UV_DEFAULT_INDEX: 'http://machine/',
  });
  assert.is(uvConfig, 'allow-insecure-host = [ "a", "b" ]');
  assert.equal(told, ['`trusted-host` of HOME/xdg/pip/pip.conf', '`index-url` of HOME/xdg/pip/pip.conf']);
  assert.equal(sources(files, { PIP_CONFIG_FILE: '/dev/null' }).env, {}, 'the null device switches every file off');
});

test('a folder of wheels, a certificate, a proxy: pip’s are uv’s too, and paths begin where the task was started', () => {
  const { env } = sources({
    'wheels/x': '',
    'a.pem': '',
    '.config/pip/pip.conf': '[global]\nfind-links = wheels /not/there\ncert = ~/a.pem\nproxy = proxy:3128\nno-index = yes\n',
  });
  assert.match(env.PIP_FIND_LINKS ?? '', /\/wheels \/not\/there$/);
  assert.match(env.UV_FIND_LINKS ?? '', /^[^,]*\/wheels$/, 'uv ends where a folder is not there');
  assert.match(env.SSL_CERT_FILE ?? '', /\/a\.pem$/);
  assert.is(env.HTTPS_PROXY, 'http://proxy:3128');
});

test('uv: the user before the machine, [pip] before the top level, nothing of an environment, no password in a file', () => {
  const { env, uvConfig, told } = sources({
    '.config/uv/uv.toml':
      'index-url = "http://user/"\nlink-mode = "symlink"\n[pip]\nprefix = "/x"\nno-index = false\n[[index]]\nname = "work"\nurl = "https://me:s3cret@work/simple"\n',
    'xdg/uv/uv.toml': 'index-url = "http://machine/"\ncache-dir = "/c"\ntorch-backend = "cpu"\n',
  });
  assert.equal(env, {
    UV_INDEX_URL: 'http://user/',
    UV_CACHE_DIR: '/c',
    UV_INDEX_WORK_USERNAME: 'me',
    UV_INDEX_WORK_PASSWORD: 's3cret',
    PIP_INDEX_URL: 'http://user/',
    PIP_EXTRA_INDEX_URL: 'https://me:s3cret@work/simple',
  });
  assert.not.match(uvConfig, /s3cret|prefix|symlink|torch/);
  assert.match(uvConfig, /url = "https:\/\/work\/simple"/);
  assert.ok(told.includes('`index-url` of HOME/.config/uv/uv.toml'));
});

test('what is set for uv itself goes before what is set for pip', () => {
  const pip = { '.config/pip/pip.conf': '[global]\nindex-url = http://pip/\nextra-index-url = http://more/\n' };
  assert.is(sources(pip, { UV_DEFAULT_INDEX: 'http://uv/' }).env.UV_DEFAULT_INDEX, undefined, 'the variable itself passes');
  assert.is(sources(pip).env.UV_INDEX_STRATEGY, 'unsafe-best-match');
  assert.is(sources({ ...pip, '.config/uv/uv.toml': '[[index]]\nurl = "http://uv/"\ndefault = true\n' }).env.UV_DEFAULT_INDEX, undefined);
});

const cutoffs: readonly [what: string, files: Record<string, string>, env: Record<string, string>, moment: string, from: string][] = [
  ['a moment', {}, { UV_EXCLUDE_NEWER: '2026-01-02T03:04:05+01:00' }, '2026-01-02T02:04:05.000Z', 'UV_EXCLUDE_NEWER'],
  ['a span', {}, { UV_EXCLUDE_NEWER: '7 days' }, '2026-02-01T00:00:00.000Z', 'UV_EXCLUDE_NEWER'],
  ['a span of ISO', {}, { PIP_UPLOADED_PRIOR_TO: 'P1W' }, '2026-02-01T00:00:00.000Z', 'PIP_UPLOADED_PRIOR_TO'],
  [
    'uv.toml',
    { '.config/uv/uv.toml': 'exclude-newer = "2026-01-01T00:00:00Z"\n' },
    {},
    '2026-01-01T00:00:00.000Z',
    'HOME/.config/uv/uv.toml',
  ],
  [
    '[pip] of uv.toml',
    { '.config/uv/uv.toml': '[pip]\nexclude-newer = "2026-01-01T00:00:00Z"\n' },
    {},
    '2026-01-01T00:00:00.000Z',
    'HOME/.config/uv/uv.toml',
  ],
  [
    'pip.conf',
    { '.config/pip/pip.conf': '[install]\nuploaded-prior-to = 2026-01-01T00:00:00Z\n' },
    {},
    '2026-01-01T00:00:00.000Z',
    'HOME/.config/pip/pip.conf',
  ],
  [
    'the earlier of two',
    { '.config/pip/pip.conf': '[install]\nuploaded-prior-to = 2026-01-01T00:00:00Z\n' },
    { UV_EXCLUDE_NEWER: '1 day' },
    '2026-01-01T00:00:00.000Z',
    'HOME/.config/pip/pip.conf',
  ],
];
for (const [what, files, env, moment, from] of cutoffs)
  test(`packages that are too new: ${what}`, () => {
    const { cutoff, env: set } = sources(files, env);
    assert.equal(cutoff, { value: moment, from });
    assert.equal([set.UV_EXCLUDE_NEWER, set.PIP_UPLOADED_PRIOR_TO], [moment, moment]);
  });

test('a day is all of it for uv, none of it for pip, as both have it', () => {
  const day = (env: Record<string, string>) => new Date(sources({}, env).cutoff?.value ?? '').getTime();
  assert.is(day({ UV_EXCLUDE_NEWER: '2026-01-01' }) - day({ PIP_UPLOADED_PRIOR_TO: '2026-01-01' }), 24 * 3_600_000);
});

for (const [what, files, env, says] of [
  ['a file that UV_CONFIG_FILE names and that is not there', {}, { UV_CONFIG_FILE: '/not/there.toml' }, /UV_CONFIG_FILE/],
  ['a uv.toml that is no TOML', { '.config/uv/uv.toml': 'index-url = \n' }, {}, /\.config\/uv\/uv\.toml` is no TOML/],
  ['a date that is none', {}, { UV_EXCLUDE_NEWER: 'last summer' }, /UV_EXCLUDE_NEWER` has `last summer`/],
] as const)
  test(`refused by name: ${what}`, () => {
    assert.throws(
      () => sources(files, env),
      ({ fault }: { fault: { code: string; found: string } }) => fault.code === 'E_INSTALLER_SETTING' && says.test(fault.found),
    );
  });

test.run();
