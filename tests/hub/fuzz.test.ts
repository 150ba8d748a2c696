import * as net from 'node:net';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { shardsOf } from '../../tasks/checkpoints/safetensors/index';
import { UserError } from '../../tasks/common/errors';
import { nextQueryIn, revisionIn, treeRowsIn } from '../../tasks/hub/api/answers';
import { Hub } from '../../tasks/hub/api/hub';
import { readHead } from '../../tasks/hub/http/head';
import { NetworkError } from '../../tasks/hub/http/network-error';
import { RangeConnections } from '../../tasks/hub/http/range-connections';
import { RateLimitGate } from '../../tasks/hub/http/rate-limit';
import { plainOf } from '../../tasks/hub/http/read-body';
import { redirectOf } from '../../tasks/hub/http/redirect';
import { refuseWrongIndex } from '../../tasks/hub/manifest/hub-index';
import { listed } from '../../tasks/hub/manifest/listed';
import type { Model } from '../../tasks/hub/model/models';
import { chooseFiles } from '../../tasks/hub/model/selection';
import { filesInTree } from '../../tasks/hub/store/tree';
import { beginOf } from '../../tasks/hub/transfer/range-answer';
import { RetryableError } from '../../tasks/hub/transfer/retryable-error';
import { thisHost } from '../../tasks/platform';
import type { Commit } from '../../tasks/untrusted/hashes';
import { tryParse } from '../../tasks/untrusted/json';
import { contextWith } from '../support/context';
import { mutations, rawControls } from '../support/mutate';

/** Answers, nearly right: each is taken or refused in words of ours, in a moment, and nothing of it leads out. */
const test = suite('mutated answers of a Hub');
const sha = '0123456789abcdef0123456789abcdef01234567' as Commit;
const sha256 = sha.slice(0, 32) + sha.slice(0, 32);
const from = 'https://hub.example';
const model = { repo: 'org/tiny', include: [], exclude: [] };

const revision = JSON.stringify({
  id: 'org/tiny',
  sha,
  gated: 'manual',
  cardData: { license: 'mit' },
  tags: ['license:mit'],
  siblings: [{ rfilename: 'config.json' }],
});
const tree = JSON.stringify([
  { type: 'directory', oid: sha, size: 0, path: 'original' },
  { type: 'file', oid: sha, size: 63, path: 'config.json' },
  { type: 'file', oid: sha, size: 12, path: 'original/params.json' },
  {
    type: 'file',
    oid: sha,
    size: 5_000_000_000,
    path: 'model-00001-of-00002.safetensors',
    lfs: { oid: sha256, size: 5_000_000_000, pointerSize: 135 },
  },
]);
const index = JSON.stringify({
  metadata: { total_size: 10 },
  weight_map: { a: 'model-00001-of-00002.safetensors', b: 'model-00002-of-00002.safetensors' },
});
const pages = [
  '{"error":"Repository not found"}',
  '<html><body><h1>502 Bad Gateway</h1></body></html>',
  '<Error><Code>AccessDenied</Code></Error>',
];
const fields = {
  link: ['<https://hub.example/api/models/a/b/tree/main?cursor=YQ%3D%3D&limit=1000>; rel="next"'],
  'retry-after': ['120', 'Thu, 01 Jan 2026 00:00:07 GMT'],
  ratelimit: ['"api";r=20;t=290, "resolvers";r=0;t=12'],
  'content-range': ['bytes 100-199/1000', 'bytes 100-199/*'],
  location: ['https://cdn.example/blobs/0123?Expires=1&Signature=abc', '/org/other/resolve/main/config.json'],
};

const one = (size: number) => ({ path: 'a', size, sha1: sha });

/** Nothing is thrown but errors of ours, and what they say is for a terminal. */
function taken<T>(work: () => T, input: string): T | undefined {
  const begun = performance.now();
  try {
    return work();
  } catch (error) {
    held(error, input);
    return undefined;
  } finally {
    assert.ok(performance.now() - begun < 2000, `slow: ${input.slice(0, 200)}`);
  }
}

function held(error: unknown, input: string): void {
  const isOurs = error instanceof UserError || error instanceof NetworkError || error instanceof RetryableError;
  assert.ok(isOurs, `${(error as Error).stack} by ${JSON.stringify(input)}`);
  const said = error instanceof UserError ? error.stack : (error as Error).message;
  assert.not.match(said ?? '', rawControls, JSON.stringify(input));
  assert.ok((said?.length ?? 0) < 3000);
}

test('revisions', () => {
  for (const text of mutations([revision], 2500, 1)) {
    const found = taken(() => revisionIn(tryParse(text), { repo: 'org/tiny', revision: 'main' }, from), text);
    if (!found) continue;
    assert.match(found.commit, /^[0-9a-f]{40}$/);
    assert.match(found.repo, /^[\w.-]+(\/[\w.-]+)?$/);
    assert.not.match(found.license ?? '', rawControls);
  }
});

test('trees: no name that passes leads out', () => {
  let passed = 0;
  for (const text of mutations([tree], 4000, 2)) {
    const found = taken(() => listed(filesInTree(treeRowsIn(tryParse(text), 0, from)), model, undefined), text);
    for (const file of [...(found?.files ?? []), ...(found?.excluded.map((one) => one.file) ?? [])]) {
      passed++;
      assert.ok(path.resolve('/top', file.path).startsWith('/top/'), JSON.stringify(file.path));
      assert.not.match(file.path, /(^|\/)\.(git|cache|just-lora)(\/|$)/i);
      assert.not.match(file.path, rawControls);
      assert.ok(Number.isSafeInteger(file.size) && (file.size ?? -1) >= 0);
      assert.match(file.sha256 ?? file.sha1 ?? '', /^([0-9a-f]{40}|[0-9a-f]{64})$/);
    }
  }
  assert.ok(passed > 1000);
});

