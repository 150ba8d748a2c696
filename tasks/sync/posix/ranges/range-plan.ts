import { byteName, textName } from '../../../common/shown-name';
import type { RelativeName } from '../../../untrusted/names';
import type { FileChange } from '../../compare/change';

/** Bytes of what a block of `dd` is. */
export const blockBytes = 1024 * 1024;

/** A piece of a file, by bytes, in whole blocks. */
export interface Range {
  name: RelativeName;
  from: number;
  /** Behind the last byte. */
  to: number;
}

/** Files below this size travel with the others. */
export const largeBytes = 16_000_000;
/** Less of large files together is not worth the channels. */
const worthBytes = 32_000_000;
/** More files are not asked for: the largest ones count. */
const mostFiles = 200;
/** How long a range is: what is left at the end keeps every channel busy. */
const rangeBytes = 16 * blockBytes;

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

/** The ranges of files, in the order in which they are sent. What a file has behind its last whole block is left to rsync. */
export function rangesOf(files: readonly FileChange[]): Range[] {
  return files.flatMap(({ name, bytes }) => {
    const end = Math.floor(bytes / blockBytes) * blockBytes;
    return Array.from({ length: Math.ceil(end / rangeBytes) }, (_, at) => ({
      name,
      from: at * rangeBytes,
      to: Math.min(end, (at + 1) * rangeBytes),
    }));
  });
}

/** The lines that stand for a range of the file with this name there: the name, blocks before it, blocks of it. */
export const linesFor = (name: RelativeName, { from, to }: Range): string =>
  [textName(name), from / blockBytes, (to - from) / blockBytes].join('\n');

/** Bytes of ranges together. */
export const bytesOf = (ranges: readonly Range[]): number => ranges.reduce((sum, { from, to }) => sum + to - from, 0);

/** Bytes that may be on their way, and are lost with a connection that breaks. */
const onTheirWay = 8 * blockBytes;

/** What is left of ranges that went one behind the other, when the connection broke and so many bytes were handed over. */
export function restOf(ranges: readonly Range[], doneBytes: number): Range[] {
  let there = Math.max(0, Math.floor((doneBytes - onTheirWay) / blockBytes)) * blockBytes;
  return ranges.flatMap((range) => {
    const skipped = Math.min(there, range.to - range.from);
    there -= skipped;
    return range.from + skipped < range.to ? [{ ...range, from: range.from + skipped }] : [];
  });
}
