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

function wrappedLine(line: string, width: number): string[] {
  // Below the text: behind the sign of a step, behind a label.
  const [indent = ''] = /^\s*(?:[✔○✖→?◼\u2800-\u28ff-] |(?:fix|warning|because|needed|will|note|plan|next):? )?/.exec(line) ?? [];
  const hang = ' '.repeat(Math.min(indent.length, width >> 1));
  const lines: string[] = [];
  let current = indent.trimEnd() === '' ? indent : line.slice(0, indent.length);
  let isEmpty = true;
  for (const [, word = ''] of line.slice(indent.length).matchAll(/((?:`[^`]*`|[^\s`]|`)+)/g)) {
    if (!isEmpty && displayWidth(current) + 1 + displayWidth(word) > width) {
      lines.push(current);
      [current, isEmpty] = [hang, true];
    }
    current += isEmpty ? word : ` ${word}`;
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
