import type { Stream } from '../../sync/posix/shell';
import type { Machine } from '../machine';
import { quietMs } from './quiet';
import { aheadScript } from './script';

/**
 * The program that takes a request there, started beside the look at the machine: it waits for what is asked, which spares a call and
 * the start of Node. Where it cannot be started, nothing is lost.
 */
export class Ahead {
  readonly #stream: Stream;
  #isWaiting = true;
  #onBytes: (chunk: Buffer) => void = () => undefined;

  /** @param app the hash of the app */
  constructor({ remote, shell }: Machine, app: string) {
    this.#stream = shell.stream(aheadScript, [remote.path, app], {
      first: () => '',
      onBytes: (chunk) => this.#onBytes(chunk),
      quietMs,
    });
    const over = () => {
      this.#isWaiting = false;
    };
    this.#stream.ended.then(over, over);
  }

  /** It was asked for nothing yet, and is there as far as is known. */
  get isWaiting(): boolean {
    return this.#isWaiting;
  }

  /** @param request a line */
  ask(request: string, onBytes: (chunk: Buffer) => void): Stream {
    this.#isWaiting = false;
    this.#onBytes = onBytes;
    this.#stream.tell(request);
    return this.#stream;
  }

  /** It ends where it is asked for nothing. */
  drop(): void {
    if (this.#isWaiting) this.#stream.close();
  }
}
