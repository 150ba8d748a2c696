import { setMaxListeners } from 'node:events';
import { Interrupted, type UserError } from '../../common/errors';
import type { Context } from '../../engine/context';
import type { Progress } from '../../engine/step';
import { bootId } from '../../platform/boot-id';
import type { DownloadSettings } from '../../settings/schema/download';
import { hashOf } from '../model/hub-file';
import type { ByteRange } from '../partials/ranges';
import { Digests } from './digest';
import { FileDownload, type SizedFile } from './file-download';
import { Pace, type Progressing } from './pace';
import { transferText } from './progress-text';
import { RetryableError, SourceEnded, TooSlow } from './retryable-error';
import { fullDisk, noByte, otherBytes, tooSlow, wrongTwice } from './transfer-faults';

export interface FileOrder {
  repo: string;
  commit: string;
  folder: string;
  files: readonly SizedFile[];
  /** Bytes of the whole model, and those of it that need no transfer. */
  totalBytes: number;
  thereBytes: number;
}

/** Brings one range of a file into its partial. */
export type Fetch = (of: { job: FileDownload; signal: AbortSignal } & Progressing, range: ByteRange) => Promise<void>;

/** Files that are fetched side by side; further ones wait. */
const mostFiles = 4;
/** A small file of the Hub itself counts against a limit of requests, not of bytes. */
const directPiece = 3_000_000;

/**
 * Fetches files with several connections, each with a piece of one file, until all are there and proven.
 * `deliver` gets a file whose hash is right; `reject` one whose hash was wrong twice; `leave` one that a folder of this machine has
 * wrong, and says what is to be said where it comes from elsewhere then ({@link ./places}).
 */
export class Transfer {
  readonly #waiting: SizedFile[];
  readonly #open: FileDownload[] = [];
  readonly #digests: Digests;
  readonly #abort = new AbortController();
  readonly #context: Context;
  readonly #settings: DownloadSettings;
  #finishing = 0;
  readonly #pace: Pace;
  #deliveredBytes = 0;
  /** Requests in a row that brought next to nothing, of all files. */
  #slow = 0;
  #failure: Error | undefined;
  readonly #wrong: UserError[] = [];
  /** Has `run` look for what can be asked next: never done where bytes come in, since it opens files. */
  #wake: () => void = () => undefined;

