import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Host } from '../../platform';
import { bootId } from '../../platform/boot-id';
import { type HubFile, hashOf } from '../model/hub-file';
import { downloads } from '../store/layout';
import { durableLine, headLine, type Journal, mostOfJournal, parseJournal, writtenLine } from './journal';
import { ByteRanges } from './ranges';

const flushEvery = 4_000_000;

/**
 * Where a file is while it is fetched, relative to the model's folder. The name says which bytes it is to hold, so that a
 * file that changed never continues an old one.
 */
export function partialName(file: HubFile): string {
  const name = createHash('sha1').update(file.path).digest('base64url');
  return `${downloads}/${name}.${hashOf(file).hex}.partial`;
}

export const journalName = (partial: string): string => `${partial}.ranges`;

/** What a file was when its last byte was written: whether what gets its name later is that file. */
export type Seal = Pick<fs.BigIntStats, 'dev' | 'ino' | 'uid' | 'mode' | 'size' | 'mtimeNs'>;

/**
 * What is already there of a file, without touching it. What another user wrote counts for nothing: he could go on writing
 * into it after its hash was made.
 * @param user who we are on this disk, where it has another number for us
 * @throws UserError E_UNSAFE_PATH
 */
export function readPartial(host: Host, folder: string, file: HubFile, user = host.userId): Journal | undefined {
  const { shared } = host;
  const partial = partialName(file);
  const stat = shared.lstat(folder, partial);
  const written = shared.read(folder, journalName(partial), mostOfJournal);
  if (!stat || !written || !isOwn(stat, user) || !isOwn(written.stat, user)) return undefined;
  const journal = parseJournal(written.text, bootId(host));
  if (!journal || journal.path !== file.path || journal.size !== file.size) return undefined;
  // Shorter than its journal: somebody cut it.
  const whole = (ranges: ByteRanges) => new ByteRanges(ranges.all.filter(([, end]) => end <= stat.size));
  return { ...journal, ranges: whole(journal.ranges), durable: whole(journal.durable) };
}

/** A file of this user that has no second name. Windows has no such numbers. */
const isOwn = (stat: fs.Stats, user: number): boolean => stat.isFile() && stat.nlink === 1 && stat.uid === user;

/**
 * A file that is being fetched. Bytes are written where they belong, then the journal says so: a kill costs what
 * was on its way, a power cut what was not flushed yet. Both files are this user's own, and no link leads to them.
 */
export class PartialFile {
  /** Relative to the model's folder. */
  readonly name: string;
  readonly path: string;
  readonly ranges: ByteRanges;
  #handle: number;
  #journal: number;
  #unflushed = 0;
  #flushAt = 0;
  #flushing: Promise<void> | undefined;
  #failure: Error | undefined;
  #seal: Seal | undefined;

  /** @throws UserError E_UNSAFE_PATH; what the file system says */
  constructor(
    host: Host,
    folder: string,
    readonly file: HubFile & { size: number },
  ) {
    const { shared } = host;
    this.name = partialName(file);
    this.path = path.join(folder, this.name);
    const journal = `${journalName(this.name)}.tmp-${host.pid}`;
    const { handle } = shared.openOwn(folder, journal, () => false);
    this.#journal = handle;
    // A disk may have a number of its own for us, or one mode for all: those of a file which we just made.
    const ours = fs.fstatSync(handle);
    const known = readPartial(host, folder, file, ours.uid);
    const partial = shared.openOwn(
      folder,
      this.name,
      (there) => known !== undefined && isOwn(there, ours.uid) && (!shared.isOpenToOthers(there) || shared.isOpenToOthers(ours)),
    );
    this.#handle = partial.handle;
    this.ranges = (partial.isNew ? undefined : known?.ranges) ?? new ByteRanges();
    const durable = !partial.isNew && known && known.durable.total > 0 ? durableLine(known.durable.all) : '';
    fs.writeSync(
      this.#journal,
      headLine(file.path, file.size, bootId(host)) + durable + this.ranges.all.map(([start, end]) => writtenLine(start, end)).join(''),
    );
    shared.move(folder, journal, journalName(this.name));
  }

  get isWhole(): boolean {
    return this.ranges.total === this.file.size;
  }

  /** The file itself, whatever lies under its name by now. */
  get stat(): fs.BigIntStats {
    return fs.fstatSync(this.#handle, { bigint: true });
  }

  /** What it was when it was closed. */
  get seal(): Seal {
    if (!this.#seal) throw new Error(`\`${this.name}\` is still open`);
    return this.#seal;
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
    fs.writeSync(this.#journal, headLine(this.file.path, this.file.size, bootId(host)));
    this.ranges.clear();
    fs.ftruncateSync(this.#handle, 0);
    this.#unflushed = 0;
  }

  async close(): Promise<void> {
    await this.#flushing;
    this.#seal = this.stat;
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
