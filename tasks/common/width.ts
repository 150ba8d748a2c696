/** Text whose characters each take one cell: Latin letters, the signs and dashes that are ours, lines and blocks of bars. */
const usual = /^[\x20-\x7e\u00a0-\u00ac\u00ae-\u02ff\u2010-\u2027\u2190-\u21ff\u2500-\u259f\u2800-\u28ff○✔✖]*$/;

/** How many cells of a terminal a line takes: East Asian letters and emoji take two, accents on their own none. */
export function displayWidth(text: string): number {
  if (usual.test(text)) return text.length;
  // 50 ms to load, for the few lines that need it.
  return (require('string-width') as { default(text: string): number }).default(text);
}

/** What fits into so many cells; what is cut is told by `…`. */
export function cutTo(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  if (width <= 1) return width === 1 ? '…' : '';
  let [kept, cells] = ['', 0];
  for (const letter of letters(text)) {
    cells += displayWidth(letter);
    if (cells > width - 1) break;
    kept += letter;
  }
  return `${kept.trimEnd()}…`;
}

/** Text with blanks behind it up to a width. */
export const padTo = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - displayWidth(text)));

/**
 * Lines that fit a width, broken between words; those that a line goes on with begin below its text. What stands between
 * backticks is one word, so that a command is copied as it is: where it is longer than a line, the terminal breaks it.
 */
export function wrapped(text: string, width: number): string {
  return text
    .split('\n')
    .flatMap((line) => (displayWidth(line) <= width ? [line] : wrappedLine(line, width)))
    .join('\n');
}

/** Between backticks, or between blanks; a time in brackets is one. */
const words = /(?:`[^`]*`|\[[\d.]+ (?:m?s|min \d+ s)\]|[^\s`]|`)+/g;

/** The words of a text in lines of a width; one that is longer has a line of its own, and is left to the terminal. */
export function wordLines(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const [word] of text.matchAll(words)) {
    const last = lines.at(-1);
    if (last !== undefined && displayWidth(last) + 1 + displayWidth(word) <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function wrappedLine(line: string, width: number): string[] {
  // What a program said is marked as that on each line.
  const [quote = ''] = /^\s*\| /.exec(line) ?? [];
  // Below the text: behind the sign of a step, behind a label.
  const [begin = ''] = /^\s*(?:[✔○✖→?◼\u2800-\u28ff-] |(?:fix|warning|because|needed|will|note|plan|next):? )?/.exec(line) ?? [];
  const first = quote || begin;
  const parts = line.slice(first.length).match(words) ?? [];
  const longest = parts.reduce((most, word) => Math.max(most, displayWidth(word)), 0);
  const blanks = (count: number) => ' '.repeat(Math.min(count, width >> 1));
  // A word that has no room there has some below the label.
  const isTight = first.length + longest > width;
  const hang = quote || blanks(isTight ? first.search(/\S|$/) + 2 : first.length);
  const lines: string[] = [];
  let [current, isEmpty] = [first, true];
  for (const word of parts) {
    const gap = isEmpty ? '' : ' ';
    const isOver = displayWidth(current + gap + word) > width;
    if (isOver && (!isEmpty || (current.length > hang.length && current.trim() !== ''))) {
      lines.push(current.trimEnd());
      current = hang + word;
    } else current += gap + word;
    isEmpty = false;
  }
  return [...lines, current];
}

/** The words of a cell in lines of a width: one that is longer than a line is broken. */
export function cellLines(text: string, width: number): string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of text.split(/\s+/)) {
    const longer = current === '' ? word : `${current} ${word}`;
    if (displayWidth(longer) <= width) {
      current = longer;
      continue;
    }
    if (current !== '') lines.push(current);
    current = word;
    while (displayWidth(current) > width) {
      const part = firstCells(current, width);
      lines.push(part);
      current = current.slice(part.length);
    }
  }
  return [...lines, current];
}

function firstCells(text: string, width: number): string {
  let [kept, cells] = ['', 0];
  for (const letter of letters(text)) {
    cells += displayWidth(letter);
    if (cells > width && kept !== '') break;
    kept += letter;
  }
  return kept;
}

function letters(text: string): Iterable<string> {
  // One character is one letter, and 20 ms are spared.
  return usual.test(text) ? text : Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
}
