import * as fs from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { temporaryFolder } from '../../support/project';
import { isWhole, type SmallProject, smallProject } from '../../support/small-environment';

const versions = { alpha: '1.0', beta: '1.5', gamma: '3.0' };
// A fault is to be told, not waited for.
const impatient = { UV_HTTP_RETRIES: '0', PIP_RETRIES: '0', PIP_NO_CACHE_DIR: '1' };
type Instead = (request: http.IncomingMessage, response: http.ServerResponse) => void;

const status =
  (code: number): Instead =>
  (_, response) => {
    response.statusCode = code;
    if (code === 401) response.setHeader('www-authenticate', 'Basic realm="packages"');
    response.end('no');
  };
const loginPage: Instead = (_, response) => {
  response.setHeader('content-type', 'text/html');
  response.end('<!DOCTYPE html><html><body><form action="/login"><a href="/help">help</a><input name="user"></form></body></html>');
};
const toLogin: Instead = (request, response) => {
  if (request.url === '/login') return loginPage(request, response);
  response.writeHead(302, { location: '/login' }).end();
};

/** A proxy that lets nothing through. */
async function closedProxy(refuse: (socket: Socket) => void): Promise<string> {
  const server = http.createServer((request) => refuse(request.socket));
  server.on('connect', (_, socket: Socket) => refuse(socket));
  server.unref();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://bob:hush-hush@127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const wantsLogin = (socket: Socket) =>
  void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\n\r\n');

for (const installer of ['uv', 'pip'] as const) {
  const test = suite<{ project: SmallProject }>(`what an index answers, with ${installer}`);
  test.before(async (context) => {
    context.project = await smallProject({ installer });
  });
  test.after(({ project }) => project.index.close());
  test.before.each(({ project }) => {
    project.index.instead = undefined;
  });

  const build = (project: SmallProject, more: Record<string, string | undefined> = {}) =>
    project.step(['env:local'], { ...impatient, UV_CACHE_DIR: temporaryFolder('cache'), ...more });

  // What both take in the same way is tried with one of them.
  const [code, redirects, proxied] = installer === 'uv' ? ([401, true, 'http'] as const) : ([403, false, 'https'] as const);

  test(`${code}: a login that is missing, and where it goes`, async ({ project }) => {
    project.index.instead = status(code);
    const seen = await build(project);
    assert.is(seen.code, 'E_REGISTRY_LOGIN', JSON.stringify(seen));
    assert.is(seen.exitCode, 1);
    assert.match(seen.found, new RegExp(`\`${project.index.url}\` of PIP_INDEX_URL refuses .*\\(${code}\\): no login is set`));
    assert.match(
      seen.fix,
      /`machine 127\.0\.0\.1 login USER password PASSWORD` in `~\/\.netrc`.*before the host in PIP_INDEX_URL; then run `npx just env:local` again/,
    );
  });

  test('a login that is refused: its password is not shown', async ({ project }) => {
    project.index.instead = status(401);
    const seen = await build(project, { PIP_INDEX_URL: project.index.url.replace('//', '//bob:hush-hush@') });
    assert.is(seen.code, 'E_REGISTRY_LOGIN', JSON.stringify(seen));
    assert.match(seen.found, /does not take the login that is set/);
    assert.not.match(JSON.stringify(seen), /hush-hush/);
  });

  test(`a login page${redirects ? ' behind a redirect' : ''}`, async ({ project }) => {
    project.index.instead = redirects ? toLogin : loginPage;
    const seen = await build(project);
    assert.is(seen.code, 'E_REGISTRY_UNREACHABLE', JSON.stringify(seen));
    assert.match(seen.found, /in the place of the package index .* a page of 127\.0\.0\.1:\d+ answers that is none of a package index/);
    assert.match(seen.fix, /in a browser.*PIP_INDEX_URL/);
  });

  test('an index that lacks a package', async ({ project }) => {
    project.index.instead = status(404);
    const seen = await build(project);
    assert.is(seen.code, 'E_PACKAGE_NOT_FOUND', JSON.stringify(seen));
  });

  test('no index is to be asked: the variable or the file is named', async ({ project }) => {
    const byVariable = await build(project, { PIP_NO_INDEX: '1' });
    assert.is(byVariable.code, 'E_INSTALLER_SETTING', JSON.stringify(byVariable));
    assert.match(byVariable.fix, /^`unset PIP_NO_INDEX`, then/);
    if (installer === 'uv') return;
    const file = path.join(temporaryFolder(), 'mine.conf');
    fs.writeFileSync(file, '[global]\nno-index = true\n');
    const byFile = await build(project, { PIP_CONFIG_FILE: file });
    assert.is(byFile.code, 'E_INSTALLER_SETTING', JSON.stringify(byFile));
    assert.match(byFile.found, `\`no-index\` of ${file}`);
  });

  test(`a proxy that wants a login before an index of ${proxied}`, async ({ project }) => {
    const variable = `${proxied.toUpperCase()}_PROXY`;
    const proxy = await closedProxy(wantsLogin);
    const more = { [variable]: proxy, ...(proxied === 'https' ? { PIP_INDEX_URL: 'https://packages.example/simple/' } : {}) };
    const seen = await build(project, more);
    assert.is(seen.code, 'E_REGISTRY_UNREACHABLE', JSON.stringify(seen));
    assert.match(seen.found, new RegExp(`the proxy \`http://127\\.0\\.0\\.1:\\d+\` of ${variable} wants a login.*\\(407\\)`));
    assert.match(seen.fix, new RegExp(`\`USER:PASSWORD@\` before the host in ${variable}, or \`unset ${variable}\``));
    assert.not.match(JSON.stringify(seen), /hush-hush/);
  });

  test(installer === 'uv' ? 'a proxy that hangs up' : 'a proxy that is not there', async ({ project }) => {
    const proxy = installer === 'uv' ? await closedProxy((socket) => void socket.resetAndDestroy()) : 'http://127.0.0.1:9';
    const seen = await build(project, { HTTPS_PROXY: proxy, PIP_INDEX_URL: 'https://packages.example/simple/' });
    assert.is(seen.code, 'E_REGISTRY_UNREACHABLE', JSON.stringify(seen));
    assert.match(seen.found, /cannot be reached through the proxy `http:\/\/127\.0\.0\.1:\d+` of HTTPS_PROXY/);
    assert.match(seen.fix, /`unset HTTPS_PROXY`/);
  });

  test('the proxy is named among what says where packages come from', async ({ project }) => {
    const { stderr } = await project.just(['env:local'], { ...impatient, HTTPS_PROXY: 'http://bob:hush-hush@127.0.0.1:9' });
    assert.match(stderr, /where packages come from is set by .*HTTPS_PROXY/);
    assert.not.match(stderr, /hush-hush/);
  });

  test.run();
}

const test = suite('out of the cache');

test('where the index cannot be reached, uv takes what its cache has, and that is told', async () => {
  const project = await smallProject();
  assert.is((await project.step(['env:local'])).outcome, 'changed');
  for (const away of [{ HTTP_PROXY: 'http://127.0.0.1:9' }, { PIP_INDEX_URL: 'http://127.0.0.1:9/simple/' }]) {
    fs.rmSync(project.venv, { recursive: true });
    const { exitCode, stderr } = await project.just(['env:local'], { ...impatient, ...away });
    // Another index is another folder of the cache.
    if ('PIP_INDEX_URL' in away) {
      assert.is(exitCode, 1);
      assert.match(stderr, /E_REGISTRY_UNREACHABLE/);
      continue;
    }
    assert.is(exitCode, 0, stderr);
    assert.match(stderr, /note: the packages came out of uv's cache.*cannot be reached through the proxy `http:\/\/127\.0\.0\.1:9`/);
    assert.ok(isWhole(project, versions));
  }
});

test.run();
