import type * as tls from 'node:tls';
import { NetworkError } from './network-error';
import { type RangeAsk, RangeConnection } from './range-connection';

/** The connections of one run, kept open between ranges. */
export class RangeConnections {
  readonly #idle = new Map<string, RangeConnection[]>();
  readonly #all = new Set<RangeConnection>();
  readonly #proven = new Set<string>();

  constructor(private readonly secureContext: () => tls.SecureContext | undefined) {}

  /** A server that gave a range before. */
  isProven({ origin }: URL): boolean {
    return this.#proven.has(origin);
  }

  /**
   * Asks for a range over a connection that is free. One that the server closed while it lay idle is no failure:
   * the request goes out once more.
   * @throws NetworkError, and what `accept` and `take` throw
   */
  async ask(wanted: RangeAsk): Promise<void> {
    const { origin } = wanted.url;
    const idle = this.#idle.get(origin) ?? [];
    this.#idle.set(origin, idle);
    for (;;) {
      wanted.signal.throwIfAborted();
      const kept = idle.pop();
      if (kept && !kept.isOpen) continue;
      const connection = kept ?? new RangeConnection(wanted.url, this.secureContext());
      this.#all.add(connection);
      try {
        await connection.ask(wanted);
        this.#proven.add(origin);
        if (connection.isOpen) idle.push(connection);
        return;
      } catch (error) {
        const isStale = connection.isStale && error instanceof NetworkError && ['ECONNRESET', 'EPIPE'].includes(error.code ?? '');
        if (!isStale) throw error;
      } finally {
        if (!connection.isOpen) this.#all.delete(connection);
      }
    }
  }

  close(): void {
    for (const connection of this.#all) connection.close();
  }
}
