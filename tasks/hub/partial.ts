import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Host } from '../core/host';
import { durableLine, headLine, type Journal, parseJournal, writtenLine } from './journal';
import { downloadFolder } from './layout';
import { Ranges } from './ranges';
import { type HubFile, hashOf } from './tree';

const flushEvery = 4_000_000;

/** The name of a partial file says which bytes it is to hold, so that a file that changed never continues an old one. */
export function partialFile(folder: string, file: HubFile): string {
  const name = createHash('sha1').update(file.path).digest('base64url');
  return path.join(downloadFolder(folder), `${name}.${hashOf(file).hex}.partial`);
}

export const journalFile = (partial: string): string => `${partial}.ranges`;

/** Names one boot of the machine, '' where it cannot be told. Linux: random(4), `boot_id`. */
export const bootOf = (host: Host): string =>
  host.platform === 'linux' ? (host.files.readText('/proc/sys/kernel/random/boot_id')?.trim() ?? '') : '';

/** What is already there of a file, without touching it. */
export function readPartial(host: Host, folder: string, file: HubFile): Journal | undefined {
  const partial = partialFile(folder, file);
  const stat = host.files.lstat(partial);
  if (!stat?.isFile()) return undefined;
  const journal = parseJournal(host.files.readText(journalFile(partial)) ?? '', bootOf(host));
  if (!journal || journal.size !== file.size) return undefined;
  // Shorter than its journal: somebody cut it.
  const whole = journal.ranges.all.filter(([, end]) => end <= stat.size);
  return { ...journal, ranges: new Ranges(whole) };
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
  #flushing: Promise<void> | undefined;
  #failure: Error | undefined;

  constructor(
    host: Host,
    folder: string,
    readonly file: HubFile & { size: number },
  ) {
    this.name = partialFile(folder, file);
    fs.mkdirSync(path.dirname(this.name), { recursive: true });
    const known = readPartial(host, folder, file)?.ranges ?? new Ranges();
    this.ranges = known;
    this.#handle = fs.openSync(this.name, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o644);
    // What this boot wrote counts as flushed in the new journal only once it is.
    if (known.total > 0) fs.fdatasyncSync(this.#handle);
    const temporary = `${journalFile(this.name)}.tmp-${host.pid}`;
    fs.writeFileSync(temporary, headLine(file.path, file.size, bootOf(host)) + (known.total > 0 ? durableLine(known.all) : ''));
    this.#journal = fs.openSync(temporary, 'a');
    fs.fsyncSync(this.#journal);
    fs.renameSync(temporary, journalFile(this.name));
  }

  get isWhole(): boolean {
    return this.ranges.total === this.file.size;
  }

  /** Writes chunks one after another from a place on. Into the page cache: handing it to another thread takes longer than doing it. */
  write(chunks: readonly Buffer[], position: number): void {
    if (this.#failure) throw this.#failure;
    let at = position;
    for (let left = chunks; left.length > 0; ) {
      const written = fs.writevSync(this.#handle, left, at);
      at += written;
      left = rest(left, written);
    }
    fs.writeSync(this.#journal, writtenLine(position, at));
    this.ranges.add(position, at);
    this.#unflushed += at - position;
    if (this.#unflushed >= flushEvery && !this.#flushing) {
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
    await new Promise<void>((resolve, reject) => fs.fdatasync(this.#handle, (error) => (error ? reject(error) : resolve())));
    if (this.ranges.total > 0) fs.writeSync(this.#journal, snapshot);
    this.#unflushed -= bytes;
  }
}

/** What remains of chunks after some bytes of them were written. */
function rest(chunks: readonly Buffer[], written: number): Buffer[] {
  let left = written;
  const remaining: Buffer[] = [];
  for (const chunk of chunks) {
    if (left >= chunk.length) left -= chunk.length;
    else {
      remaining.push(left > 0 ? chunk.subarray(left) : chunk);
      left = 0;
    }
  }
  return remaining;
}
