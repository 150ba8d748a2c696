import * as http from 'node:http';
import * as net from 'node:net';

export interface Proxy {
  url: string;
  /** What it was asked for. */
  asked: string[];
  close(): void;
}

/**
 * A proxy that passes plain requests on and opens tunnels.
 * @param address of this machine that it listens on; tunnels and requests for `localhost` and 127.0.0.1 come here too
 */
export async function startProxy(address = '127.0.0.1'): Promise<Proxy> {
  const asked: string[] = [];
  const server = http.createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const { 'proxy-authorization': _, ...headers } = request.headers;
    request.pipe(
      http.request(request.url ?? '', { method: request.method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      }),
    );
  });
  server.on('connect', (request, socket) => {
    asked.push(`CONNECT ${request.url} ${request.headers['proxy-authorization'] ?? ''}`.trim());
    const [host, port] = (request.url ?? '').split(':');
    const upstream = net.connect(Number(port), host === 'localhost' ? '127.0.0.1' : host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(socket);
      socket.pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
  });
  server.unref();
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  return {
    url: `http://user:pa%20ss@${address}:${(server.address() as net.AddressInfo).port}`,
    asked,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
