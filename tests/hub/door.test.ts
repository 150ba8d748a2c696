import * as http from 'node:http';
import * as net from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Interrupted, UserError } from '../../tasks/common/errors';
import { Hub } from '../../tasks/hub/api/hub';
import type { Model } from '../../tasks/hub/model/models';
import type { Commit } from '../../tasks/untrusted/hashes';
import { contextWith } from '../support/context';

/** Questions to a server that does what it likes: each ends, in time, with an answer that fits or an error that names what does not. */
const test = suite('the door of the Hub');
const sha = '0123456789abcdef0123456789abcdef01234567' as Commit;
const row = (path: string) => ({ type: 'file', path, size: 3, oid: sha });

interface Server {
  url: string;
  asked: { url: string; authorization: string | undefined }[];
}

async function serve(answer: (request: http.IncomingMessage, response: http.ServerResponse) => void): Promise<Server> {
  const asked: Server['asked'] = [];
  const server = http.createServer((request, response) => {
    asked.push({ url: request.url ?? '', authorization: request.headers.authorization });
    answer(request, response);
  });
  server.unref();
  server.on('connection', (socket) => socket.unref());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as net.AddressInfo).port}`, asked };
}

/** A Hub as a run sees it, and the Ctrl-C of that run. */
function hubAt(url: string, download: object = {}, env: Record<string, string> = {}) {
  const context = contextWith({ download: { tries: 5, ...download } });
  const host = { ...context.host, home: context.root, env: { HF_ENDPOINT: url, ...env } };
  return { hub: new Hub({ ...context, host }), stop: () => host.processes.interrupt('SIGINT') };
}

const model = (revision = 'main') =>
  ({ name: 'tiny', asked: 'tiny', repo: 'org/tiny', revision, folder: '/none', source: undefined, include: [], exclude: [] }) as Model;

async function failureOf(work: Promise<unknown>): Promise<{ code: string; found: string; needed: string; ms: number }> {
  const begun = performance.now();
  const error = await work.then(
    () => new Error('it went well'),
    (thrown: Error) => thrown,
  );
  const { code, found, needed = '' } = error instanceof UserError ? error.fault : { code: error.name, found: error.message };
  assert.not.match(found, /[\u0000-\u001f\u0080-\u009f]/);
  return { code, found, needed, ms: performance.now() - begun };
}

/** A body that never ends: a byte now and then. */
function drip(response: http.ServerResponse, everyMs = 40): void {
  const timer = setInterval(() => response.write(' '), everyMs);
  response.on('close', () => clearInterval(timer));
}

test('130,000 rows, on one page and on many', async () => {
  const all = Array.from({ length: 130_000 }, (_, index) => row(`data/part-${index}.bin`));
  const { url } = await serve((request, response) => {
    const start = Number(new URL(request.url ?? '', 'http://x').searchParams.get('cursor') ?? -1);
    if (start < 0 && request.url?.includes('/one/')) return response.end(JSON.stringify(all));
    const from = Math.max(0, start);
    if (from + 20_000 < all.length)
      response.setHeader('Link', `<https://hub.example/api/x?recursive=true&cursor=${from + 20_000}>; rel="next"`);
    return response.end(JSON.stringify(all.slice(from, from + 20_000)));
  });
  const { hub } = hubAt(url);
  for (const repo of ['org/one', 'org/many']) assert.is((await hub.tree({ ...model(), repo }, sha)).length, 130_000, repo);
});

