import { type ArrowType, arrowType } from '../form/arrow-type';
import { readRows } from '../form/block-rows';
import { newColumn } from '../form/columns';
import type { FormKind } from '../form/kinds';
import { Counter, type Tallies } from '../report/tally';
import { type Block, isUtf16 } from '../rows/block';
import { rowsOf } from '../rows/raw-rows';

/** What one block says: plain values, as they come from a worker. */
export interface BlockReport {
  /** Lines in it, which the next block's go on behind; 0 for rows of a list, which have the lines of their file. */
  lines: number;
  /** Rows that could be read. */
  rows: number;
  /** The types of its columns. */
  type: ArrowType;
  tallies: Tallies;
}

/** Reads a block and judges all that can be judged of it alone. */
export function examineBlock(block: Block): BlockReport {
  const counter = new Counter();
  const add = (kind: FormKind, line: number, column?: number, count?: number) =>
    counter.add(kind, () => ({ line, ...(column ? { column } : {}) }), count);
  if (block.isFirst && isUtf16(block.bytes)) {
    add('utf-16', 1);
    return { lines: 0, rows: 0, type: { is: 'null' }, tallies: counter.tallies };
  }
  const { rows, lines, mark, notUtf8 } = rowsOf(block);
  if (mark) add('mark', 1);
  if (notUtf8) add('not-utf8', notUtf8.line, notUtf8.column, notUtf8.count);
  const columns = newColumn();
  let count = 0;
  for (const [,] of readRows(rows, columns, counter, block.rows === undefined)) count++;
  return { lines, rows: count, type: arrowType(columns, block.rows === undefined), tallies: counter.tallies };
}
