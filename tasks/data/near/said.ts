import type { Example } from '../chat/example';
import type { Split } from '../rows/data-files';
import type { EvenSample } from './even-sample';

/** What an example says, and where it stands. */
export interface SaidText {
  line: number;
  text: string;
}

/** The same of all files. */
export interface SaidPlace extends SaidText {
  file: string;
  split: Split;
}

export type SaidSample = EvenSample<SaidPlace>;

/** Characters of an example that are compared. */
const longest = 3000;

/** Examples that are compared at most: of more, so many. */
export const mostCompared = 20_000;

/** What is said in an example, without what is the same in all: the system message. */
export function saidIn({ messages }: Example): string {
  const parts: string[] = [];
  let left = longest;
  for (const { role, content } of messages) {
    if (left <= 0) break;
    if (role === 'system' || role === 'developer' || typeof content !== 'string') continue;
    parts.push(content.length > left ? content.slice(0, left) : content);
    left -= content.length + 1;
  }
  return parts.join('\n');
}

/** Below this many bytes all rows of all files may be few enough. */
const smallBytes = 64_000_000;

/** How many examples of a block are kept at most, so that those of all blocks are about as many as are compared. */
export const sampleOf = (blockBytes: number, totalBytes: number): number =>
  totalBytes <= smallBytes ? mostCompared : Math.ceil((mostCompared * blockBytes) / totalBytes);
