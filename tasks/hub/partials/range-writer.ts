import type { FileDownload } from '../transfer/file-download';
import type { Progressing } from '../transfer/pace';
import type { ByteRange } from './ranges';

/** Puts the bytes of one answer where they belong in the file, and notes them as they come. */
export class RangeWriter {
  #noted: number;

  /** `at` is the place in the file of the first byte that comes; bytes outside of the range are let go. */
  constructor(
    private readonly of: { job: FileDownload } & Pick<Progressing, 'came' | 'wrote' | 'noteEvery'>,
    private readonly range: ByteRange,
    private at = range[0],
  ) {
    this.#noted = range[0];
  }

  /** Bytes of the range that are still to come. */
  get left(): number {
    return Math.max(0, this.range[1] - Math.max(this.at, this.range[0]));
  }

  /** @throws what the file system says */
  take(bytes: Buffer): void {
    const [from, to] = this.range;
    const begin = Math.max(0, from - this.at);
    const stop = Math.min(bytes.length, to - this.at);
    if (begin < stop) this.of.job.put(bytes.subarray(begin, stop), this.at + begin);
    this.at += bytes.length;
    this.of.came(Math.max(0, stop - begin));
    if (this.#landed - this.#noted >= this.#noteEvery) this.note();
  }

  /** Says in the journal what came so far. */
  note(): void {
    const [start, end] = [this.#noted, this.#landed];
    if (start >= end) return;
    this.#noted = end;
    this.of.job.note(start, end);
    this.of.wrote(end - start);
  }

  /** Bytes that are in the file without a word of it in the journal are lost by a kill; each word costs a write. */
  get #noteEvery(): number {
    return Math.max(65_536, Math.min((this.range[1] - this.range[0]) / 6, this.of.noteEvery()));
  }

  get #landed(): number {
    return Math.min(this.at, this.range[1]);
  }
}
