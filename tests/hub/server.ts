import { createHmac, randomBytes } from 'node:crypto';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, answerApi } from './api';
import { type Blob, type Content, commit, makeRepository, type Repository } from './repositories';

/** One request as a test sees it. */
export interface Seen {
  server: 'hub' | 'cdn';
  method: string;
  url: string;
  range: string | undefined;
  authorization: string | undefined;
  /** The file that it is about, where it is about one. */
  path: string | undefined;
  at: number;
  /** Bytes of file content that were handed to the kernel for it. */
  sent: number;
}

/** What goes wrong with one answer. Offsets are bytes of the answer's body. */
export interface Fault {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  /** A polite end (FIN) after so many bytes. */
  cutAfter?: number;
  /** An RST after so many bytes. */
  resetAfter?: number;
  /** Nothing more after so many bytes, the connection stays open. */
  stallAfter?: number;
  /** One bit is wrong at this offset of the file, where the answer holds it. */
  flipAt?: number;
  /** `Range` is not understood: 200 and the whole file. */
  noRange?: boolean;
  etag?: string;
  /** Milliseconds before anything is answered. */
  delay?: number;
  /** Other bytes than the file's. */
  instead?: Blob;
}

export interface Hub {
  url: string;
  cdn: string;
  seen: Seen[];
  repositories: Map<string, Repository>;
  /** Tokens → the gated repositories they open; `fineGrained` lacks the permission for gated ones. */
  tokens: Map<string, { granted: string[]; fineGrained?: boolean }>;
  /** Rows of a page of the tree. */
  pageSize: number;
  /** Milliseconds that a signed address is good for. */
  signedFor: number;
  /** Bytes a second for each connection to the CDN; 0 is no limit. */
  rate: number;
  /** The same for all of them together. */
  rateInAll: number;
  /** Decides what goes wrong with a request. */
  fault: (seen: Seen) => Fault | undefined;
  add(id: string, files: Readonly<Record<string, Content>>, more?: Partial<Repository>): Repository;
  commit(id: string, files: Readonly<Record<string, Content>>, branch?: string): string;
  /** Bytes of file content that left the server so far, of one path or of all. */
  sent(path?: string): number;
  close(): Promise<void>;
}

/**
 * A Hugging Face Hub on loopback with a CDN on another port: the contract that huggingface_hub and
 * @huggingface/hub rely on, and the faults that real networks have.
 */
