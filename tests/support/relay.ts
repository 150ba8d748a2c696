import * as net from 'node:net';

/** A link that can be slow, narrow, dead or cut: between a test and a server on loopback. */
export interface Relay {
  port: number;
  /** Bytes that went towards the server. */
  sent(): number;
  /** Waits until so many have; for two minutes at the most: in a fresh clone the first run compiles first. */
  hasSent(bytes: number): Promise<void>;
  /** Ends every connection at once. */
  cut(): void;
  /** Nothing passes any more, and nobody is told. */
  stall(): void;
  resume(): void;
  /** Refuses new connections, or takes them again. */
  refuse(refused: boolean): void;
  close(): void;
}

/** @param delayMs one way; `rate` is bytes a second for each connection, towards the server and back; `host` is the server's, loopback by default */
export function relay(
  target: number,
  { delayMs = 0, rate = 0, host = '127.0.0.1' }: { delayMs?: number; rate?: number; host?: string } = {},
): Promise<Relay> {
  const sockets = new Set<net.Socket>();
  let [sent, stalled, refused] = [0, false, false];
  const held: (() => void)[] = [];
  const through = (from: net.Socket, to: net.Socket, count: (bytes: number) => void) => {
    let free = 0;
    // In their order, whatever timers make of times that are next to each other.
    const queue: { chunk: Buffer; atMs: number }[] = [];
    let isWaiting = false;
    const pass = (): void => {
      isWaiting = false;
      if (stalled) return void held.push(pass);
      for (let next = queue[0]; next && next.atMs <= Date.now(); next = queue[0]) {
        queue.shift();
        if (!to.destroyed) to.write(next.chunk);
      }
      later();
    };
    const later = (): void => {
      if (isWaiting || !queue[0]) return;
      isWaiting = true;
      setTimeout(pass, queue[0].atMs - Date.now());
    };
    from.on('data', (chunk: Buffer) => {
      count(chunk.length);
      const now = Date.now();
      free = Math.max(free, now) + (rate > 0 ? (chunk.length / rate) * 1000 : 0);
      const wait = free - now;
      if (wait > 100) {
        from.pause();
        setTimeout(() => !from.destroyed && from.resume(), wait - 50);
      }
      queue.push({ chunk, atMs: free + delayMs });
      if (queue.length === 1 && wait + delayMs <= 0) pass();
      else later();
    });
    from.on('error', () => undefined);
    from.on('close', () => {
      sockets.delete(from);
      setTimeout(() => !stalled && to.destroy(), delayMs + 200);
    });
  };
  const server = net.createServer({ noDelay: true }, (client) => {
    if (refused) return void client.destroy();
    const upstream = net.connect({ port: target, host, noDelay: true });
    sockets.add(client.unref()).add(upstream.unref());
    through(client, upstream, (bytes) => {
      sent += bytes;
    });
    through(upstream, client, () => undefined);
  });
  server.unref();
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () =>
      resolve({
        port: (server.address() as net.AddressInfo).port,
        sent: () => sent,
        async hasSent(bytes) {
          for (let tries = 0; tries < 2400 && sent < bytes; tries++) await new Promise((later) => setTimeout(later, 50));
        },
        cut: () => {
          for (const socket of sockets) socket.destroy();
        },
        stall: () => {
          stalled = true;
        },
        resume: () => {
          stalled = false;
          for (const pass of held.splice(0)) pass();
        },
        refuse: (now) => {
          refused = now;
        },
        close: () => {
          for (const socket of sockets) socket.destroy();
          server.close();
        },
      }),
    ),
  );
}
