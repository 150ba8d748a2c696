import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Wheel } from './wheels';

export interface PackageIndex {
  url: string;
  wheels: Wheel[];
  /** What was asked for, newest last. */
  requests: string[];
  /** Milliseconds that each answer waits. */
  delayMs: number;
  /** Sends only half of each wheel. */
  cutShort: boolean;
  /** When the index got each file, by its name; with it the index speaks JSON (PEP 700), without it HTML, which has no times. */
  uploads?: Readonly<Record<string, string>>;
  /** Files that were taken back, by name, with the reason (PEP 592); with them the index speaks JSON too. */
  yanked?: Readonly<Record<string, string>>;
  /** Answers everything in the place of the index. */
  instead?: ((request: http.IncomingMessage, response: http.ServerResponse) => void) | undefined;
  close(): Promise<void>;
}

/** A package index on the loopback: the simple API (PEP 503) over wheels made on the spot. */
export async function packageIndex(wheels: readonly Wheel[]): Promise<PackageIndex> {
  const server = http.createServer((request, response) => {
    index.requests.push(request.url ?? '');
    setTimeout(() => (index.instead ? index.instead(request, response) : answer(index, request.url ?? '', response)), index.delayMs);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A test that fails before it closes the index is not to hang.
  server.unref();
  const index: PackageIndex = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple/`,
    wheels: [...wheels],
    requests: [],
    delayMs: 0,
    cutShort: false,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return index;
}

function answer({ wheels, cutShort, uploads, yanked }: PackageIndex, url: string, response: http.ServerResponse): void {
  const name = /^\/simple\/([\w.-]+)\/?$/.exec(url)?.[1];
  const listed = wheels.filter((wheel) => wheel.name === name);
  const wanted = wheels.find(({ file }) => url === `/files/${file}`);
  if (listed.length > 0 && (uploads || yanked)) {
    response.setHeader('content-type', 'application/vnd.pypi.simple.v1+json');
    const files = listed.map(({ file, sha256 }) => ({
      filename: file,
      url: `/files/${file}`,
      hashes: { sha256 },
      'upload-time': uploads?.[file] ?? '2020-01-01T00:00:00Z',
      ...(yanked?.[file] === undefined ? {} : { yanked: yanked[file] || true }),
    }));
    response.end(JSON.stringify({ meta: { 'api-version': '1.1' }, name, versions: listed.map(({ version }) => version), files }));
  } else if (listed.length > 0) {
    response.setHeader('content-type', 'text/html');
    response.end(
      `<!DOCTYPE html><html><body>${listed.map(({ file, sha256 }) => `<a href="/files/${file}#sha256=${sha256}">${file}</a>`).join('\n')}</body></html>`,
    );
  } else if (wanted) {
    response.setHeader('content-type', 'application/octet-stream');
    response.setHeader('content-length', wanted.bytes.length);
    if (cutShort) {
      response.write(wanted.bytes.subarray(0, wanted.bytes.length / 2));
      response.destroy();
    } else response.end(wanted.bytes);
  } else {
    response.statusCode = 404;
    response.end('no such page');
  }
}
