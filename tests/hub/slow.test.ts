import * as fs from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { contentFor, contentOf, leftoversOf, modelFiles, placeFor } from './model';
import { type Hub, startHub } from './server';

/** Servers that bring next to nothing, or have us wait: told, bounded, and ended by Ctrl-C. */
const test = suite('slow servers');
const files = modelFiles(3_000_000);
const shard = 'model-00001-of-00001.safetensors';

/** How a CDN sends the body of an answer. */
type Sends = (body: Buffer, response: http.ServerResponse) => void;

/** Byte after byte. */
const drips: Sends = (body, response) => {
  let at = 0;
  const timer = setInterval(() => response.write(body.subarray(at, ++at)), 50);
  response.on('close', () => clearInterval(timer));
};

/** What was asked for, and more without an end. */
const floods: Sends = (body, response) => {
  const more = () => {
    while (response.write(Buffer.alloc(100_000)));
  };
  response.on('drain', more);
  response.write(body);
  more();
};

/** A CDN in front of the Hub's own that sends the bodies of some requests in a way of its own. */
async function sending(hub: Hub, sends: Sends, isMeant: (count: number) => boolean): Promise<void> {
  const real = hub.cdn;
  let count = 0;
  const server = http.createServer((request, response) => {
    const isOdd = isMeant(count++);
    http.get(new URL(request.url ?? '', real), { headers: { ...request.headers, host: new URL(real).host } }, (answer) => {
      const { 'content-length': length, ...headers } = answer.headers;
      response.writeHead(answer.statusCode ?? 502, { ...headers, ...(isOdd && sends === floods ? {} : { 'content-length': length }) });
      if (!isOdd) return answer.pipe(response);
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      return answer.on('end', () => sends(Buffer.concat(chunks), response));
    });
  });
  server.unref();
  server.on('connection', (socket) => socket.unref());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  hub.cdn = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const quick = ['--set', 'download.answer_seconds=1', '--set', 'download.connections=4'];

test('a CDN that sends byte after byte is given up, and what came is kept', async () => {
  const hub = await startHub();
  hub.add('org/tiny', files);
  await sending(hub, drips, () => true);
  const place = placeFor(hub);
  const begun = Date.now();
  const { exitCode, step, text } = await place.json(...quick);
  assert.is(exitCode, 1);
  assert.is(step.code, 'E_MODEL_TRANSFER', text);
  assert.match(String(step.found), new RegExp(`${shard}.*in a row were too slow.*next to nothing`));
  assert.ok(Date.now() - begun < 60_000);
  assert.not.ok(fs.existsSync(`${place.folder}/${shard}`));
  assert.ok(leftoversOf(place.folder).some((name) => name.endsWith('.partial')));
  await hub.close();
});

test('one connection of many that sends byte after byte is asked anew', async () => {
  const hub = await startHub();
  hub.add('org/tiny', files);
  await sending(hub, drips, (count) => count === 1);
  const place = placeFor(hub);
  const { outcome, text } = await place.json(...quick);
  assert.is(outcome, 'changed', text);
  assert.equal(contentOf(place.folder), contentFor(files));
  await hub.close();
});

test('a CDN that sends more than it was asked for, without an end, is not listened to', async () => {
  const hub = await startHub();
  hub.add('org/tiny', files);
  await sending(hub, floods, (count) => count < 3);
  const place = placeFor(hub);
  const { outcome, text } = await place.json(...quick);
  assert.is(outcome, 'changed', text);
  assert.equal(contentOf(place.folder), contentFor(files));
  await hub.close();
});

test('a CDN that sends another range is asked anew', async () => {
  for (const headers of [
    { 'Content-Range': 'bytes 5-3/3000000' },
    { 'Content-Range': 'bytes -1-5/7' },
    { 'Content-Range': `bytes 0-${'9'.repeat(30)}/*` },
  ]) {
    const hub = await startHub();
    hub.add('org/tiny', files);
    let count = 0;
    hub.fault = ({ server }) => (server === 'cdn' && count++ < 2 ? { headers } : undefined);
    const place = placeFor(hub);
    const { outcome, text } = await place.json();
    assert.is(outcome, 'changed', text);
    assert.equal(contentOf(place.folder), contentFor(files));
    await hub.close();
  }
});

test('a wait is told with its length, and Ctrl-C ends it: before the first byte, and on the way', async () => {
  for (const [where, limit] of [
    ['the first look', /\/revision\//],
    ['a file on its way', /\/resolve\/.*tokenizer/],
  ] as const) {
    const hub = await startHub();
    hub.add('org/tiny', files);
    hub.fault = ({ url, server }) => (server === 'hub' && limit.test(url) ? { status: 429, headers: { 'Retry-After': '300' } } : undefined);
    const { child, ended } = placeFor(hub).start();
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (/has us wait 5 min/.test(said) && !child.killed) child.kill('SIGINT');
    });
    const { exitCode, stderr } = await ended;
    assert.match(stderr, /download:tiny: 127\.0\.0\.1:\d+ has us wait 5 min 0 s/, where);
    assert.is(exitCode, 130, `${where}: ${stderr}`);
    await hub.close();
  }
});

test('a wait that is longer than is granted ends the transfer with when to go on', async () => {
  const hub = await startHub();
  hub.add('org/tiny', files);
  hub.fault = ({ server }) => (server === 'cdn' ? { status: 503, headers: { 'Retry-After': '90' } } : undefined);
  const place = placeFor(hub);
  const { step, text } = await place.json('--set', 'download.wait_seconds=60');
  assert.is(step.code, 'E_HUB_WAIT', text);
  assert.match(String(step.found), /1 min 30 s/);
  assert.match(String(step.fix), /UTC.*download\.wait_seconds=90/);
  await hub.close();
});

test.run();
