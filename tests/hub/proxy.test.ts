import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isExcepted, proxyFor } from '../../tasks/hub/http/proxy';
import { runJust, temporaryFolder } from '../support/project';
import { startProxy } from '../support/proxy';
import { startTls } from '../support/tls';
import { contentFor, contentOf, modelFiles, placeFor } from './model';
import { startHub } from './server';

const test = suite('proxies and certificates');
const files = modelFiles(2_000_000);

test('goes through HTTP_PROXY, and past it where NO_PROXY says so', async () => {
  const hub = await startHub();
  hub.add('org/tiny', files);
  const proxy = await startProxy();
  const place = placeFor(hub, { HTTP_PROXY: proxy.url, http_proxy: undefined, NO_PROXY: undefined, no_proxy: undefined });
  assert.is((await place.json()).outcome, 'changed');
  assert.equal(contentOf(place.folder), contentFor(files));
  assert.is(proxy.asked.length, hub.seen.length);
  assert.ok(proxy.asked.some((line) => line.startsWith(`GET ${hub.cdn}/`)));
  proxy.asked.length = 0;
  fs.rmSync(place.folder, { recursive: true });
  const { exitCode } = await runJust(place.project, ['model:download', '--model=org/tiny'], {
    ...place.env,
    NO_PROXY: 'example.org,127.0.0.1',
  });
  assert.is(exitCode, 0);
  assert.equal(proxy.asked, []);
  proxy.close();
  await hub.close();
});

test('checks certificates whatever a variable says, trusts a named authority, and tunnels TLS', async () => {
  const hub = await startHub();
  hub.add('org/tiny', files);
  const tls = await startTls(hub.url);
  // From https it never goes on to http: the CDN has a certificate too.
  const cdn = await startTls(hub.cdn);
  hub.cdn = cdn.url;
  const authority = path.join(temporaryFolder(), 'both.pem');
  fs.writeFileSync(authority, [tls, cdn].map((one) => fs.readFileSync(one.authority, 'utf8')).join('\n'));
  const proxy = await startProxy();
  const place = placeFor(hub, {
    HF_ENDPOINT: tls.url,
    HTTPS_PROXY: undefined,
    https_proxy: undefined,
    NO_PROXY: undefined,
    no_proxy: undefined,
  });
  const run = async (env: Record<string, string>) =>
    JSON.parse((await runJust(place.project, ['model:download', '--model=org/tiny', '--json'], { ...place.env, ...env })).stdout);
  const refused = await run({ NODE_TLS_REJECT_UNAUTHORIZED: '0' });
  assert.is(refused.steps[0].code, 'E_HUB_TLS');
  assert.is(hub.seen.length, 0);
  const trusted = await run({ REQUESTS_CA_BUNDLE: authority });
  assert.is(trusted.outcome, 'changed', JSON.stringify(trusted));
  assert.equal(contentOf(place.folder), contentFor(files));
  fs.rmSync(place.folder, { recursive: true });
  const tunnelled = await run({ NODE_EXTRA_CA_CERTS: authority, HTTPS_PROXY: proxy.url });
  assert.is(tunnelled.outcome, 'changed', JSON.stringify(tunnelled));
  assert.equal(contentOf(place.folder), contentFor(files));
  const credentials = Buffer.from('user:pa ss').toString('base64');
  assert.ok(proxy.asked.includes(`CONNECT ${new URL(tls.url).host} Basic ${credentials}`), proxy.asked.join('\n'));
  proxy.close();
  tls.close();
  cdn.close();
  await hub.close();
});

test('reads the variables as curl does', () => {
  const proxy = (address: string, env: Record<string, string>) => proxyFor(new URL(address), env)?.host;
  assert.is(proxy('https://hub.example/', { HTTPS_PROXY: 'http://p:1' }), 'p:1');
  assert.is(proxy('https://hub.example/', { HTTPS_PROXY: 'http://p:1', https_proxy: 'q:2' }), 'q:2');
  assert.is(proxy('http://hub.example/', { HTTPS_PROXY: 'http://p:1' }), undefined);
  assert.is(proxy('http://hub.example/', { ALL_PROXY: 'p:1' }), 'p:1');
  const cases: [string, string, boolean][] = [
    ['https://hub.example/', '*', true],
    ['https://hub.example/', 'example', true],
    ['https://hub.example/', '.example', true],
    ['https://hub.example/', '*.example', true],
    ['https://hub.example/', 'ub.example', false],
    ['https://hub.example/', 'other, hub.example:443', true],
    ['https://hub.example/', 'hub.example:80', false],
    ['http://[::1]:8080/', '::1', true],
    ['https://hub.example/', '', false],
  ];
  for (const [address, list, expected] of cases) assert.is(isExcepted(new URL(address), list), expected, `${address} by \`${list}\``);
});

test.run();
