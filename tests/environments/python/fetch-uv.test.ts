import * as fs from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as path from 'node:path';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { UserError } from '../../../tasks/common/errors';
import type { Context } from '../../../tasks/engine/context';
import { fetchUv } from '../../../tasks/environments/python/fetch-uv';
import type { Found } from '../../../tasks/environments/python/interpreter/probe';
import { startUv, uvArrived } from '../../../tasks/environments/python/uv-coming';
import { uvVersion, uvWheelFor } from '../../../tasks/environments/python/uv-release';
import { thisHost } from '../../../tasks/platform';
import { contextWith } from '../../support/context';
import { temporaryFolder } from '../../support/project';
import { startProxy } from '../../support/proxy';
import { startTls } from '../../support/tls';
import { uvWheel } from '../../support/uv';

const test = suite('uv from the index itself');
const wheel = uvWheel();
const program = `uv-${uvVersion}.data/scripts/uv`;

/** Where its pip would be asked there is none: what comes came without it. */
const noPip = { command: '/not/there/python', args: [], interpreter: { hasPip: true } } as unknown as Found;

interface Index {
  url: string;
  /** What was asked for, with what was said of who asks. */
  asked: string[];
  close(): void;
}

type Answer = (request: http.IncomingMessage, response: http.ServerResponse, url: string) => void;

/** An index whose page of uv is `page`, and which has the wheel at `/files/`; `answer` may do otherwise, where it returns true. */
async function indexWith(
  page: { type?: string; body: string | Buffer; headers?: Record<string, string> },
  answer: (...args: Parameters<Answer>) => boolean = () => false,
): Promise<Index> {
  const asked: string[] = [];
  const server = http.createServer((request, response) => {
    const url = request.url ?? '';
    const login = request.headers.authorization?.replace('Basic ', '');
    asked.push(`${url}${login ? ` ${Buffer.from(login, 'base64')}` : ''}`);
    if (answer(request, response, url)) return;
    if (url === '/simple/uv/') response.writeHead(200, { 'content-type': page.type ?? 'text/html', ...page.headers }).end(page.body);
    else if (url === `/files/${wheel.file}`) response.writeHead(200, { 'content-length': wheel.bytes.length }).end(wheel.bytes);
    else response.writeHead(404).end('no such page');
  });
  server.unref();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  opened.push(close);
  return { url, asked, close };
}

const opened: (() => void)[] = [];
test.after(() => {
  for (const close of opened) close();
});

const html = (href: string): string => `<!DOCTYPE html><body><a href="${href}" data-requires-python="&gt;=3.8">${wheel.file}</a></body>`;
const relative = { body: html(`../../files/${wheel.file}#sha256=${wheel.sha256}`) };

/** A project on a machine with these variables, and files in its home folder. */
function machine(env: Record<string, string | undefined>, files: Record<string, string> = {}): { context: Context; said: string[] } {
  const home = temporaryFolder('home');
  for (const [file, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(home, file)), { recursive: true });
    fs.writeFileSync(path.join(home, file), text);
  }
  const host = { ...thisHost(), home, systemRoot: home, env: { PATH: process.env.PATH, XDG_CONFIG_DIRS: path.join(home, 'xdg'), ...env } };
  const said: string[] = [];
  host.processes.onVerbose = (line) => said.push(line);
  host.processes.onNote = (line) => said.push(line);
  return { context: { ...contextWith({}), host }, said };
}

/** Why it did not arrive; empty where it did, byte by byte. */
async function why(env: Record<string, string | undefined>, files: Record<string, string> = {}): Promise<string> {
  const { context } = machine(env, files);
  const arrived = await uvArrived(context, noPip);
  context.resources.close();
  if ('why' in arrived) return arrived.why;
  assert.ok((arrived.files.get(program)?.length ?? 0) > 10_000_000, [...arrived.files.keys()].join());
  return '';
}

test('an index in JSON: it lies where pip would put it, runs, and there is nothing else', async () => {
  const files = [
    { filename: `uv-${uvVersion}.tar.gz`, url: 'none' },
    { filename: wheel.file, url: `/files/${wheel.file}#sha256=${wheel.sha256}`, hashes: { sha256: wheel.sha256 } },
  ];
  const body = gzipSync(JSON.stringify({ meta: { 'api-version': '1.1' }, name: 'uv', files }));
  const headers = { 'content-encoding': 'gzip' };
  const index = await indexWith({ type: 'application/vnd.pypi.simple.v1+json', body, headers });
  const { context } = machine({ PIP_INDEX_URL: `${index.url}/simple/` });
  const uv = await fetchUv(context, noPip);
  const place = path.join(context.root, '.just-lora', 'uv');
  assert.equal(uv, { command: path.join(place, uvVersion, 'bin', 'uv'), version: uvVersion });
  const ran = await context.host.processes.run(uv.command, ['--version'], { cwd: context.root });
  assert.match(ran.stdout, `uv ${uvVersion}`);
  assert.equal(fs.readdirSync(place), [uvVersion]);
  assert.equal(fs.readdirSync(path.join(place, uvVersion)).sort(), ['bin', 'uv', `uv-${uvVersion}.dist-info`]);
  assert.is(fs.statSync(path.join(place, uvVersion, 'uv', '__init__.py')).mode & 0o111, 0);
  assert.equal(index.asked, ['/simple/uv/', `/files/${wheel.file}`], 'each once');
});