for (const [name, page] of Object.entries({
  'that repeats': () => [row('a')],
  'without rows': () => [],
}))
  test(`an endless list of a page ${name}`, async () => {
    const server = await serve((request, response) => {
      response.setHeader('Link', `<http://${request.headers.host}${request.url?.split('?')[0]}?cursor=${Math.random()}>; rel="next"`);
      response.end(JSON.stringify(page()));
    });
    const { code, found } = await failureOf(hubAt(server.url).hub.tree(model(), sha));
    assert.is(code, 'E_HUB_ANSWER');
    assert.match(found, /`tree/);
    assert.ok(server.asked.length <= 2);
  });

test('an endless list of new rows ends in time', async () => {
  let count = 0;
  const { url } = await serve((_, response) => {
    response.setHeader('Link', `</x?cursor=${count}>; rel="next"`);
    response.end(JSON.stringify([row(`file-${count++}`)]));
  });
  const { code, needed, ms } = await failureOf(hubAt(url, { answer_seconds: 0.1 }).hub.tree(model(), sha));
  assert.is(code, 'E_HUB_ANSWER');
  assert.match(needed, /within 2 s/);
  assert.ok(ms < 10_000, `${ms}`);
});

test('a next page on another server is asked of our own: neither the token nor the question goes there', async () => {
  const other = await serve((_, response) => response.end('[]'));
  const server = await serve((request, response) => {
    const isFirst = !request.url?.includes('cursor');
    if (isFirst) response.setHeader('Link', `<${other.url}/elsewhere?cursor=2>; rel="next"`);
    response.end(JSON.stringify([row(isFirst ? 'a' : 'b')]));
  });
  const rows = await hubAt(server.url, {}, { HF_TOKEN: 'hf_marker' }).hub.tree(model(), sha);
  assert.equal(
    rows.map(({ path }) => path),
    ['a', 'b'],
  );
  assert.equal(other.asked, []);
  assert.ok(
    server.asked.every(({ url, authorization }) => url.startsWith('/api/models/org/tiny/tree/') && authorization === 'Bearer hf_marker'),
  );
});

test('a pinned commit, and a header that tells of another', async () => {
  const { url } = await serve((request, response) => {
    response.setHeader('X-Repo-Commit', 'f'.repeat(40));
    response.end(request.url?.includes('/revision/') ? JSON.stringify({ sha: 'f'.repeat(40) }) : 'text');
  });
  const { hub } = hubAt(url);
  assert.is((await hub.revision(model())).commit, 'f'.repeat(40));
  for (const work of [
    () => hub.revision(model(sha)),
    () => hub.glance(model(sha)),
    () => hub.text(model(), sha, 'config.json'),
    () => hub.probe(model(), sha, 'config.json'),
  ]) {
    const { code, found } = await failureOf(work());
    assert.is(code, 'E_HUB_ANSWER');
    assert.match(found, /`(sha|X-Repo-Commit)` with `f{40}`/);
  }
});

test('a glance holds what it sees to the same rules', async () => {
  for (const body of ['{"sha": "../../marker"}', '{"sha": 5}', 'no json', '[]']) {
    const { url } = await serve((_, response) => response.end(body));
    assert.is((await failureOf(hubAt(url).hub.glance(model()))).code, 'E_HUB_ANSWER', body);
  }
});

test('a byte now and then: every question ends in time', async () => {
  const { url } = await serve((_, response) => drip(response.writeHead(200)));
  const { hub } = hubAt(url, { answer_seconds: 0.3, tries: 5 }, { HF_TOKEN: 'hf_marker' });
  // One answer each; the pauses between tries are what most of the time goes to.
  const { code, found, ms } = await failureOf(hub.revision(model()));
  assert.is(code, 'E_HUB_UNREACHABLE', found);
  assert.match(found, /no whole answer within/);
  assert.ok(ms < 20_000, `${ms}`);
  const begun = performance.now();
  assert.is(await hub.glance(model()), undefined, 'what nobody waits for has no answer then');
  assert.ok(performance.now() - begun < 20_000);
});

test('a refusal whose body does not end, and a question about the token that is not answered', async () => {
  const { url } = await serve((request, response) => {
    if (request.url?.includes('whoami')) return drip(response);
    response.writeHead(401, { 'X-Error-Code': 'RepoNotFound', 'X-Error-Message': 'no\u009b31m such' }).end('{}');
  });
  const { code, ms } = await failureOf(hubAt(url, { answer_seconds: 0.5 }, { HF_TOKEN: 'hf_marker' }).hub.revision(model()));
  assert.is(code, 'E_HUB_REPOSITORY');
  assert.ok(ms < 5000, `${ms}`);
});

test('Ctrl-C ends a question, a pause and a wait at once', async () => {
  const dripping = await serve((_, response) => drip(response.writeHead(200)));
  const silent = await serve(() => undefined);
  const busy = await serve((_, response) => response.writeHead(429, { 'Retry-After': '500' }).end());
  const broken = await serve((_, response) => response.writeHead(500).end());
  for (const { url } of [dripping, silent, busy, broken]) {
    const { hub, stop } = hubAt(url);
    hub.requests.patience.tell = () => undefined;
    setTimeout(stop, 300);
    const begun = performance.now();
    const error = await hub.tree(model(), sha).catch((thrown: unknown) => thrown);
    assert.instance(error, Interrupted);
    assert.ok(performance.now() - begun < 3000);
  }
});

test('a body over the limit is an error with both numbers, whether it says its length or not', async () => {
  const { url } = await serve((request, response) => {
    if (request.url?.includes('said')) return response.writeHead(200, { 'Content-Length': '99000000' }).end('x');
    const more = () => {
      while (response.write(Buffer.alloc(1_000_000, 'x')));
    };
    response.on('drain', more);
    return more();
  });
  const { hub } = hubAt(url);
  for (const [name, bytes] of [
    ['said', '99000000'],
    ['open', 'more than 16000000'],
  ] as const) {
    const { code, found, needed } = await failureOf(hub.text(model(), sha, name));
    assert.is(code, 'E_HUB_ANSWER');
    assert.match(found, `with ${bytes} bytes`);
    assert.match(needed, '16000000');
  }
  // Of a question that wants no body the first bytes are enough.
  await hub.probe(model(), sha, 'open');
});

test('redirects: to other places, in a circle, with a body that does not end', async () => {
  const { url, asked } = await serve((request, response) => {
    const to = decodeURIComponent(request.url?.split('/').at(-1) ?? '');
    if (to === 'circle') return response.writeHead(302, { Location: request.url }).end();
    if (to === 'moved') return response.end('right');
    if (to === 'drips') {
      response.writeHead(302, { Location: '/moved' });
      return drip(response);
    }
    return response.writeHead(302, { Location: to }).end();
  });
  const { hub } = hubAt(url);
  for (const to of ['circle', 'file:///etc/passwd', 'ftp://127.0.0.1/', 'http://']) {
    const { code, found } = await failureOf(hub.text(model(), sha, encodeURIComponent(to)));
    assert.is(code, 'E_HUB_ANSWER', to);
    assert.match(found, 'redirects to');
  }
  assert.is(asked.filter((one) => one.url.endsWith('circle')).length, 9);
  assert.is(await hub.text(model(), sha, 'drips'), 'right');
});

test('what a server says is one clean line', async () => {
  for (const [headers, body] of [
    [{ 'X-Error-Message': 'a\u009b2J\u0085b' }, ''],
    [{}, '{"error": "✔ done\\n\\u001b[2J✔ every hash checked\\u202e"}'],
    [{}, `<html>\u001b]0;t\u0007${'<'.repeat(60_000)}`],
    [{}, 'x'.repeat(1_000_000)],
  ] as const) {
    const { url } = await serve((_, response) => response.writeHead(418, headers).end(body));
    const { code, found } = await failureOf(hubAt(url).hub.revision(model()));
    assert.is(code, 'E_HUB_ANSWER');
    assert.ok(found.length < 500, `${found.length}`);
  }
});

test('a wait that is longer than is granted ends with how long it is', async () => {
  const { url, asked } = await serve((_, response) => response.writeHead(429, { 'Retry-After': '7200' }).end());
  const { code, found } = await failureOf(hubAt(url).hub.revision(model()));
  assert.is(code, 'E_HUB_WAIT');
  assert.match(found, /2 h 0 min/);
  assert.is(asked.length, 1);
});

test('a head that does not end, and a proxy that opens no tunnel', async () => {
  const { url } = await serve((_, response) => response.writeHead(200, { 'X-Long': 'x'.repeat(100_000) }).end('{}'));
  const { code, found } = await failureOf(hubAt(url).hub.revision(model()));
  assert.is(code, 'E_HUB_UNREACHABLE');
  assert.match(found, /Header overflow/);

  const proxy = net.createServer(() => undefined).unref();
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const env = { HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as net.AddressInfo).port}` };
  const silent = hubAt('https://hub.example', { answer_seconds: 0.3 }, env);
  const { found: said, ms } = await failureOf(silent.hub.revision(model()));
  assert.match(said, /no whole answer within 0\.3 s/);
  assert.ok(ms < 20_000, `${ms}`);
  const stopped = hubAt('https://hub.example', {}, env);
  setTimeout(stopped.stop, 200);
  assert.is((await failureOf(stopped.hub.revision(model()))).code, 'Interrupted');
});

test('HF_ENDPOINT that is no address is told', async () => {
  for (const endpoint of ['huggingface.co', 'file:///x', 'http://'])
    assert.is((await failureOf((async () => hubAt(endpoint))())).code, 'E_HUB_UNREACHABLE', endpoint);
});

test.run();