test('indexes', () => {
  const files = filesInTree(treeRowsIn(tryParse(tree), 0, from));
  for (const text of mutations([index], 2000, 3)) {
    taken(() => refuseWrongIndex(text, from), text);
    // That of a folder is looked at too.
    assert.ok(chooseFiles(files, model, { safetensors: shardsOf(text) }).files.every((file) => files.includes(file)));
  }
});

test('fields of a head', () => {
  for (const [name, seeds] of Object.entries(fields))
    for (const value of mutations(seeds, 1500, 4)) {
      const headers = { [name]: value };
      const url = new URL('https://hub.example/a/b');
      const query = taken(() => nextQueryIn(headers.link, from), value);
      assert.ok(query === undefined || query === '' || query.startsWith('?'));
      const target = taken(() => redirectOf({ statusCode: 302, headers }, url, 0), value);
      assert.ok(target === undefined || target.protocol === 'https:');
      const patience = new RateLimitGate(thisHost(), 600_000);
      const wait = taken(() => patience.observe(url, { statusCode: 429, headers }), value) ?? 0;
      assert.ok(wait >= 0 && wait <= 600_000, `${wait}`);
      assert.not.match(patience.words(), rawControls);
      const begin = taken(() => beginOf({ file: one(1000) }, [100, 200], { headers }), value);
      assert.ok(begin === undefined || begin === 100);
    }
});

test('heads', () => {
  const seed = ['HTTP/1.1 206 Partial Content', 'Content-Length: 100', 'Content-Range: bytes 0-99/1000', 'ETag: "abc"'].join('\r\n');
  for (const text of mutations([seed], 2000, 5)) {
    const head = taken(() => readHead(text), text);
    for (const value of Object.values(head?.headers ?? {})) assert.not.match(String(value), /[\u0000-\u0008\u000a-\u001f\u007f]/);
  }
});

test('refusals', async () => {
  const { requests } = new Hub(contextWith({}));
  for (const body of mutations(pages, 2000, 6)) {
    assert.not.match(plainOf(body), rawControls);
    for (const statusCode of [401, 403, 404, 418]) {
      const headers = statusCode === 403 ? { 'x-error-message': body, 'x-error-code': body } : {};
      held(await requests.refused({ statusCode, headers } as never, body, 'org/tiny', 'main'), body);
    }
  }
});

/** Sends these bytes to whoever asks, each text by its number in the address, and ends. */
async function serve(answers: readonly string[]): Promise<URL> {
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (asked) => {
      const [, number = ''] = /number-(\d+)/.exec(asked.toString('latin1')) ?? [];
      socket.end(Buffer.from(answers[Number(number)] ?? '', 'latin1'));
    });
  });
  server.unref();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return new URL(`http://127.0.0.1:${(server.address() as net.AddressInfo).port}`);
}

const answer = (body: string, ...lines: string[]) =>
  ['HTTP/1.1 200 OK', `Content-Length: ${Buffer.byteLength(body)}`, ...lines, '', body].join('\r\n');

test('whole answers of a server', async () => {
  const seeds = [
    answer(revision),
    answer(tree, `Link: ${fields.link[0]}`),
    answer('', 'Location: /x').replace('200', '302'),
    answer('busy', 'Retry-After: 0').replace('200', '429'),
  ];
  const texts = [...mutations(seeds, 80, 7)];
  const url = await serve(texts);
  const context = contextWith({ download: { answer_seconds: 2, stall_seconds: 1 } });
  const hub = new Hub({ ...context, host: { ...context.host, env: { HF_ENDPOINT: url.href } } });
  const begun = performance.now();
  const before = process.memoryUsage().heapUsed;
  await Promise.all(
    texts.map(async (text, number) => {
      const asked = { repo: `org/number-${number}`, revision: 'main' } as Model;
      for (const work of [() => hub.revision(asked), () => hub.tree(asked, sha)]) await work().catch((error: unknown) => held(error, text));
    }),
  );
  assert.ok(performance.now() - begun < 120_000);
  assert.ok(process.memoryUsage().heapUsed - before < 200_000_000);
});

test('ranges of a server', async () => {
  const seed = ['HTTP/1.1 206 Partial Content', 'Content-Length: 10', 'Content-Range: bytes 0-9/100', '', '0123456789'].join('\r\n');
  const texts = [
    ...mutations([seed], 80, 8),
    `HTTP/1.1 100 Continue\r\n\r\n${'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(30_000)}`,
    `HTTP/1.1 206 OK\r\nX: ${'y'.repeat(400_000)}\r\n\r\n`,
  ];
  const url = await serve(texts);
  const connections = new RangeConnections(() => undefined);
  await Promise.all(
    texts.map(async (text, number) => {
      let came = 0;
      const asked = {
        url: new URL(`/number-${number}`, url),
        headers: {},
        stallMs: 1000,
        signal: new AbortController().signal,
        accept: (head: Parameters<typeof beginOf>[2]) => void beginOf({ file: one(100) }, [0, 10], head),
        take: (bytes: Buffer) => {
          came += bytes.length;
        },
      };
      await connections.ask(asked).catch((error: unknown) => held(error, text));
      assert.ok(came <= 10, `${came}`);
    }),
  );
  connections.close();
});

test.run();
