import * as http from 'node:http';
import type { AddressInfo } from 'node:net';

/** A record as OSV publishes it (ossf.github.io/osv-schema). */
export interface OsvRecord {
  schema_version?: string;
  id: string;
  modified: string;
  published?: string;
  withdrawn?: string;
  aliases?: string[];
  summary?: string;
  details?: string;
  affected: {
    package: { ecosystem: string; name: string };
    ranges?: { type: string; repo?: string; events: Record<string, string>[] }[];
    versions?: string[];
    ecosystem_specific?: object;
    database_specific?: object;
  }[];
  severity?: { type: string; score: string }[];
  database_specific?: object;
}

export interface OsvService {
  url: string;
  records: Map<string, OsvRecord>;
  /** Ids by `name version`: which versions a record is about is the service's to know. */
  ids: Map<string, string[]>;
  /** Ids of one package in one answer; what is over waits behind a page token. */
  pageSize: number;
  /** Answers every question with this instead. */
  says: { status: number; body: string; contentType?: string } | undefined;
  /** Addresses that were asked, as the request line has them. */
  requests: string[];
  close(): Promise<void>;
}

/** A record about one package of the Python index: from the first version on, up to the one that mends it. */
export const osvRecord = (id: string, name: string, fixed: string, more: Partial<OsvRecord> = {}): OsvRecord => ({
  schema_version: '1.6.0',
  id,
  modified: '2025-01-01T00:00:00Z',
  published: '2024-05-20T20:15:00Z',
  aliases: [`CVE-2024-${id.length}0001`],
  summary: `${name} does not verify what it reads`,
  affected: [
    {
      package: { ecosystem: 'PyPI', name },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }],
    },
  ],
  severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:H/I:H/A:N' }],
  database_specific: { severity: 'MODERATE', cwe_ids: ['CWE-670'], github_reviewed: true },
  ...more,
});

/** A server that answers as api.osv.dev does: `POST /v1/querybatch` and `GET /v1/vulns/ID`. As a proxy it does so for any host. */
export async function osvService(): Promise<OsvService> {
  const server = http.createServer((request, response) => {
    service.requests.push(request.url ?? '');
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { pathname } = new URL(request.url ?? '/', service.url);
      const answer = service.says ?? answerOf(service, request.method ?? '', pathname, Buffer.concat(chunks).toString('utf8'));
      response.writeHead(answer.status, { 'content-type': answer.contentType ?? 'application/json' });
      response.end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  const service: OsvService = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    records: new Map(),
    ids: new Map(),
    pageSize: 1000,
    says: undefined,
    requests: [],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return service;
}

interface Query {
  package?: { ecosystem?: string; name?: string };
  version?: string;
  page_token?: string;
}

function answerOf({ records, ids, pageSize }: OsvService, method: string, pathname: string, body: string) {
  const json = (value: unknown, status = 200) => ({ status, body: JSON.stringify(value), contentType: 'application/json' });
  const id = /^\/v1\/vulns\/(.+)$/.exec(pathname)?.[1];
  if (method === 'GET' && id) {
    const record = records.get(decodeURIComponent(id));
    return record ? json(record) : json({ code: 5, message: 'Bug not found.' }, 404);
  }
  if (method !== 'POST' || pathname !== '/v1/querybatch') return json({ code: 5, message: 'Not Found' }, 404);
  const { queries } = JSON.parse(body) as { queries: Query[] };
  if (queries.length > 1000) return json({ code: 3, message: 'Too many queries.' }, 400);
  const results = queries.map((query) => {
    if (query.package?.ecosystem !== 'PyPI') return {};
    const all = ids.get(`${query.package.name} ${query.version}`) ?? [];
    const from = Number(query.page_token ?? 0);
    const some = all.slice(from, from + pageSize);
    if (some.length === 0) return {};
    const next = from + pageSize < all.length ? { next_page_token: String(from + pageSize) } : {};
    return { vulns: some.map((one) => ({ id: one, modified: records.get(one)?.modified ?? '2025-01-01T00:00:00Z' })), ...next };
  });
  return json({ results });
}
