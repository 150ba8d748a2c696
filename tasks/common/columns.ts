import { notOurs } from '../untrusted/text';
import { cell } from './outgoing';
import { cellLines, displayWidth, padTo } from './width';

/** A column is no wider than this where nothing bounds it: a longer cell stands out of it. */
const widest = 160;
const gap = 2;

/**
 * Rows in columns; the first row is the heading.
 * @param width of the terminal, in cells: a longer cell goes on in its own column, and where the columns have no room side
 * by side each row becomes a block of lines. Without it each row is one line, for a file or a program.
 */
export function columns(raw: readonly (readonly string[])[], indent = '', width?: number): string {
  const rows = raw.map((row) => row.map((text, column) => (column === 0 ? notOurs(cell(text)) : cell(text))));
  const natural = measured(rows, displayWidth);
  const room = width === undefined ? Number.POSITIVE_INFINITY : Math.max(10, width - indent.length);
  const beside = room - gap * (natural.length - 1);
  if (sum(natural) <= beside) return rows.map((row) => lineOf(row, indent, natural)).join('\n');
  const least = measured(rows, longestWord).map((word) => Math.min(word, beside >> 1));
  if (sum(least) > beside) return blocksOf(rows, indent, room);
  const fitted = narrowed(natural, least, beside);
  return rows.map((row) => besideEachOther(row, indent, fitted)).join('\n');
}

/** No spread: there may be more rows than a call takes arguments. */
const measured = (rows: readonly (readonly string[])[], measure: (text: string) => number): number[] =>
  (rows[0] ?? []).map((_, column) =>
    Math.min(
      widest,
      rows.reduce((width, row) => Math.max(width, measure(row[column] ?? '')), 0),
    ),
  );

const longestWord = (text: string): number => text.split(' ').reduce((width, word) => Math.max(width, displayWidth(word)), 0);
const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

/** The widest columns give way first, each down to its longest word. */
function narrowed(natural: readonly number[], least: readonly number[], room: number): number[] {
  const widths = [...natural];
  for (let excess = sum(widths) - room; excess > 0; excess--) {
    let at = -1;
    for (const [column, width] of widths.entries()) if (width > (least[column] ?? 0) && width > (widths[at] ?? 0)) at = column;
    widths[at] = (widths[at] ?? 0) - 1;
  }
  return widths;
}

const lineOf = (row: readonly string[], indent: string, widths: readonly number[]): string =>
  (indent + row.map((text, column) => padTo(text, widths[column] ?? 0)).join(' '.repeat(gap))).trimEnd();

function besideEachOther(row: readonly string[], indent: string, widths: readonly number[]): string {
  const cells = row.map((text, column) => cellLines(text, widths[column] ?? widest));
  const height = cells.reduce((most, { length }) => Math.max(most, length), 1);
  return Array.from({ length: height }, (_, line) =>
    lineOf(
      cells.map((lines) => lines[line] ?? ''),
      indent,
      widths,
    ),
  ).join('\n');
}

/** Each row as a block: a line for each cell, behind the name of its column. */
function blocksOf([heading = [], ...rows]: readonly (readonly string[])[], indent: string, room: number): string {
  const names = Math.min(
    heading.reduce((width, name) => Math.max(width, displayWidth(name)), 0),
    room >> 1,
  );
  const blocks = rows.map((row) =>
    row.flatMap((text, column) => (text === '' ? [] : [entry(heading[column] ?? '', text, indent, names, room)])).join('\n'),
  );
  return blocks.join('\n\n');
}

/** A cell behind the name of its column; below it where a word would be broken there and is not below. */
function entry(name: string, text: string, indent: string, names: number, room: number): string {
  const beside = room - names - gap;
  if (longestWord(text) <= beside || longestWord(text) > room - gap) return besideEachOther([name, text], indent, [names, beside]);
  return [indent + name, besideEachOther([text], indent + ' '.repeat(gap), [room - gap])].join('\n');
}
