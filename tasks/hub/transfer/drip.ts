/** Less in the time that an answer may take is no transfer: a hundredth of what a modem brought. */
const leastBytes = 6000;

/**
 * Ends a request that goes on and brings next to nothing: silence never gets long enough to end it.
 * `signal` is aborted then, and when `outer` is.
 */
export class Drip {
  readonly #abort = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #stop = () => this.#abort.abort();
  #came = 0;
  #isHeld = false;
  /** It was too slow. */
  isOver = false;

  /** @param ms milliseconds for so many bytes */
  constructor(
    ms: number,
    private readonly outer: AbortSignal,
  ) {
    this.#timer = setInterval(() => {
      this.isOver = this.#came < leastBytes && !this.#isHeld;
      if (this.isOver) this.#stop();
      this.#came = 0;
    }, ms);
    outer.addEventListener('abort', this.#stop);
    if (outer.aborted) this.#stop();
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Bytes came. */
  take(bytes: number): void {
    this.#came += bytes;
  }

  /** Time in which nothing was asked does not count. */
  async hold(work: Promise<void>): Promise<void> {
    this.#isHeld = true;
    await work;
    this.#isHeld = false;
    this.#came = leastBytes;
  }

  end(): void {
    clearInterval(this.#timer);
    this.outer.removeEventListener('abort', this.#stop);
  }
}
