import * as fs from 'node:fs';
import { blockBytes } from '../rows/block';
import type { FileEnd } from '../rows/blocks';
import { openParquet, type ParquetFile } from './parquet-file';

/** Row groups of a Parquet file that are read at once: a worker reads them by itself. */
export interface RowGroups {
  parquet: string;
  /** From 0; `last` is among them. */
  first: number;
  last: number;
  /** Rows before them in the file. */
  rowsBefore: number;
  /** That they take in the file. */
  fileBytes: number;
}

/** The row groups of a file, as many together as make about ten mebibytes of text. */
export async function* rowGroupsOf(path: string): AsyncGenerator<RowGroups, FileEnd & { opened?: ParquetFile }> {
  const end: FileEnd = { layout: 'parquet', bytes: fs.statSync(path).size };
  const handle = fs.openSync(path, 'r');
  let opened: ParquetFile;
  try {
    opened = openParquet(handle);
  } catch (error) {
    return { ...end, broken: (error as Error).message };
  } finally {
    fs.closeSync(handle);
  }
  const { row_groups: groups } = opened.metadata;
  let [rowsBefore, rows, text, fileBytes, first] = [0, 0, 0, 0, 0];
  for (const [last, group] of groups.entries()) {
    rows += Number(group.num_rows);
    text += Number(group.total_byte_size);
    fileBytes += group.columns.reduce((sum, { meta_data }) => sum + Number(meta_data?.total_compressed_size ?? 0), 0);
    if (text < blockBytes && last < groups.length - 1) continue;
    yield { parquet: path, first, last, rowsBefore, fileBytes };
    [rowsBefore, rows, text, fileBytes, first] = [rowsBefore + rows, 0, 0, 0, last + 1];
  }
  return { ...end, opened };
}
