import * as fs from 'node:fs';
import type { SchemaTree } from 'hyparquet' with { 'resolution-mode': 'import' };
import type { Row } from '../form/examine-row';
import type { RawRow } from '../rows/block';
import { jsonOf } from '../rows/json-of';
import { ColumnPages } from './column-pages';
import { parquetLibrary } from './library';
import { openParquet, type ParquetFile } from './parquet-file';
import type { RowGroups } from './row-groups';

/** Columns that make an example, of whatever shape. Others are read where none of these is there: a picture may have megabytes. */
const shapes = ['messages', 'conversations', 'conversation', 'prompt', 'completion', 'instruction', 'output', 'response', 'text'];
/** What belongs to an example beside them (chat/columns.ts). */
const beside = ['input', 'context', 'history', 'system', 'tools'];

/** Rows that are made at once. */
const together = 512;

/** A row of a table, with its number in place of a line; the text that is quoted of it is only made where it is. */
class TableRow implements RawRow {
  constructor(
    private readonly row: Row,
    readonly line: number,
  ) {}

  get text(): string {
    return jsonOf(this.row);
  }
}

/**
 * The rows of row groups, page by page.
 * @param tell is told how many bytes of the file were read since the last time
 * @throws Error where the file is not whole, or written in a way that the library does not know
 */
export function* parquetRows(groups: RowGroups, tell: (bytes: number) => void): Generator<[RawRow, Row], ParquetFile> {
  const handle = fs.openSync(groups.parquet, 'r');
  try {
    const opened = openParquet(handle);
    const { tree, metadata } = opened;
    const hasShape = tree.children.some(({ element }) => shapes.includes(element.name));
    const columns = hasShape ? tree.children.filter(({ element }) => [...shapes, ...beside].includes(element.name)) : tree.children;
    let line = groups.rowsBefore;
    for (let group = groups.first; group <= groups.last; group++) {
      const { columns: chunks, num_rows: rows } = metadata.row_groups[group] as (typeof metadata.row_groups)[number];
      const pages = chunks.flatMap(({ meta_data: column }) => {
        if (!column || !columns.some(({ element }) => element.name === column.path_in_schema[0])) return [];
        return [new ColumnPages(handle, parquetLibrary(), column, tree)];
      });
      const before = line;
      for (const row of groupRows(pages, columns, tell)) yield [new TableRow(row, ++line), row];
      if (line - before !== Number(rows)) throw new Error(`a row group has ${line - before} rows where the footer says ${rows}`);
    }
    return opened;
  } finally {
    fs.closeSync(handle);
  }
}

function* groupRows(pages: readonly ColumnPages[], columns: readonly SchemaTree[], tell: (bytes: number) => void): Generator<Row> {
  const { nest, parsers } = parquetLibrary();
  for (;;) {
    for (const page of pages) {
      while (page.ready < together) {
        const bytes = page.read();
        if (bytes === undefined) break;
        if (bytes > 0) tell(bytes);
      }
    }
    const count = Math.min(together, ...pages.map(({ ready }) => ready));
    if (count === 0 || pages.length === 0) return;
    const values = new Map(pages.map((page) => [page.path, page.take(count)]));
    for (const column of columns) if (column.children.length > 0) nest(values, column, parsers);
    for (let index = 0; index < count; index++) {
      const row: Record<string, unknown> = {};
      for (const { element } of columns) row[element.name] = values.get(element.name)?.[index];
      yield row;
    }
  }
}
