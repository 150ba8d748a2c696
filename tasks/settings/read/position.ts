/** Where something stands in a text, counted from 1. */
export interface Position {
  line: number;
  column: number;
}

/** What a text holds and where each key of it stands. Keys of `at` are made with `pathKey`. */
export interface Parsed {
  value: unknown;
  at: ReadonlyMap<string, Position>;
}

/** A text that is no YAML or JSON, with the place where it stops being one. */
export class SyntaxFault extends Error {
  constructor(
    message: string,
    readonly position: Position,
  ) {
    super(message);
  }
}

/** A path inside a file as the key of a map: NUL stands in no key. */
export const pathKey = (path: readonly (string | number)[]): string => path.join('\0');

/** Turns offsets of a text into lines and columns. */
export function positionsIn(text: string): (offset: number) => Position {
  const starts = [0];
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) starts.push(end + 1);
  return (offset) => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}
