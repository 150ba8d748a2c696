import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { together } from '../support/together';
import { contentFor, contentOf, leftoversOf, modelFiles, noise, placeFor } from './model';
import { blobOf } from './repositories';
import { type Fault, type Seen, startHub } from './server';

const test = suite('faults on the way');
const waiting = together(test, 3);
const first = 'model-00001-of-00002.safetensors';
const second = 'model-00002-of-00002.safetensors';
const files = modelFiles(6_000_000, 4_000_000);
const total = Object.values(files).reduce((sum, content) => sum + content.length, 0);

/** What goes wrong with a request, by how many the CDN got before it, of all files and of its own. */
type Wrong = (seen: Seen, count: number, ofItsFile: number) => Fault | undefined;

/** Downloads while this goes wrong. */
async function withFault(fault: Wrong, set: string[] = []) {
  const hub = await startHub();
  hub.add('org/tiny', files);
  const counts = new Map<string, number>();
  hub.fault = (seen) => {
    if (!seen.path || (seen.server !== 'cdn' && seen.method !== 'GET')) return undefined;
    const [all, own] = [counts.get('') ?? 0, counts.get(seen.path) ?? 0];
    if (seen.server === 'cdn') counts.set('', all + 1).set(seen.path, own + 1);
    return fault(seen, all, own);
  };
  const place = placeFor(hub);
  const result = await place.json(...set.flatMap((each) => ['--set', each]));
  return { hub, place, ...result, right: () => assert.equal(contentOf(place.folder), contentFor(files)) };
}

/** What mends itself: the file is right in the end, and nothing is left. */
const mended: Record<string, Wrong> = {
  'a flipped bit': ({ path, at }, count) => (path === first && count < 6 && at > 0 ? { flipAt: 1_000_000 } : undefined),
  'connections that end': (_, count) => (count % 3 === 1 ? { cutAfter: 40_000 } : undefined),
  'connections that are reset': (_, count) => (count % 3 === 1 ? { resetAfter: 70_000 } : undefined),
  'a stalled connection': (_, count) => (count === 2 ? { stallAfter: 10_000 } : undefined),
  '503 now and then': ({ server }, count) => (server === 'cdn' && count % 4 === 1 ? { status: 503, body: 'busy' } : undefined),
  'a server without ranges': ({ server }) => (server === 'cdn' ? { noRange: true } : undefined),
  'a server without ranges that cuts': ({ server }, count) =>
    server === 'cdn' ? { noRange: true, ...(count < 3 ? { cutAfter: 1_000_000 * (count + 1) } : {}) } : undefined,
  'another ETag of the CDN': ({ server }, count) => (server === 'cdn' ? { etag: `"v${count}"` } : undefined),
  'a refused range': (_, count) => (count === 3 ? { status: 416, headers: { 'Content-Range': 'bytes */1' } } : undefined),
  'four answers without a byte': ({ server, path }, _, ofItsFile) =>
    server === 'cdn' && path === second && ofItsFile < 4 ? { status: 500 } : undefined,
  'a server that closes each connection': ({ server }) => (server === 'cdn' ? { headers: { Connection: 'close' } } : undefined),
};

for (const [name, fault] of Object.entries(mended))
  waiting(`mends ${name}`, async () => {
    const { hub, place, outcome, text, right } = await withFault(fault, ['download.stall_seconds=1', 'download.connections=3']);
    assert.is(outcome, 'changed', text);
    right();
    assert.equal(leftoversOf(place.folder), []);
    await hub.close();
  });

waiting('believes a server of each file alone that it gives ranges', async () => {
  const noRanges = ({ server, path }: Seen) => (server === 'cdn' && path === second ? { noRange: true, delay: 400 } : undefined);
  const { hub, place, outcome, text, right } = await withFault(noRanges, ['download.connections=8']);
  assert.is(outcome, 'changed', text);
  right();
  assert.equal(leftoversOf(place.folder), []);
  await hub.close();
});

waiting('asks for a new address when the signed one has expired', async () => {
  const hub = await startHub();
  hub.add('org/tiny', files);
  hub.signedFor = 300;
  hub.rate = 1_000_000;
  const place = placeFor(hub);
  const { outcome, text } = await place.json('--set', 'download.connections=3');
  assert.is(outcome, 'changed', text);
  assert.equal(contentOf(place.folder), contentFor(files));
  assert.ok(hub.seen.filter(({ server, path, method }) => server === 'hub' && method === 'GET' && path === first).length > 1);
  assert.ok(hub.sent() < total * 1.2);
  await hub.close();
});