test('an index in HTML: relative to the page behind a redirect, to its base, and elsewhere', async () => {
  const files = await indexWith(relative);
  const moved = await indexWith(relative, (_, response, url) => {
    if (url !== '/moved/uv/') return false;
    response.writeHead(301, { location: '/simple/uv/' }).end();
    return true;
  });
  assert.is(await why({ PIP_INDEX_URL: `${moved.url}/moved` }), '');
  const based = await indexWith({ body: `<base href="${files.url}/files/">${html(wheel.file)}` });
  assert.is(await why({ UV_DEFAULT_INDEX: `${based.url}/simple` }), '');
  const absolute = await indexWith({ body: html(`${files.url}/elsewhere`) });
  const redirecting = await indexWith({ body: html('/away') }, (_, response, url) => {
    if (url !== '/away') return false;
    response.writeHead(302, { location: `${files.url}/files/${wheel.file}` }).end();
    return true;
  });
  assert.is(await why({ UV_INDEX_URL: `${redirecting.url}/simple` }), '');
  assert.match(await why({ PIP_INDEX_URL: `${absolute.url}/simple` }), /does not have the file that it lists/);
});

test('the first index that has it, where the settings of pip and uv name them', async () => {
  const [without, other, has] = [
    await indexWith({ body: html('x') }, notFound),
    await indexWith({ body: '<a href="x">uv-0.0.1.tar.gz</a>' }),
    await indexWith(relative),
  ];
  const more = `${other.url}/simple file:///nowhere ${has.url}/simple`;
  assert.is(await why({ PIP_INDEX_URL: `${without.url}/simple`, PIP_EXTRA_INDEX_URL: more }), '');
  assert.is(await why({}, { '.config/pip/pip.conf': `[global]\nindex-url = ${has.url}/simple\n` }), '');
  assert.is(await why({}, { '.config/uv/uv.toml': `[[index]]\nurl = "${has.url}/simple"\ndefault = true\n` }), '');
  assert.match(await why({ PIP_INDEX_URL: `${other.url}/simple` }), new RegExp(`does not list uv ${uvVersion}`));
});

const notFound = (_: http.IncomingMessage, response: http.ServerResponse): boolean => {
  response.writeHead(404).end();
  return true;
};

/** Nothing without a name and a password. */
const guarded = (request: http.IncomingMessage, response: http.ServerResponse): boolean => {
  if (request.headers.authorization === `Basic ${Buffer.from('me:s3c ret').toString('base64')}`) return false;
  response.writeHead(401).end('who are you?');
  return true;
};

test('a name and a password: of the address, of a netrc, of a named index; for the index alone, and told to nobody', async () => {
  const index = await indexWith(relative, guarded);
  const withLogin = index.url.replace('//', '//me:s3c%20ret@');
  assert.is(await why({ PIP_INDEX_URL: `${withLogin}/simple` }), '');
  assert.is(await why({ PIP_INDEX_URL: `${index.url}/simple` }, { '.netrc': 'machine 127.0.0.1 login me password "s3c ret"\n' }), '');
  const named = { UV_INDEX_CORP_USERNAME: 'me', UV_INDEX_CORP_PASSWORD: 's3c ret' };
  assert.is(await why({ ...named, UV_DEFAULT_INDEX: `corp=${index.url}/simple` }), '');
  assert.match(await why({ PIP_INDEX_URL: `${index.url}/simple` }), /answered 401: who are you\?/);
  const elsewhere = await indexWith(relative);
  const away = await indexWith({ body: html(`${elsewhere.url}/files/${wheel.file}`) }, guarded);
  assert.is(await why({ PIP_INDEX_URL: `${away.url.replace('//', '//me:s3c%20ret@')}/simple` }), '');
  assert.equal(elsewhere.asked, [`/files/${wheel.file}`]);
  const gone = await indexWith(
    { body: html('/gone') },
    (request, response, url) => guarded(request, response) || (url === '/gone' && notFound(request, response)),
  );
  const { context, said } = machine({ PIP_INDEX_URL: `${gone.url.replace('//', '//me:s3c%20ret@')}/simple` });
  const error = await fetchUv(context, noPip).catch((thrown: UserError) => thrown);
  assert.is((error as UserError).fault.code, 'E_UV_UNAVAILABLE');
  assert.match(said.join('\n'), /uv is fetched by pip: 127\.0\.0\.1:\d+ does not have the file/);
  assert.not.match(JSON.stringify([said, error, (error as Error).message]), /s3c/);
});

