import { byteName, textName } from '../../../common/shown-name';
import type { RelativeName } from '../../../untrusted/names';
import type { FileChange } from '../../compare/change';

/** Bytes of what a block of `dd` is. */
export const blockBytes = 1024 * 1024;

/** A piece of a file, by bytes. */
export interface Range {
  name: RelativeName;
  /** A multiple of {@link blockBytes}. */
  from: number;
  /** Behind the last byte. */
  to: number;
}

/** Files below this size travel with the others. */
const [largeBytes, worthBytes] = [16_000_000, 32_000_000];
/** More files are not asked for: the largest ones count. */
const mostFiles = 200;
/** How long a range is: opening a channel takes two ways there and back, and what is left at the end keeps every channel busy. */
const [shortest, longest] = [16 * blockBytes, 64 * blockBytes];
/** Ranges of all files together, unless they would be too short or too long. */
const usualRanges = 16;

/** A name that a line of text can hold. */
const isPlain = (name: RelativeName): boolean => !name.includes('\n') && byteName(textName(name)) === name;

/** What is worth to be sent in ranges: large files that the other side has nothing of. Empty where they are not. */
export function largeFiles(changes: readonly FileChange[]): FileChange[] {
  const large = changes
    .filter(({ action, kind, bytes, name }) => action === 'added' && kind === 'file' && bytes >= largeBytes && isPlain(name))
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, mostFiles);
  return large.reduce((sum, { bytes }) => sum + bytes, 0) < worthBytes ? [] : large;
}

/** Where a file arrives: where rsync keeps what a broken run left of it (`--partial-dir`). */
export function arrivingName(name: RelativeName): RelativeName {
  const end = name.lastIndexOf('/') + 1;
  return `${name.slice(0, end)}.rsync-partial/${name.slice(end)}` as RelativeName;
}

/** The ranges of files, in the order in which they are sent. */
export function rangesOf(files: readonly FileChange[]): Range[] {
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const blocks = Math.ceil(Math.min(longest, Math.max(shortest, total / usualRanges)) / blockBytes);
  return files.flatMap(({ name, bytes }) =>
    Array.from({ length: Math.ceil(bytes / (blocks * blockBytes)) }, (_, at) => ({
      name,
      from: at * blocks * blockBytes,
      to: Math.min(bytes, (at + 1) * blocks * blockBytes),
    })),
  );
}

/** Bytes that may be on their way, and are lost with a connection that breaks. */
const onTheirWay = 8 * blockBytes;

/** What is left of a range of which so many bytes were handed over when the connection broke. */
export const restOf = ({ name, from, to }: Range, doneBytes: number): Range => ({
  name,
  from: from + Math.max(0, Math.floor((doneBytes - onTheirWay) / blockBytes)) * blockBytes,
  to,
});
