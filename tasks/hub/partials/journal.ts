import { type Range, Ranges } from './ranges';

/** What is known of a partial file: whose it is, and which of its bytes are there. */
export interface Journal {
  path: string;
  size: number;
  /** The boot of the machine that wrote it: what was written in it, though not yet flushed, is still readable. */
  boot: string;
  ranges: Ranges;
  /** Those of them that a power cut does not take. */
  durable: Ranges;
}

interface Head {
  version: 1;
  path: string;
  size: number;
  boot: string;
}

/** The first line of a journal. */
export const headLine = (path: string, size: number, boot: string): string =>
  `${JSON.stringify({ version: 1, path, size, boot } satisfies Head)}\n`;
/** Written, and readable until the machine stops. */
export const writtenLine = (start: number, end: number): string => `w ${start} ${end}\n`;
/** Flushed to the disk: everything that counts after a power cut. */
export const durableLine = (ranges: readonly Range[]): string => `d ${ranges.map(([start, end]) => `${start} ${end}`).join(' ')}\n`;

/**
 * Reads a journal: all of it within the boot that wrote it, after another one only what was flushed.
 * A line that was not finished, or is none, counts for nothing.
 */
export function parseJournal(text: string, boot: string): Journal | undefined {
  const lines = text.split('\n');
  // What follows the last line break was cut off while it was written.
  lines.pop();
  let head: Head;
  try {
    head = JSON.parse(lines[0] ?? '') as Head;
  } catch {
    return undefined;
  }
  if (head.version !== 1 || typeof head.size !== 'number' || typeof head.path !== 'string') return undefined;
  const [ranges, durable] = [new Ranges(), new Ranges()];
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
