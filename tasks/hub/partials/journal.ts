import { isByteCount } from '../../untrusted/hashes';
import { fieldsOf, tryParse } from '../../untrusted/json';
import { type ByteRange, ByteRanges } from './ranges';

/** What is known of a partial file: whose it is, and which of its bytes are there. */
export interface Journal {
  path: string;
  size: number;
  /** The boot of the machine that wrote it: what was written in it, though not yet flushed, is still readable. */
  boot: string;
  ranges: ByteRanges;
  /** Those of them that a power cut does not take. */
  durable: ByteRanges;
}

interface JournalHead {
  version: 1;
  path: string;
  size: number;
  boot: string;
}

/** Bytes of a journal: some hundred times what one of a model of 100 GB has. */
export const mostOfJournal = 200_000_000;

/** The first line of a journal. */
export const headLine = (path: string, size: number, boot: string): string =>
  `${JSON.stringify({ version: 1, path, size, boot } satisfies JournalHead)}\n`;
/** Written, and readable until the machine stops. */
export const writtenLine = (start: number, end: number): string => `w ${start} ${end}\n`;
/** Flushed to the disk: everything that counts after a power cut. */
export const durableLine = (ranges: readonly ByteRange[]): string => `d ${ranges.map(([start, end]) => `${start} ${end}`).join(' ')}\n`;

/** What the first line of a journal says; `undefined` where it is none. */
export function parseHead(text: string): JournalHead | undefined {
  const end = text.indexOf('\n');
  const { version, path, size, boot } = fieldsOf(tryParse(end < 0 ? undefined : text.slice(0, end), 10_000)) ?? {};
  if (version !== 1 || !isByteCount(size) || typeof path !== 'string' || typeof boot !== 'string') return undefined;
  return { version, path, size, boot };
}

/**
 * Reads a journal: all of it within the boot that wrote it, after another one only what was flushed.
 * A line that was not finished, or is none, counts for nothing.
 */
export function parseJournal(text: string, boot: string): Journal | undefined {
  const head = parseHead(text);
  if (!head) return undefined;
  const lines = text.split('\n');
  // What follows the last line break was cut off while it was written.
  lines.pop();
  const [ranges, durable] = [new ByteRanges(), new ByteRanges()];
  const sameBoot = boot !== '' && head.boot === boot;
  for (const line of lines.slice(1)) {
    const match = /^([wd])((?: \d+ \d+)+)$/.exec(line);
    if (!match || (match[1] === 'w' && !sameBoot)) continue;
    const numbers = (match[2] ?? '').trim().split(' ').map(Number);
    for (let index = 0; index + 1 < numbers.length; index += 2) {
      const [start = 0, end = 0] = [numbers[index], numbers[index + 1]];
      if (start >= end || end > head.size) continue;
      ranges.add(start, end);
      if (match[1] === 'd') durable.add(start, end);
    }
  }
  return { path: head.path, size: head.size, boot: head.boot, ranges, durable };
}
