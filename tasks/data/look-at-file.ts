import { type ArrowType, castFault, timestampColumns } from './form/arrow-type';
import type { FormKind } from './form/kinds';
import { addTallies, type Place, type Tallies } from './report/tally';
import type { Block } from './rows/block';
import { blocksOf, type FileEnd } from './rows/blocks';
import type { DataFile } from './rows/data-files';
import type { BlockReport } from './workers/examine-block';

/** What was seen of one file. */
export interface FileReport {
  file: DataFile;
  layout: 'lines' | 'array';
  /** Rows that could be read. */
  rows: number;
  /** Without compression. */
  bytes: number;
  /** The columns as datasets takes them: those of the first block. */
  type: ArrowType;
  tallies: Tallies;
}

/** Looks at the blocks of a file. @param give hands a block to a worker */
export async function lookAtFile(
  file: DataFile,
  give: (block: Block) => Promise<{ report: Promise<BlockReport> }>,
  tell: (bytes: number) => void,
): Promise<FileReport> {
  const report: FileReport = { file, layout: 'lines', rows: 0, bytes: 0, type: { is: 'null' }, tallies: {} };
  const blocks = blocksOf(file.path, file.compressed);
  const state = { lines: 0, blocks: 0 };
  const open: Promise<BlockReport>[] = [];
  const settle = async (most: number) => {
    while (open.length > most) merge(report, state, await (open.shift() as Promise<BlockReport>));
  };
  let next = await blocks.next();
  for (; !next.done; next = await blocks.next()) {
    tell(next.value.bytes.byteLength);
    open.push((await give(next.value)).report);
    // Those that are done are merged; what a report holds does not grow with the rows.
    await settle(8);
  }
  await settle(0);
  finish(report, next.value);
  return report;
}

const add = (report: FileReport, kind: FormKind, place: Place) => addTallies(report.tallies, { [kind]: { count: 1, first: place } }, 0);

function merge(report: FileReport, state: { lines: number; blocks: number }, block: BlockReport): void {
  addTallies(report.tallies, block.tallies, block.lines > 0 ? state.lines : 0);
  report.rows += block.rows;
  if (block.rows > 0) {
    for (const column of timestampColumns(block.type)) add(report, 'dates', { line: state.lines + 1, detail: `\`${column}\`` });
    if (report.type.is === 'null') report.type = block.type;
    else {
      const fault = castFault(report.type, block.type);
      if (fault) add(report, fault.kind, { line: state.lines + 1, detail: `\`${fault.column}\` ${fault.says}` });
    }
  }
  state.lines += block.lines;
  state.blocks++;
}

function finish(report: FileReport, end: FileEnd): void {
  report.layout = end.layout;
  report.bytes = end.bytes;
  if (end.fault) add(report, end.fault.kind, { line: end.fault.line });
  if (end.broken) add(report, 'broken-gzip', { line: 0, detail: end.broken });
  const isReadable = Object.keys(report.tallies).every((kind) => kind === 'empty-line' || kind === 'mark');
  if (report.rows === 0 && isReadable) add(report, 'no-rows', { line: 1 });
  else if (report.type.is === 'struct' && Object.keys(report.type.fields).length === 0) add(report, 'no-columns', { line: 1 });
}
