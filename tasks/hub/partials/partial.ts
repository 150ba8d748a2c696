import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Host } from '../../platform';
import { bootOf } from '../../platform/boot-id';
import { type HubFile, hashOf } from '../model/hub-file';
import { downloadFolder } from '../store/layout';
import { durableLine, headLine, type Journal, parseJournal, writtenLine } from './journal';
import { Ranges } from './ranges';

const flushEvery = 4_000_000;

/** The name of a partial file says which bytes it is to hold, so that a file that changed never continues an old one. */
export function partialFile(folder: string, file: HubFile): string {
  const name = createHash('sha1').update(file.path).digest('base64url');
  return path.join(downloadFolder(folder), `${name}.${hashOf(file).hex}.partial`);
}

export const journalFile = (partial: string): string => `${partial}.ranges`;

/** What is already there of a file, without touching it. */
export function readPartial(host: Host, folder: string, file: HubFile): Journal | undefined {
  const partial = partialFile(folder, file);
  const stat = host.files.lstat(partial);
  if (!stat?.isFile()) return undefined;
  const journal = parseJournal(host.files.readText(journalFile(partial)) ?? '', bootOf(host));
  if (!journal || journal.size !== file.size) return undefined;
  // Shorter than its journal: somebody cut it.
  const whole = (ranges: Ranges) => new Ranges(ranges.all.filter(([, end]) => end <= stat.size));
  return { ...journal, ranges: whole(journal.ranges), durable: whole(journal.durable) };
}

/**
 * A file that is being fetched. Bytes are written where they belong, then the journal says so: a kill costs what
 * was on its way, a power cut what was not flushed yet.
 */
export class PartialFile {
  readonly name: string;
  readonly ranges: Ranges;
  #handle: number;
  #journal: number;
  #unflushed = 0;
  #flushAt = 0;
  #flushing: Promise<void> | undefined;
  #failure: Error | undefined;

  constructor(
    host: Host,
    folder: string,
    readonly file: HubFile & { size: number },
  ) {
    this.name = partialFile(folder, file);
    fs.mkdirSync(path.dirname(this.name), { recursive: true });
    const known = readPartial(host, folder, file);
    this.ranges = known?.ranges ?? new Ranges();
    this.#handle = fs.openSync(this.name, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o644);
    const temporary = `${journalFile(this.name)}.tmp-${host.pid}`;
    const durable = known && known.durable.total > 0 ? durableLine(known.durable.all) : '';
    fs.writeFileSync(
      temporary,
      headLine(file.path, file.size, bootOf(host)) + durable + this.ranges.all.map(([start, end]) => writtenLine(start, end)).join(''),
    );
    this.#journal = fs.openSync(temporary, 'a');
    fs.renameSync(temporary, journalFile(this.name));
  }

  get isWhole(): boolean {
    return this.ranges.total === this.file.size;
  }

  /** Writes bytes at a place. Into the page cache: handing it to another thread takes longer than doing it. */
  put(bytes: Buffer, position: number): void {
    if (this.#failure) throw this.#failure;
    for (let at = 0; at < bytes.length; ) at += fs.writeSync(this.#handle, bytes, at, bytes.length - at, position + at);
  }

  /** Says in the journal that these bytes were written. */
  note(start: number, end: number): void {
    fs.writeSync(this.#journal, writtenLine(start, end));
    this.ranges.add(start, end);
    this.#unflushed += end - start;
    if (this.#unflushed >= flushEvery && !this.#flushing && performance.now() >= this.#flushAt) {
      this.#flushing = this.#flush()
        .catch((error: Error) => {
          this.#failure = error;
        })
        .finally(() => {
          this.#flushing = undefined;
        });
    }
  }

  /** Everything on the disk, and the journal says so. */
  async flush(): Promise<void> {
    await this.#flushing;
    if (this.#failure) throw this.#failure;
    await this.#flush();
  }

  /** Begins anew: other bytes are wanted where wrong ones were. */
  restart(host: Host): void {
    fs.ftruncateSync(this.#journal, 0);
    fs.writeSync(this.#journal, headLine(this.file.path, this.file.size, bootOf(host)));
    this.ranges.clear();
    fs.ftruncateSync(this.#handle, 0);
    this.#unflushed = 0;
  }

  async close(): Promise<void> {
    await this.#flushing;
    fs.closeSync(this.#handle);
    fs.closeSync(this.#journal);
  }

  async #flush(): Promise<void> {
    const [snapshot, bytes] = [durableLine(this.ranges.all), this.#unflushed];
    const begun = performance.now();
    await new Promise<void>((resolve, reject) => fs.fdatasync(this.#handle, (error) => (error ? reject(error) : resolve())));
    // A disk that is slower than the network must not be what everything waits for.
    this.#flushAt = performance.now() + 10 * (performance.now() - begun);
    if (this.ranges.total > 0) fs.writeSync(this.#journal, snapshot);
    this.#unflushed -= bytes;
  }
}
