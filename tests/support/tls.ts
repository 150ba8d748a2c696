import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';
import type { AddressInfo } from 'node:net';
import * as path from 'node:path';
import { temporaryFolder } from './project';

/** A server behind TLS, as `localhost`, with a certificate of an authority that nobody knows. */
export async function startTls(target: string): Promise<{ url: string; authority: string; close(): void }> {
  const folder = temporaryFolder();
  const file = (name: string) => path.join(folder, name);
  const request = (name: string, ...rest: string[]) => {
    const made = ['-newkey', 'rsa:2048', '-nodes', '-keyout', file(`${name}.key`), '-out', file(`${name}.pem`), '-subj', `/CN=${name}`];
    execFileSync('openssl', ['req', '-x509', '-days', '2', ...made, ...rest], { stdio: 'pipe' });
  };
  request('authority');
  const signed = ['-CA', file('authority.pem'), '-CAkey', file('authority.key'), '-addext', 'basicConstraints=critical,CA:FALSE'];
  request('localhost', ...signed, '-addext', 'subjectAltName=DNS:localhost');
  const own = { key: fs.readFileSync(file('localhost.key')), cert: fs.readFileSync(file('localhost.pem')) };
  const server = https.createServer(own, (request, response) => {
    request.pipe(
      http.request(new URL(request.url ?? '/', target), { method: request.method, headers: request.headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      }),
    );
  });
  server.unref();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    authority: file('authority.pem'),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** What this machine trusts by variables, and how it reaches a network: neither counts for a server of ours. */
export const noMachineTrust = Object.fromEntries(
  ['SSL_CERT_FILE', 'SSL_CERT_DIR', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'PIP_CERT', 'UV_SYSTEM_CERTS', 'UV_NATIVE_TLS'].map((name) => [
    name,
    undefined,
  ]),
);
