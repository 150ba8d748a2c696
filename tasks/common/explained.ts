import { displayWidth, padTo, wordLines } from './width';

/** What is explained is indented by so many cells, where it has no room beside its name by so many more. */
const [indent, below] = [2, 4];
/** Cells of a column that is still read with ease. */
const least = 32;

/**
 * Names with what each is: side by side, or where that leaves too little room one below the other.
 * @param width of the terminal, in cells; without it no line is broken
 */
export function explained(rows: readonly (readonly [name: string, text: string])[], width?: number): string {
  const names = rows.reduce((most, [name]) => Math.max(most, displayWidth(name)), 0);
  const beside = indent + names + 2;
  // The last column stays free.
  const room = width === undefined ? Number.POSITIVE_INFINITY : width - 1;
  const isBeside = room - beside >= least;
  const at = isBeside ? beside : indent + below;
  return rows
    .map(([name, text]) => {
      const lines = wordLines(text, room - at).map((line) => ' '.repeat(at) + line);
      if (text === '') return ' '.repeat(indent) + name;
      if (!isBeside) return [' '.repeat(indent) + name, ...lines].join('\n');
      return [' '.repeat(indent) + padTo(name, names + 2) + lines[0]?.slice(at), ...lines.slice(1)].join('\n');
    })
    .join('\n');
}