for (const [name, status, headers] of [
  ['Retry-After', 429, { 'Retry-After': '2' }],
  ['Retry-After of a server that is busy', 503, { 'Retry-After': '2' }],
  ['RateLimit', 429, { RateLimit: '"resolvers";r=0;t=2', 'RateLimit-Policy': '"resolvers";q=3000;w=300' }],
] as const)
  waiting(`sends nothing before the time that ${name} names`, async () => {
    const hub = await startHub();
    hub.add('org/tiny', files);
    const limited: { path: string; at: number }[] = [];
    hub.fault = ({ server, url, at }) => {
      const path = url.split('?')[0] ?? '';
      if (server !== 'hub' || limited.some((each) => each.path === path) || limited.length >= 3) return undefined;
      limited.push({ path, at });
      return { status, headers, body: 'slow down' };
    };
    const place = placeFor(hub);
    const { outcome, text } = await place.json();
    assert.is(outcome, 'changed', text);
    assert.equal(contentOf(place.folder), contentFor(files));
    assert.is(limited.length, 3);
    for (const { path, at } of limited) {
      const next = hub.seen.find((seen) => seen.server === 'hub' && seen.at > at && seen.url.startsWith(path));
      assert.ok(next && next.at - at >= 2000, `${path} was asked again after ${(next?.at ?? 0) - at} ms`);
    }
    await hub.close();
  });

waiting('gives up after tries without a byte, and keeps what came', async () => {
  const { hub, place, exitCode, step } = await withFault(({ server, path }) =>
    server === 'cdn' && path === second ? { status: 500, body: 'broken' } : undefined,
  );
  assert.is(exitCode, 1);
  assert.is(step.code, 'E_MODEL_TRANSFER');
  assert.match(String(step.found), new RegExp(`${second}.*5 tries.*500.*broken`));
  assert.ok(hub.seen.filter(({ path, server }) => path === second && server === 'cdn').length >= 5);
  const before = hub.sent();
  hub.fault = () => undefined;
  assert.is((await place.json()).outcome, 'changed');
  assert.equal(contentOf(place.folder), contentFor(files));
  assert.ok(hub.sent() - before < 5_000_000);
  await hub.close();
});

waiting('never takes other bytes: fetched once again, then both hashes, and the file kept aside', async () => {
  const other = blobOf(second, noise(4_000_000, 99));
  const { hub, place, exitCode, step } = await withFault(({ server, path }) =>
    server === 'cdn' && path === second ? { instead: other } : undefined,
  );
  assert.is(exitCode, 1);
  assert.is(step.code, 'E_MODEL_HASH');
  assert.ok(String(step.found).includes(second) && String(step.found).includes(other.sha256));
  assert.ok(String(step.found).includes(blobOf(second, files[second] ?? '').sha256));
  assert.not(fs.existsSync(path.join(place.folder, second)));
  assert.ok(fs.existsSync(path.join(place.folder, first)));
  const sent = hub.sent(second);
  assert.ok(sent >= 8_000_000 && sent < 9_000_000, `${sent}`);
  assert.is(leftoversOf(place.folder).filter((name) => name.includes('wrong/')).length, 1);
  hub.fault = () => undefined;
  assert.is((await place.json()).outcome, 'changed');
  assert.equal(leftoversOf(place.folder), []);
  await hub.close();
});

waiting('takes nothing from a Hub that has other bytes for the commit now', async () => {
  const other = 'f'.repeat(64);
  const { hub, place, exitCode, step } = await withFault(({ server, path }) =>
    server === 'hub' && path === second ? { headers: { 'X-Linked-Etag': `"${other}"` } } : undefined,
  );
  assert.is(exitCode, 1);
  assert.is(step.code, 'E_MODEL_CHANGED');
  assert.ok(String(step.found).includes(other) && String(step.found).includes(blobOf(second, files[second] ?? '').sha256));
  assert.not(fs.existsSync(path.join(place.folder, second)));
  await hub.close();
});

waiting('says what is wrong where there is no Hub', async () => {
  const hub = await startHub();
  const place = placeFor(hub);
  await hub.close();
  const { exitCode, step } = await place.json();
  assert.is(exitCode, 1);
  assert.is(step.code, 'E_HUB_UNREACHABLE');
});

test.run();
