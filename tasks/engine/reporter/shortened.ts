import { cutTo } from '../../common/width';

/** listr2's sign of what has not begun; what is at work has one that turns, in Braille. */
const waits = '◼';
const isAtWork = (line: string): boolean => /^[\u2800-\u28ff]/.test(line);

/**
 * A list within a terminal: each that is at work has its line and one below it, the others have one. Where there are more than the
 * terminal has rows, those that wait and those that have ended are counted, and then what is below the lines goes.
 * @param lines of the list; what belongs to the line above is indented
 */
export function shortened(lines: readonly string[], width: number, rows: number): string[] {
  const blocks: string[][] = [];
  for (const line of lines) {
    if (line.startsWith(' ')) blocks.at(-1)?.push(line);
    else blocks.push([line]);
  }
  const shown = blocks.map((block) => block.slice(0, isAtWork(block[0] ?? '') ? 2 : 1));
  // One row is that of the cursor, two may be those that count.
  const room = rows - 3;
  const size = () => shown.reduce((sum, { length }) => sum + length, 0);
  const without = (isLess: (line: string) => boolean, fromEnd: boolean): number => {
    let count = 0;
    while (size() > room) {
      const at = shown[fromEnd ? 'findLastIndex' : 'findIndex'](([line = '']) => isLess(line));
      if (at < 0) break;
      shown.splice(at, 1);
      count++;
    }
    return count;
  };
  const waiting = without((line) => line.startsWith(waits), true);
  const ended = without((line) => !line.startsWith(waits) && !isAtWork(line), false);
  if (size() > room) for (const block of shown) block.splice(1);
  const all = [
    ...(ended > 0 ? [`- ended: ${ended} more`] : []),
    ...shown.flat(),
    ...(waiting > 0 ? [`${waits} waiting: ${waiting} more`] : []),
  ];
  return all.slice(0, Math.max(1, rows - 1)).map((line) => cutTo(line, width));
}
