import type { Shape } from '../chat/example';
import type { Form } from '../chat/signature';
import type { ArrowType } from '../form/arrow-type';
import type { Tallies } from './tally';

/** What was seen of rows: of a block of them, or of all those of a file. */
export interface RowsReport {
  /** Rows that could be read. */
  rows: number;
  /** The types of the columns; of a file those of its first block, as datasets takes them. */
  type: ArrowType;
  tallies: Tallies;
  /** Rows of each shape, with the first line. */
  shapes: Partial<Record<Shape, { count: number; line: number }>>;
  /** What chat templates decide by, each once; `formless` rows are in none of them, as there are too many. */
  forms: Map<string, Form>;
  formless: number;
}

export const noRows = (): RowsReport => ({ rows: 0, type: { is: 'null' }, tallies: {}, shapes: {}, forms: new Map(), formless: 0 });

/** Adds rows of a shape. @param line of the first of them */
export function addShape({ shapes }: RowsReport, shape: Shape, count: number, line: number): void {
  shapes[shape] ??= { count: 0, line };
  shapes[shape].count += count;
}

/** Adds examples of a form. @param most different forms that are kept */
export function addForm(report: RowsReport, signature: string, form: Form, most: number): void {
  const known = report.forms.get(signature);
  if (known) known.count += form.count;
  else if (report.forms.size < most) report.forms.set(signature, form);
  else report.formless += form.count;
}
