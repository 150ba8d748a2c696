import type { Host } from '../../platform';
import { backoffMs } from '../http/rate-limit';
import { type HubFile, hashOf } from '../model/hub-file';
import { PartialFile } from '../partials/partial';
import type { ByteRange } from '../partials/ranges';
import type { Digest, Digests } from './digest';

export type SizedFile = HubFile & { size: number };

/** The hash follows in steps of so many bytes: each is a message to another thread. */
const tellEvery = 16_000_000;

/** One file on its way: what of it is missing, what was tried, and its hash so far. */
export class FileDownload {
  readonly partial: PartialFile;
  digest: Digest;
  /** Requests under way. */
  live = 0;
  /** The signed address; `undefined` before the Hub was asked, and after any failure. */
  address: URL | undefined;
  /** The Hub sends the bytes itself: a small file. */
  isDirect = false;
  /** The address gives ranges, and says how long they are; `undefined` until it was tried: what others of its server did counts. */
  givesRanges: boolean | undefined;
  /** The server sends the whole file whatever range is asked for. */
  noRange = false;
  /** `Content-Encoding` of an answer that was asked for as it is. */
  packed: string | undefined;
  /** It is being fetched for the second time, since the first hash was wrong. */
  isSecond = false;
  /** Tries since the last byte. */
  tries = 0;
  /** Counts failures: those of requests that began before the last one are the same failure. */
  epoch = 0;
  pausedUntil = 0;
  /** Some of it is of an earlier run: what is wrong may be that. */
  isResumed: boolean;
  /** What is wrong with the file of this machine that it was to come from. */
  left: string | undefined;
  #queue: ByteRange[];
  #told = 0;

  constructor(
    private readonly host: Host,
    private readonly digests: Digests,
    folder: string,
    readonly file: SizedFile,
  ) {
    this.partial = new PartialFile(host, folder, file);
    this.isResumed = this.partial.ranges.total > 0;
    this.#queue = this.partial.ranges.gaps(file.size);
    this.digest = this.#open();
  }

  get hasWork(): boolean {
    return this.#queue.length > 0;
  }

  get isFetched(): boolean {
    return this.live === 0 && this.partial.isWhole;
  }

  /** The next bytes to ask for, at most so many: the lowest, so that the hash can follow. */
  take(most: number): ByteRange | undefined {
    const [first, ...rest] = this.#queue;
    if (!first) return undefined;
    const [start, end] = first;
    // A server without ranges sends everything, and a remainder of a few bytes is not worth a request.
    const stop = end - start < most * 1.25 ? end : start + most;
    this.#queue = this.noRange ? [] : stop < end ? [[stop, end], ...rest] : rest;
    return this.noRange ? [start, this.file.size] : [start, stop];
  }

  giveBack([start, end]: ByteRange): void {
    if (start < end) this.#queue = [...this.#queue, [start, end] as const].sort((a, b) => a[0] - b[0]);
  }

  /** Writes bytes that came. */
  put(bytes: Buffer, position: number): void {
    this.partial.put(bytes, position);
  }

  /** Notes bytes that were written, and lets the hash follow. */
  note(start: number, end: number): void {
    const before = this.partial.ranges.total;
    this.partial.note(start, end);
    // A server without ranges sends the old bytes again: only new ones are progress.
    if (this.partial.ranges.total > before) this.tries = 0;
    this.#tell(tellEvery);
  }

  /** Notes a failure. @returns true where it was the last try */
  fail(epoch: number, most: number, nowMs: number, waitMs: number): boolean {
    this.#forgetAddress();
    if (epoch !== this.epoch) return false;
    this.epoch++;
    this.tries++;
    // The first one is often just an address that expired.
    this.pausedUntil = nowMs + (this.tries === 1 ? waitMs : Math.max(waitMs, backoffMs(this.tries - 1)));
    return this.tries >= most;
  }

  /** It comes from elsewhere from now on. @param why what was wrong */
  goOn(why: string): void {
    this.left = why;
    this.epoch++;
    this.tries = 0;
    this.pausedUntil = 0;
  }

  /** Everything anew. @param isSecond from where it came before */
  restart(isSecond: boolean): void {
    this.digest.drop();
    this.partial.restart(this.host);
    this.isSecond = isSecond;
    this.isResumed = false;
    this.#forgetAddress();
    this.#queue = this.partial.ranges.gaps(this.file.size);
    this.#told = 0;
    this.digest = this.#open();
  }

  async close(): Promise<void> {
    this.digest.drop();
    await this.partial.close();
  }

  #forgetAddress(): void {
    this.address = undefined;
    this.givesRanges = false;
  }

  #open(): Digest {
    const digest = this.digests.open(this.partial.path, this.partial.stat, hashOf(this.file).algorithm, this.file.size);
    this.digest = digest;
    this.#tell(0);
    return digest;
  }

  #tell(step: number): void {
    const { prefix } = this.partial.ranges;
    if (prefix - this.#told < step && prefix !== this.file.size) return;
    this.#told = prefix;
    this.digest.advance(prefix);
  }
}