  constructor(
    context: Context,
    private readonly order: FileOrder,
    private readonly bring: Fetch,
    private readonly deliver: (job: FileDownload, marks: readonly string[]) => Promise<void>,
    private readonly reject: (job: FileDownload, actual: string) => Promise<string>,
    private readonly leave: (file: SizedFile, why: string) => string | undefined = () => undefined,
  ) {
    this.#context = context;
    this.#settings = context.settings.setup.download;
    this.#waiting = [...order.files];
    this.#pace = new Pace(this.#settings);
    this.#digests = new Digests(Math.max(1, Math.min(4, context.host.cores)), true);
    setMaxListeners(0, this.#abort.signal);
  }

  /** @throws UserError, Interrupted; what was fetched stays, and the next run goes on from it */
  async run(progress: (progress: Progress) => void): Promise<void> {
    const pace = setInterval(() => this.#pace.look(), 30);
    const watch = setInterval(() => {
      const signal = this.#context.host.processes.interrupted;
      if (signal) this.#stop(new Interrupted(signal));
      progress(this.#progress());
      this.#wake();
    }, 125);
    try {
      while (!this.#failure && (this.#waiting.length > 0 || this.#open.length > 0)) {
        const woken = this.#sleep();
        this.#pump();
        await woken;
      }
      while (this.#pace.live > 0 || this.#finishing > 0) await this.#sleep();
    } finally {
      clearInterval(pace);
      clearInterval(watch);
      for (const job of this.#open) await job.close();
      await this.#digests.close();
    }
    const failure = this.#failure ?? this.#wrong[0];
    if (failure) throw failure;
  }

  #sleep(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #pump(): void {
    try {
      this.#start();
    } catch (error) {
      // A partial that cannot be opened, for one.
      this.#stop(error as Error);
    }
  }

  #start(): void {
    while (!this.#failure && this.#pace.hasRoom) {
      const size = this.#pace.pieceBytes;
      const job = this.#next();
      if (!job) return;
      const most = job.isDirect || (job.address === undefined && job.file.sha256 === undefined) ? directPiece : size;
      if (!this.#pace.allows(Math.min(most, job.file.size))) return;
      const range = job.take(most);
      if (!range) return;
      void this.#fetch(job, range);
    }
  }

  /** The file that has the fewest connections of those that can use one. */
  #next(): FileDownload | undefined {
    while (this.#open.filter(({ hasWork }) => hasWork).length < mostFiles) {
      const file = this.#waiting.shift();
      if (!file) break;
      const job = new FileDownload(this.#context.host, this.#digests, this.order.folder, file);
      this.#open.push(job);
      if (job.isFetched) void this.#finish(job);
    }
    const now = this.#context.host.now().getTime();
    const able = this.#open.filter(
      (job) => job.hasWork && job.pausedUntil <= now && (job.live === 0 || (!job.noRange && (job.address !== undefined || job.isDirect))),
    );
    return able.reduce<FileDownload | undefined>((best, job) => (!best || job.live < best.live ? job : best), undefined);
  }

  async #fetch(job: FileDownload, range: ByteRange): Promise<void> {
    const { epoch } = job;
    // One of the Hub's own small files says nothing of the line.
    const counted = this.#pace.begin(range[1] - range[0], job.file.size > directPiece);
    job.live++;
    try {
      const wrote = (bytes: number) => {
        counted.wrote(bytes);
        this.#wake();
      };
      await this.bring({ ...counted, job, signal: this.#abort.signal, wrote }, range);
      this.#slow = 0;
    } catch (error) {
      this.#failed(job, epoch, error);
    }
    job.live--;
    counted.end();
    for (const gap of job.partial.ranges.gaps(range[1])) if (gap[1] > range[0]) job.giveBack([Math.max(gap[0], range[0]), gap[1]]);
    if (job.isFetched && !this.#failure) void this.#finish(job);
    this.#wake();
  }

  #failed(job: FileDownload, epoch: number, error: unknown): void {
    if (this.#failure) return;
    if (error instanceof SourceEnded) {
      this.#leave(job, error.message);
      return;
    }
    if (!(error instanceof RetryableError)) {
      this.#stop(error as Error);
      return;
    }
    // The few bytes that come begin the tries of a file anew: it would never end.
    if (error instanceof TooSlow && ++this.#slow >= this.#settings.tries) {
      this.#stop(tooSlow(job.file, this.#slow, error));
      return;
    }
    const isLast = job.fail(epoch, this.#settings.tries, this.#context.host.now().getTime(), error.waitMs);
    if (!isLast || this.#leave(job, `cannot be read (${error.message})`)) return;
    this.#stop(error.otherHash ? otherBytes(job.file, this.order.commit, error.otherHash) : noByte(job, this.#settings.tries, error));
  }

  /** @returns whether the file goes on from elsewhere, or all of it is over */
  #leave(job: FileDownload, why: string): boolean {
    try {
      const said = this.leave(job.file, why);
      if (said !== undefined) job.goOn(said);
      return said !== undefined;
    } catch (error) {
      this.#stop(error as Error);
      return true;
    }
  }

  /** All bytes are there: is it the right file? */
  async #finish(job: FileDownload): Promise<void> {
    this.#finishing++;
    try {
      const { hex, marks } = await job.digest.whole;
      const wanted = hashOf(job.file);
      if (hex === wanted.hex) {
        // Where a boot cannot be told from another, only what is on the disk counts.
        if (bootId(this.#context.host) === '') await job.partial.flush();
        await job.close();
        this.#forget(job);
        this.#deliveredBytes += job.file.size;
        await this.deliver(job, marks);
      } else if (!job.isResumed && this.#leave(job, 'holds other bytes than the commit')) {
        // None of it is worth going on from, in the next run neither.
        job.restart(false);
      } else if (job.isSecond) {
        await job.close();
        this.#forget(job);
        const kept = await this.reject(job, hex);
        this.#wrong.push(wrongTwice(job, hex, kept));
      } else job.restart(true);
    } catch (error) {
      this.#stop(error as Error);
    }
    this.#finishing--;
    this.#wake();
  }

  #forget(job: FileDownload): void {
    this.#open.splice(this.#open.indexOf(job), 1);
  }

  #stop(error: Error): void {
    this.#failure ??= fullDisk(error, this.order.folder);
    this.#abort.abort();
    for (const job of this.#open) job.digest.drop();
    this.#wake();
  }

  #progress(): Progress {
    const fetched = this.#open.reduce((sum, { partial }) => sum + partial.ranges.total, 0);
    const doneBytes = this.order.thereBytes + this.#deliveredBytes + fetched;
    const words = transferText(this.#open, this.#pace.live === 0, this.#context.host.now().getTime());
    return { ...words, doneBytes, totalBytes: this.order.totalBytes };
  }
}
