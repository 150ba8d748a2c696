import { examineExample } from '../chat/examine-example';
import { hashOf } from '../chat/hashes';
import { exampleOf, type Message, type Shape } from '../chat/shape';
import { type Form, mostForms, signatureOf, skeletonOf } from '../chat/signature';
import { type ArrowType, arrowType } from '../form/arrow-type';
import { readRows } from '../form/block-rows';
import { newColumn } from '../form/columns';
import type { FormKind } from '../form/kinds';
import { quoteOf } from '../report/quote';
import { Counter, type Tallies } from '../report/tally';
import { type Block, isUtf16, type RawRow } from '../rows/block';
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
  /** Rows of each shape, with the first line. */
  shapes: Partial<Record<Shape, { count: number; line: number }>>;
  /** What chat templates decide by, each once. */
  forms: Record<string, Form>;
  /** Rows that are in none of the forms, as there are too many. */
  formless: number;
  /** Of each example its line and its hash, three numbers. */
  hashes: Uint32Array;
}

/** Reads a block and judges all that can be judged of it alone. */
export function examineBlock(block: Block): BlockReport {
  const counter = new Counter();
  const add = (kind: FormKind, line: number, column?: number, count?: number) =>
    counter.add(kind, () => ({ line, ...(column ? { column } : {}) }), count);
  const report: BlockReport = {
    lines: 0,
    rows: 0,
    type: { is: 'null' },
    tallies: counter.tallies,
    shapes: {},
    forms: {},
    formless: 0,
    hashes: new Uint32Array(0),
  };
  if (block.isFirst && isUtf16(block.bytes)) {
    add('utf-16', 1);
    return report;
  }
  const { rows, lines, mark, notUtf8 } = rowsOf(block);
  if (mark) add('mark', 1);
  if (notUtf8) add('not-utf8', notUtf8.line, notUtf8.column, notUtf8.count);
  const columns = newColumn();
  const hashes: number[] = [];
  const forms = new Map<string, Form>();
  for (const [raw, row] of readRows(rows, columns, counter, block.rows === undefined)) {
    report.rows++;
    const example = exampleOf(row);
    if (!example) {
      counter.add('unknown-shape', () => ({ line: raw.line, quote: quoteOf(raw.text, 0) }));
      continue;
    }
    const { shape, messages } = example;
    report.shapes[shape] ??= { count: 0, line: raw.line };
    report.shapes[shape].count++;
    examineExample(example, raw, counter);
    hashes.push(raw.line, ...hashOf(messages));
    if (shape === 'messages' && isRenderable(messages)) addForm(forms, messages, raw, report);
  }
  return {
    ...report,
    lines,
    type: arrowType(columns, block.rows === undefined),
    forms: Object.fromEntries(forms),
    hashes: Uint32Array.from(hashes),
  };
}

/**
 * Whether a template of Python and one of ours do the same with it: there a null is the word "None", here an error. What has no text or
 * no role is told without a template.
 */
const isRenderable = (messages: readonly Message[]): boolean =>
  messages.length > 0 && messages.every(({ role, content }) => typeof role === 'string' && typeof content === 'string');

function addForm(forms: Map<string, Form>, messages: readonly Message[], { line }: RawRow, report: BlockReport): void {
  const signature = signatureOf(messages);
  const known = forms.get(signature);
  if (known) known.count++;
  else if (forms.size >= mostForms || messages.length > 1000) report.formless++;
  else forms.set(signature, { count: 1, line, messages: skeletonOf(messages) });
}
