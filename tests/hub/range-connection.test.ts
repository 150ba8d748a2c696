import * as fs from 'node:fs';
import * as http from 'node:http';
import * as net from 'node:net';
import * as tls from 'node:tls';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { RangeConnections } from '../../tasks/hub/http/range-connections';
import { startTls } from '../support/tls';
import { noise } from './model';

const test = suite('connections for ranges');

/** A server that answers with these parts, each by itself, and counts connections and requests. */
async function startServer(answer: (request: number, socket: net.Socket) => readonly (string | Buffer)[]) {
  const counts = { connections: 0, requests: 0 };
  const server = net.createServer((socket) => {
    counts.connections++;
    socket.on('error', () => undefined);
    socket.on('data', () => {
      void (async () => {
        for (const part of answer(counts.requests++, socket)) {
          socket.write(part);
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      })();
    });
  });
  server.unref();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: new URL(`http://127.0.0.1:${(server.address() as net.AddressInfo).port}/file?x=1`), counts, server };
}

/** Asks once. @returns the body, and the status that came with it */
async function ask(connections: RangeConnections, url: URL, more: { stallMs?: number; signal?: AbortSignal } = {}) {
  const bytes: Buffer[] = [];
  let status = 0;
  await connections.ask({
    url,
    headers: { Range: 'bytes=0-9' },
    stallMs: more.stallMs ?? 5000,
    signal: more.signal ?? new AbortController().signal,
    accept: ({ statusCode }) => {
      status = statusCode;
      if (statusCode !== 206) throw new Error(`answered ${statusCode}`);
    },
    take: (part) => bytes.push(Buffer.from(part)),
  });
  return { body: Buffer.concat(bytes), status };
}

const failureOf = (asked: Promise<unknown>): Promise<NodeJS.ErrnoException> =>
  asked.then(
    () => Object.assign(new Error('it went well'), { code: undefined }),
    (error) => error as NodeJS.ErrnoException,
  );

const fine = 'HTTP/1.1 206 Partial Content\r\nContent-Length: 10\r\n\r\n0123456789';
const connections = () => new RangeConnections(() => undefined);

for (const [name, parts] of Object.entries({
  'in one part': [fine],
  'byte by byte': fine.split(''),
  'after an announcement': ['HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n', fine],
  'after an announcement in the same part': [`HTTP/1.1 100 Continue\r\n\r\n${fine}`],
}))
  test(`reads an answer that comes ${name}`, async () => {
    const { url } = await startServer(() => parts);
    assert.equal(await ask(connections(), url), { body: Buffer.from('0123456789'), status: 206 });
  });

test('asks again over the same connection, and over another one once the server says that it was the last', async () => {
  const { url, counts } = await startServer((request) => [request === 1 ? fine.replace('\r\n', '\r\nConnection: close\r\n') : fine]);
  const all = connections();
  for (let request = 0; request < 3; request++) assert.is((await ask(all, url)).body.toString(), '0123456789');
  assert.equal(counts, { connections: 2, requests: 3 });
});

test('asks once more where the server closed a connection that was kept', async () => {
  const { url, counts } = await startServer((request, socket) => {
    if (request !== 1) return [fine];
    socket.destroy();
    return [];
  });
  const all = connections();
  await ask(all, url);
  assert.is((await ask(all, url)).body.toString(), '0123456789');
  assert.equal(counts, { connections: 2, requests: 3 });
});

for (const [name, answer, words] of [
  ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n\r\n', /no HTTP/],
  ['no length', 'HTTP/1.1 206 Partial Content\r\nTransfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n0\r\n\r\n', /how much/],
  ['two lengths', 'HTTP/1.1 206 OK\r\nContent-Length: 10\r\nContent-Length: 12\r\n\r\n0123456789', /how much/],
  ['two ways of a length', fine.replace('Content-Length', 'Transfer-Encoding: chunked\r\nContent-Length'), /how much/],
  ['a length beyond all numbers', fine.replace('10', '9'.repeat(400)), /how much/],
  ['a field with a control in it', fine.replace('\r\n', '\r\nX: a\u001b[2J\r\n'), /no HTTP/],
  ['a head that is too long', fine.replace('\r\n', `\r\nX: ${'y'.repeat(70_000)}\r\n`), /no HTTP/],
  ['announcements without an end', `${'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(5000)}${fine}`, /no HTTP/],
  ['more bytes than it said', `${fine}abc`, /more bytes/],
  ['another status', 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n', /answered 403/],
] as const)
  test(`gives up on a server that sends ${name}`, async () => {
    const { url } = await startServer(() => [answer]);
    assert.match((await failureOf(ask(connections(), url))).message, words);
  });

test('says what broke: an end in the middle, silence, no listener, a stop', async () => {
  const cut = await startServer((_, socket) => {
    setTimeout(() => socket.destroy(), 30);
    return [fine.slice(0, -4)];
  });
  assert.is((await failureOf(ask(connections(), cut.url))).code, 'ECONNRESET');
  const silent = await startServer(() => [fine.slice(0, -4)]);
  assert.is((await failureOf(ask(connections(), silent.url, { stallMs: 100 }))).code, 'STALL');
  const stop = new AbortController();
  const asked = failureOf(ask(connections(), silent.url, { signal: stop.signal }));
  setTimeout(() => stop.abort(), 30);
  assert.is((await asked).message, 'given up');
  await new Promise((resolve) => cut.server.close(resolve));
  assert.is((await failureOf(ask(connections(), cut.url))).code, 'ECONNREFUSED');
  // Of a name with two addresses each is told.
  const named = new URL(cut.url.href.replace('127.0.0.1', 'localhost'));
  assert.match((await failureOf(ask(connections(), named))).message, /ECONNREFUSED .*127\.0\.0\.1/);
});

test('checks the certificate of a server, and reads what it sends', async () => {
  const content = noise(3_000_000, 5);
  const server = http.createServer((_, response) => response.writeHead(206, { 'Content-Length': content.length }).end(content));
  server.unref();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const secure = await startTls(`http://127.0.0.1:${(server.address() as net.AddressInfo).port}`);
  const url = new URL(secure.url);
  const secureContext = tls.createSecureContext({ ca: fs.readFileSync(secure.authority) });
  const all = new RangeConnections(() => secureContext);
  for (let round = 0; round < 2; round++) assert.ok((await ask(all, url)).body.equals(content));
  all.close();
  assert.match(`${(await failureOf(ask(connections(), url))).code}`, /UNABLE_TO_VERIFY|SELF_SIGNED/);
  assert.match(`${(await failureOf(ask(all, new URL(url.href.replace('localhost', '127.0.0.1'))))).code}`, /ALTNAME/);
  secure.close();
  server.close();
});

test.run();
