import { columns } from '../../common/format';
import { quoted } from '../../common/outgoing';
import { sentence } from '../../untrusted/text';
import { outgoingStep } from '../outgoing-step';
import type { StepReport } from '../report';

const marks: Record<StepReport['state'], string> = { done: '✔', todo: '○', blocked: '✖', unknown: '?', failed: '✖', skipped: '-' };

/**
 * One step as one line, its warning, what a program said and its table under it.
 * @param errorFollows the run ends with the error of a step that stops it: what stopped it is told there, once and whole
 */
export function stepLines(raw: StepReport, errorFollows = false): string {
  const report = outgoingStep(raw);
  const lines = [`${marks[report.state]} ${oneLine(report)}`];
  if (report.changed?.length) lines.push(`    because: ${report.changed.join(', ')}`);
  if (report.state === 'todo') for (const { title } of report.actions) lines.push(`    will ${title}`);
  if (report.warning) lines.push(`    warning: ${report.warning}`);
  const isTold = report.state === 'failed' || (report.state === 'blocked' && errorFollows);
  // A fix speaks of what stands above it.
  if (report.tail && !isTold) lines.push(...quoted(report.tail, '    '));
  if ((report.state === 'todo' || report.state === 'blocked') && report.fix && !isTold)
    lines.push(`    fix: ${report.fix.replaceAll('\n', '\n         ')}`);
  if (report.table) lines.push(columns(report.table, '    '));
  return lines.join('\n');
}

/** How far a step is, in which names of files and words of programs stand. */
export const progressLine = (text: string): string => sentence(text, 300);

const oneLine = ({ name, found, code }: StepReport): string => `${name} — ${found}${code ? ` (${code})` : ''}`;