export async function startHub(): Promise<Hub> {
  const secret = randomBytes(16);
  const hub: Hub = {
    url: '',
    cdn: '',
    seen: [],
    repositories: new Map(),
    tokens: new Map(),
    pageSize: 1000,
    signedFor: 3_600_000,
    rate: 0,
    rateInAll: 0,
    fault: () => undefined,
    add(id, files, more) {
      const repository = makeRepository(id, files, more);
      hub.repositories.set(id, repository);
      return repository;
    },
    commit: (id, files, branch) => commit(hub.repositories.get(id) as Repository, files, branch),
    sent: (path) => hub.seen.filter((seen) => path === undefined || seen.path === path).reduce((sum, seen) => sum + seen.sent, 0),
    close: async () => {
      for (const server of [front, cdn]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
  const sign = (path: string) => createHmac('sha256', secret).update(path).digest('hex');
  const signed = (blob: Blob, path: string, commit: string) => {
    const target = `/blobs/${blob.sha256}?file=${encodeURIComponent(path)}&commit=${commit}&expires=${Date.now() + hub.signedFor}`;
    return `${hub.cdn}${target}&signature=${sign(target)}`;
  };
  const note = (server: Seen['server'], request: http.IncomingMessage): Seen => {
    const seen: Seen = {
      server,
      method: request.method ?? 'GET',
      url: request.url ?? '/',
      range: request.headers.range,
      authorization: request.headers.authorization,
      path: undefined,
      at: Date.now(),
      sent: 0,
    };
    hub.seen.push(seen);
    return seen;
  };
  const front = http.createServer((request, response) => {
    const seen = note('hub', request);
    // What the client asks about itself is not about a model.
    if (seen.url.startsWith('/api/agent-harnesses')) hub.seen.pop();
    const body: Buffer[] = [];
    request.on('data', (chunk: Buffer) => body.push(chunk));
    request.on('end', () => void answer(hub, seen, response, answerApi(hub, seen, Buffer.concat(body).toString(), signed)));
  });
  const cdn = http.createServer((request, response) => {
    const seen = note('cdn', request);
    const url = new URL(seen.url, hub.cdn);
    seen.path = url.searchParams.get('file') ?? undefined;
    const [target = '', signature] = seen.url.split('&signature=');
    if (signature !== sign(target))
      return void answer(hub, seen, response, { status: 403, body: '<Error><Code>SignatureDoesNotMatch</Code></Error>' });
    if (Number(url.searchParams.get('expires')) < Date.now())
      return void answer(hub, seen, response, {
        status: 403,
        body: '<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>',
      });
    const wanted = url.pathname.split('/').at(-1);
    const blob = [...hub.repositories.values()]
      .flatMap(({ commits }) => [...commits.values()].flatMap((files) => [...files.values()]))
      .find(({ sha256 }) => sha256 === wanted);
    void answer(
      hub,
      seen,
      response,
      blob
        ? { status: 200, blob, headers: { ETag: `"${blob.sha256}"`, 'X-Repo-Commit': url.searchParams.get('commit') ?? '' } }
        : { status: 404, body: 'no such blob' },
    );
  });
  for (const server of [front, cdn]) {
    server.keepAliveTimeout = 30_000;
    // A test that failed must not be kept alive by it.
    server.unref();
    server.on('connection', (socket) => socket.unref());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  }
  hub.url = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
  hub.cdn = `http://127.0.0.1:${(cdn.address() as AddressInfo).port}`;
  return hub;
}

/** Sends an answer with what the test wants to go wrong. */
async function answer(hub: Hub, seen: Seen, response: http.ServerResponse, wanted: Answer): Promise<void> {
  const fault = hub.fault(seen) ?? {};
  if (fault.delay) await new Promise((resolve) => setTimeout(resolve, fault.delay));
  const status = fault.status ?? wanted.status;
  const blob = status < 300 ? (fault.instead ?? wanted.blob) : undefined;
  const headers: Record<string, string> = { ...wanted.headers, ...(fault.etag ? { ETag: fault.etag } : {}), ...fault.headers };
  if (!blob || seen.method === 'HEAD') {
    const text = fault.body ?? wanted.body ?? '';
    if (blob) response.writeHead(status, { ...headers, 'Content-Length': String(blob.size), 'Accept-Ranges': 'bytes' }).end();
    else
      response
        .writeHead(status, { 'Content-Type': 'application/json', ...headers, 'Content-Length': String(Buffer.byteLength(text)) })
        .end(seen.method === 'HEAD' ? '' : text);
    return;
  }
  const range = fault.noRange ? undefined : /^bytes=(\d+)-(\d*)$/.exec(seen.range ?? '');
  const start = range ? Number(range[1]) : 0;
  const end = range?.[2] ? Math.min(Number(range[2]) + 1, blob.size) : blob.size;
  if (range && start >= blob.size) {
    response.writeHead(416, { 'Content-Range': `bytes */${blob.size}`, 'Content-Length': '0' }).end();
    return;
  }
  response.writeHead(range ? 206 : 200, {
    'Content-Type': 'application/octet-stream',
    ...headers,
    'Content-Length': String(end - start),
    ...(fault.noRange ? {} : { 'Accept-Ranges': 'bytes' }),
    ...(range ? { 'Content-Range': `bytes ${start}-${end - 1}/${blob.size}` } : {}),
  });
  await send(hub, seen, response, blob, start, end, fault);
}

/** When the line of all connections together is free again. */
const busyUntil = new WeakMap<Hub, number>();

/** The body in chunks, each counted once the kernel has it. */
async function send(
  hub: Hub,
  seen: Seen,
  response: http.ServerResponse,
  blob: Blob,
  start: number,
  end: number,
  fault: Fault,
): Promise<void> {
  const stop = Math.min(
    ...[fault.cutAfter, fault.resetAfter, fault.stallAfter].map((after) => (after === undefined ? end : start + after)),
    end,
  );
  let leave: () => void = () => undefined;
  response.once('close', () => leave());
  const begun = performance.now();
  const limit = hub.rate || hub.rateInAll;
  const size = limit > 0 ? Math.max(4096, Math.min(65_536, Math.round(limit / 200))) : 131_072;
  for (let at = start; at < stop; at += size) {
    let chunk = blob.read(at, Math.min(at + size, stop));
    if (fault.flipAt !== undefined && fault.flipAt >= at && fault.flipAt < at + chunk.length) {
      chunk = Buffer.from(chunk);
      chunk[fault.flipAt - at] = (chunk[fault.flipAt - at] ?? 0) ^ 1;
    }
    if (response.destroyed) return;
    const written = await new Promise<boolean>((resolve) => {
      leave = () => resolve(false);
      response.write(chunk, (error) => resolve(!error));
    });
    if (!written) return;
    seen.sent += chunk.length;
    if (hub.rate > 0) {
      const due = ((at + chunk.length - start) / hub.rate) * 1000 - (performance.now() - begun);
      if (due > 1) await new Promise((resolve) => setTimeout(resolve, due));
    }
    if (hub.rateInAll > 0) {
      // The line is busy until then: what comes next waits its turn.
      busyUntil.set(hub, Math.max(busyUntil.get(hub) ?? 0, performance.now()) + (chunk.length / hub.rateInAll) * 1000);
      const waitMs = (busyUntil.get(hub) ?? 0) - performance.now();
      if (waitMs > 1) await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
  if (fault.stallAfter !== undefined) return;
  if (fault.resetAfter !== undefined) response.socket?.resetAndDestroy();
  else if (fault.cutAfter !== undefined) response.socket?.destroy();
  else response.end();
}
