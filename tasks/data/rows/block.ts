/**
 * Bytes of a file that are read, parsed and typed at once. The size is that of datasets (packaged_modules/json/json.py,
 * `chunksize = 10 << 20`, then the rest of the line): what fits together is decided for each of them.
 */
export const blockBytes = 10 << 20;

/** One block of a file, as a worker gets it. */
export interface Block {
  bytes: Uint8Array;
  /** Where each row begins and ends, in pairs, with its line in the file: for rows of a list. Absent where a line is a row. */
  rows?: { bounds: Uint32Array; lines: Uint32Array };
  /** The first of its file. */
  isFirst: boolean;
}

/** One row as it stands in the file. */
export interface RawRow {
  text: string;
  /** From 1; in its block for rows that are lines, in its file for rows of a list. */
  line: number;
}

/** A byte order mark in UTF-8. */
export const hasMark = (bytes: Uint8Array): boolean => bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;

/** UTF-16, by its mark or by the zeros of its first letters: PowerShell's `>` writes it. */
export function isUtf16(bytes: Uint8Array): boolean {
  const [first, second, third, fourth] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return true;
  return (first === 0 && second !== 0 && third === 0) || (second === 0 && first !== 0 && fourth === 0);
}
