import { oneLine } from '../../untrusted/text';
import { examineExample } from '../chat/examine-example';
import type { Message } from '../chat/example';
import { hashOf } from '../chat/hashes';
import { exampleOf } from '../chat/shape';
import { mostForms, signatureOf, skeletonOf } from '../chat/signature';
import { arrowType } from '../form/arrow-type';
import { readRows } from '../form/block-rows';
import { newColumn } from '../form/columns';
import type { Row } from '../form/examine-row';
import type { FormKind } from '../form/kinds';
import type { Cut, Measure } from '../length/measure';
import type { BlockLengths } from '../length/tally-lengths';
import { EvenSample } from '../near/even-sample';
import { type SaidText, saidIn } from '../near/said';
import { parquetRows } from '../parquet/parquet-rows';
import type { RowGroups } from '../parquet/row-groups';
import { quoteOf } from '../report/quote';
import { addForm, addShape, noRows, type RowsReport } from '../report/rows-report';
import { Counter } from '../report/tally';
import { type Block, isUtf16, type RawRow } from '../rows/block';
import { rowsOf } from '../rows/raw-rows';

/** What one block says: plain values, as they come from a worker. */
export interface BlockReport extends RowsReport {
  /** Lines in it, which the next block's go on behind; 0 for rows of a list, which have the lines of their file. */
  lines: number;
  /** Of each example its line and its hash, three numbers. */
  hashes: Uint32Array;
  /** What some of the examples say. */
  said: readonly SaidText[];
  /** Of each model that lengths are counted for. */
  lengths: BlockLengths[];
}

/** What a worker is given: rows as they stand in a file of text, or row groups that it reads by itself. */
export type Portion = Block | RowGroups;

/** What is asked of rows besides the judgement of each. */
export interface Asked {
  /** Counts tokens. */
  measure?: Measure | undefined;
  /** How many examples are kept at most, to be compared. */
  sample?: number;
  /** Is told of the bytes of row groups as they are read. */
  tell?: (bytes: number) => void;
}

/** Reads a block and judges all that can be judged of it alone. */
export function examineBlock(portion: Portion, asked: Asked = {}): BlockReport {
  return 'parquet' in portion ? examineRowGroups(portion, asked) : examineText(portion, asked);
}

function examineRowGroups(groups: RowGroups, asked: Asked): BlockReport {
  const counter = new Counter();
  const report = noReport(counter);
  const examine = examinerOf(report, counter, asked);
  const rows = parquetRows(groups, asked.tell ?? (() => undefined));
  let last = groups.rowsBefore;
  try {
    for (let next = rows.next(); ; next = rows.next()) {
      if (next.done) return { ...report, type: next.value.type, ...examine.end() };
      last++;
      examine.row(...next.value);
    }
  } catch (error) {
    if (!(error instanceof Error) || (error as NodeJS.ErrnoException).code !== undefined) throw error;
    counter.add('broken-parquet', () => ({ line: last + 1, detail: oneLine(error.message, 160) }));
    return { ...report, ...examine.end() };
  }
}

const noReport = ({ tallies }: Counter): BlockReport => ({
  ...noRows(),
  tallies,
  lines: 0,
  hashes: new Uint32Array(0),
  said: [],
  lengths: [],
});

function examineText(block: Block, asked: Asked): BlockReport {
  const counter = new Counter();
  const add = (kind: FormKind, line: number, column?: number, count?: number) =>
    counter.add(kind, () => ({ line, ...(column ? { column } : {}) }), count);
  const report = noReport(counter);
  if (block.isFirst && isUtf16(block.bytes)) {
    add('utf-16', 1);
    return report;
  }
  const { rows, lines, mark, notUtf8 } = rowsOf(block);
  if (mark) add(block.rows ? 'marked-list' : 'mark', 1);
  if (notUtf8) add('not-utf8', notUtf8.line, notUtf8.column, notUtf8.count);
  const columns = newColumn();
  const examine = examinerOf(report, counter, asked);
  for (const [raw, row] of readRows(rows, columns, counter, block.rows === undefined)) examine.row(raw, row);
  return { ...report, lines, type: arrowType(columns, block.rows === undefined), ...examine.end() };
}

/** Judges rows one by one, however they were read. */
function examinerOf(report: BlockReport, counter: Counter, { measure, sample = 0 }: Asked) {
  const hashes: number[] = [];
  const said = new EvenSample<SaidText>(sample);
  return {
    row(raw: RawRow, row: Row): void {
      report.rows++;
      const example = exampleOf(row);
      if (!example) {
        counter.add('unknown-shape', () => ({ line: raw.line, quote: quoteOf(raw.text, 0) }));
        return;
      }
      const { shape, isChat, messages } = example;
      addShape(report, shape, 1, raw.line);
      examineExample(example, raw, counter);
      hashes.push(raw.line, ...hashOf(example));
      said.add(() => ({ line: raw.line, text: saidIn(example) }));
      // Names of other programs are told as an error by themselves.
      if (isChat && shape !== 'sharegpt' && isRenderable(messages)) addExample(report, messages, raw);
      const cut = measure?.add(example);
      if (cut) tellCut(cut, raw, counter);
    },
    end: (): Pick<BlockReport, 'rows' | 'formless' | 'lengths' | 'hashes' | 'said'> => ({
      said: said.items,
      rows: report.rows,
      formless: report.formless,
      lengths: measure?.take() ?? [],
      hashes: Uint32Array.from(hashes),
    }),
  };
}

/**
 * Whether a template of Python and one of ours do the same with it: there a null is the word "None", here an error. What has no text or
 * no role is told without a template.
 */
const isRenderable = (messages: readonly Message[]): boolean =>
  messages.length > 0 && messages.every(({ role, content }) => typeof role === 'string' && typeof content === 'string');

function addExample(report: BlockReport, messages: readonly Message[], { line }: RawRow): void {
  const signature = signatureOf(messages);
  const known = report.forms.get(signature);
  if (known) known.count++;
  else if (messages.length > 1000) report.formless++;
  else addForm(report, signature, { count: 1, line, messages: skeletonOf(messages) }, mostForms);
}

function tellCut({ model, tokens, losesAnswer }: Cut, { line }: RawRow, counter: Counter): void {
  counter.add(losesAnswer ? 'answer-cut' : 'cut', () => ({ line, detail: `${tokens} tokens for ${model}` }));
}
