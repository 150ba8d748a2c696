import { columns } from '../../common/columns';
import { duration } from '../../common/format';
import { quoted } from '../../common/outgoing';
import { wrapped } from '../../common/width';
import { sentence } from '../../untrusted/text';
import { outgoingStep } from '../outgoing-step';
import type { StepReport } from '../report';

const marks: Record<StepReport['state'], string> = { done: '✔', todo: '○', blocked: '✖', unknown: '?', failed: '✖', skipped: '-' };

interface LinesOptions {
  /** The run ends with the error of a step that stops it: what stopped it is told there, once and whole. */
  errorFollows?: boolean;
  /** Width of the terminal; without it no line is broken. */
  width?: number | undefined;
  /** Width of the table alone, where the list breaks the other lines. */
  tableWidth?: number | undefined;
}

/** One step as one line, its warning, what a program said and its table under it. */
export function stepLines(raw: StepReport, { errorFollows = false, width, tableWidth = width }: LinesOptions = {}): string {
  const { table } = raw;
  const lines = [...firstLines(raw, errorFollows), ...(table ? [columns(table, '    ', tableWidth)] : [])].join('\n');
  return width === undefined ? lines : wrapped(lines, width);
}

function firstLines(raw: StepReport, errorFollows: boolean): string[] {
  const report = outgoingStep(raw);
  const lines = [`${marks[report.state]} ${oneLine(report)}${took(report)}`];
  if (report.changed?.length) lines.push(`    because: ${report.changed.join(', ')}`);
  if (report.state === 'todo') for (const { title } of report.actions) lines.push(`    will ${title}`);
  if (report.warning) lines.push(`    warning: ${report.warning}`);
  const isTold = report.state === 'failed' || (report.state === 'blocked' && errorFollows);
  // A fix speaks of what stands above it.
  if (report.tail && !isTold) lines.push(...quoted(report.tail, '    '));
  if ((report.state === 'todo' || report.state === 'blocked') && report.fix && !isTold)
    lines.push(`    fix: ${report.fix.replaceAll('\n', '\n         ')}`);
  return lines;
}

const oneLine = ({ name, found, code }: StepReport): string => `${name} — ${found}${code ? ` (${code})` : ''}`;

/** How long it took, where something was done: what would be done takes no time. */
const took = ({ actions, state, durationMs }: StepReport): string =>
  actions.length > 0 && state !== 'todo' ? ` [${duration(durationMs)}]` : '';

/** A title or a state of progress, in which names of files and words of programs stand. */
export const cleanLine = (text: string): string => sentence(text, 700);
