import type { Shape } from './chat/example';
import type { ChatKind } from './chat/kinds';
import { mostForms } from './chat/signature';
import { castFault, timestampColumns } from './form/arrow-type';
import type { FormKind } from './form/kinds';
import { LengthTally } from './length/tally-lengths';
import type { ParquetFile } from './parquet/parquet-file';
import { rowGroupsOf } from './parquet/row-groups';
import { quotedName } from './report/quote';
import { addForm, addShape, noRows, type RowsReport } from './report/rows-report';
import { addTallies, type Place } from './report/tally';
import { blocksOf, type FileEnd } from './rows/blocks';
import type { DataFile } from './rows/data-files';
import type { BlockReport, Portion } from './workers/examine-block';

/** What was seen of one file. */
export interface FileReport extends RowsReport {
  file: DataFile;
  layout: FileEnd['layout'];
  /** Without compression. */
  bytes: number;
  /** Lengths for each model that they are counted for. */
  lengths: LengthTally[];
  /** Why datasets before 4 refuses it, and why newer ones do. */
  refused?: Pick<ParquetFile, 'refusedByOld' | 'refusedByNew'>;
}

/**
 * Looks at the blocks or row groups of a file.
 * @param give hands one to a worker
 * @param hear gets what each of them says, in their order
 */
export async function lookAtFile(
  file: DataFile,
  give: (portion: Portion) => Promise<{ report: Promise<BlockReport> }>,
  tell: (bytes: number) => void,
  hear: (block: BlockReport, linesBefore: number, report: FileReport) => void = () => undefined,
): Promise<FileReport> {
  const report: FileReport = { ...noRows(), file, layout: 'lines', bytes: 0, lengths: [] };
  const portions: AsyncGenerator<Portion, FileEnd & { opened?: ParquetFile }> = file.parquet
    ? rowGroupsOf(file.path)
    : blocksOf(file.path, file.compressed);
  const state = { lines: 0, blocks: 0 };
  const open: Promise<BlockReport>[] = [];
  const settle = async (most: number) => {
    while (open.length > most) {
      const block = await (open.shift() as Promise<BlockReport>);
      hear(block, block.lines > 0 ? state.lines : 0, report);
      merge(report, state, block);
    }
  };
  let next = await portions.next();
  for (; !next.done; next = await portions.next()) {
    if ('bytes' in next.value) tell(next.value.bytes.byteLength);
    open.push((await give(next.value)).report);
    // Those that are done are merged; what a report holds does not grow with the rows.
    await settle(8);
  }
  await settle(0);
  finish(report, next.value);
  const { opened } = next.value;
  if (opened) report.refused = opened;
  if (opened?.nameTwice !== undefined) add(report, 'duplicate-key', { line: 0, detail: `two columns ${quotedName(opened.nameTwice)}` });
  return report;
}

const add = (report: FileReport, kind: FormKind | ChatKind, place: Place) =>
  addTallies(report.tallies, { [kind]: { count: 1, first: place } }, 0);

function merge(report: FileReport, state: { lines: number; blocks: number }, block: BlockReport): void {
  addTallies(report.tallies, block.tallies, block.lines > 0 ? state.lines : 0);
  report.rows += block.rows;
  const before = block.lines > 0 ? state.lines : 0;
  for (const [shape, { count, line }] of Object.entries(block.shapes) as [Shape, { count: number; line: number }][])
    addShape(report, shape, count, line + before);
  for (const [signature, form] of block.forms) addForm(report, signature, { ...form, line: form.line + before }, 4 * mostForms);
  for (const [index, lengths] of block.lengths.entries()) {
    report.lengths[index] ??= new LengthTally();
    report.lengths[index].addBlock(lengths);
  }
  report.formless += block.formless;
  if (block.rows > 0) {
    // Those of a table are what a person chose.
    if (!report.file.parquet)
      for (const column of timestampColumns(block.type)) add(report, 'dates', { line: state.lines + 1, detail: quotedName(column, 200) });
    if (report.type.is === 'null') report.type = block.type;
    else {
      const fault = castFault(report.type, block.type);
      if (fault) add(report, fault.kind, { line: state.lines + 1, detail: `${quotedName(fault.column, 200)} ${fault.says}` });
    }
  }
  state.lines += block.lines;
  state.blocks++;
}

function finish(report: FileReport, end: FileEnd): void {
  report.layout = end.layout;
  report.bytes = end.bytes;
  if (end.fault) add(report, end.fault.kind, { line: end.fault.line });
  if (end.broken) add(report, end.layout === 'parquet' ? 'broken-parquet' : 'broken-gzip', { line: 0, detail: end.broken });
  judgeColumns(report);
  const isReadable = Object.keys(report.tallies).every((kind) => ['empty-line', 'mark', 'marked-list'].includes(kind));
  if (report.rows === 0 && isReadable) add(report, 'no-rows', { line: 1 });
  else if (report.type.is === 'struct' && Object.keys(report.type.fields).length === 0) add(report, 'no-columns', { line: 1 });
}

/** What the columns of all rows together say of their shape. */
function judgeColumns(report: FileReport): void {
  const [first, second] = Object.entries(report.shapes).sort(([, one], [, other]) => one.line - other.line);
  if (first && second) add(report, 'mixed-shapes', { line: second[1].line, detail: `${second[0]} here, ${first[0]} before` });
  if (report.type.is !== 'struct') return;
  const { fields } = report.type;
  const messages = fields['messages'];
  if (messages?.is === 'list' && messages.item.is === 'struct') {
    const more = Object.keys(messages.item.fields).filter((name) => name !== 'role' && name !== 'content');
    if (more.includes('tool_calls')) add(report, 'tool-calls', { line: 1 });
    else if (more.length > 0) {
      const names = more.map((name) => `${quotedName(name)}${name === 'weight' ? ' (which `train` honours: 0 is not learned)' : ''}`);
      add(report, 'message-keys', { line: 1, detail: names.join(', ') });
    }
  }
  const others = Object.keys(fields).filter((name) => name !== 'prompt' && name !== 'completion');
  if (report.shapes['prompt-completion'] && others.length > 0)
    add(report, 'extra-columns', { line: 1, detail: others.map((name) => quotedName(name)).join(', ') });
}