test('through the proxy, with the authority that pip or uv is told of', async () => {
  const index = await indexWith(relative);
  const [tls, proxy] = [await startTls(index.url), await startProxy()];
  opened.push(
    () => tls.close(),
    () => proxy.close(),
  );
  const set = { PIP_INDEX_URL: `${tls.url}/simple`, HTTPS_PROXY: proxy.url };
  assert.is(await why({ ...set, PIP_CERT: tls.authority }), '');
  assert.match(proxy.asked.join('\n'), /^CONNECT localhost:\d+ Basic /);
  assert.is(await why({ ...set, SSL_CERT_FILE: tls.authority }), '');
  assert.is(await why({ PIP_INDEX_URL: set.PIP_INDEX_URL }, { '.config/pip/pip.conf': `[global]\ncert = ${tls.authority}\n` }), '');
  assert.match(await why(set), /certificate/);
});

test('another file by its name is not taken, half of it neither, and nothing of either is left', async () => {
  const other = await indexWith(relative, (_, response, url) => {
    if (!url.startsWith('/files/')) return false;
    response.end(Buffer.concat([wheel.bytes, Buffer.from('x')]));
    return true;
  });
  const half = await indexWith(relative, (_, response, url) => {
    if (!url.startsWith('/files/')) return false;
    response.writeHead(200, { 'content-length': wheel.bytes.length });
    response.write(wheel.bytes.subarray(0, 1_000_000), () => response.destroy());
    return true;
  });
  for (const [index, says] of [
    [other, /has another file by the name uv-/],
    [half, /aborted|hang up|reset/],
  ] as const) {
    const { context, said } = machine({ PIP_INDEX_URL: `${index.url}/simple` });
    const error = await fetchUv(context, noPip).catch((thrown: UserError) => thrown);
    assert.is((error as UserError).fault.code, 'E_UV_UNAVAILABLE');
    assert.match(said.join('\n'), says);
    assert.equal(fs.readdirSync(path.join(context.root, '.just-lora', 'uv')), []);
  }
});

test('what is no page, no answer, and what is set for pip alone: that is for pip', async () => {
  const login = await indexWith({ type: 'text/plain', body: 'hello' });
  assert.match(await why({ PIP_INDEX_URL: `${login.url}/simple` }), /no page of the simple API/);
  const bomb = await indexWith({ body: 'no gzip', headers: { 'content-encoding': 'gzip' } });
  assert.match(await why({ PIP_INDEX_URL: `${bomb.url}/simple` }), /no gzip/);
  login.close();
  assert.match(await why({ PIP_INDEX_URL: `${login.url}/simple` }), /ECONNREFUSED/);
  for (const name of ['PIP_NO_INDEX', 'UV_OFFLINE', 'PIP_FIND_LINKS', 'PIP_UPLOADED_PRIOR_TO'])
    assert.match(await why({ PIP_INDEX_URL: 'http://127.0.0.1:9/', [name]: name.endsWith('TO') ? '2020-01-01' : '1' }), `${name} is set`);
  assert.match(await why({}), /no index of http or https is set/);
});

test('one that nobody waits for ends with the run', async () => {
  let closed = false;
  const silent = await indexWith(relative, (request) => {
    request.socket.once('close', () => {
      closed = true;
    });
    return true;
  });
  const { context } = machine({ PIP_INDEX_URL: `${silent.url}/simple` });
  startUv(context, Promise.resolve(undefined));
  while (silent.asked.length === 0) await context.host.sleep(10);
  context.resources.close();
  while (!closed) await context.host.sleep(10);
});

test('each machine gets its own wheel, and one that we know nothing of none', () => {
  const file = (...of: Parameters<typeof uvWheelFor>) => uvWheelFor(...of)?.file.replace(`uv-${uvVersion}-py3-none-`, '');
  assert.is(file('linux', 'x64', '2.36'), 'manylinux_2_17_x86_64.manylinux2014_x86_64.whl');
  assert.is(file('linux', 'x64', undefined), 'musllinux_1_1_x86_64.whl');
  assert.is(file('darwin', 'arm64', undefined), 'macosx_11_0_arm64.whl');
  assert.is(file('win32', 'x64', undefined), 'win_amd64.whl');
  assert.is(file('linux', 'ppc64', '2.36'), undefined);
  assert.is(uvWheelFor(process.platform, process.arch, thisHost().glibc())?.sha256, wheel.sha256);
});

test.run();
