import { columns } from '../../common/columns';
import { quoted } from '../../common/outgoing';
import { wrapped } from '../../common/width';
import { outgoingStep } from '../outgoing-step';
import type { StepReport } from '../report';
import type { RunResult } from '../run';

const words: Record<StepReport['state'], string> = {
  done: '✔ right',
  todo: '○ to do',
  blocked: '✖ wrong',
  unknown: '? unknown',
  failed: '✖ failed',
  skipped: '- skipped',
};

/**
 * Everything that a look found: a line for each check, what is to be done, then the details.
 * @param width of the terminal; without it no line is broken
 */
export function reportTable(ran: Pick<RunResult, 'steps'>, verdict: string, width?: number): string {
  const steps = ran.steps.map(outgoingStep);
  const rows = steps.map(({ name, state, found }) => [name, words[state], found]);
  const overview = columns([['check', 'state', 'found'], ...rows], '', width);
  const details = steps.flatMap(({ name, table }) => (table ? [`${name}\n${columns(table, '  ', width)}`] : []));
  const text = [overview, ...steps.flatMap(remarks), ...details, verdict].join('\n\n');
  return width === undefined ? text : wrapped(text, width);
}

function remarks({ name, state, found, code, needed, fix, changed, warning, tail }: StepReport): string[] {
  const lines = [
    ...(warning ? [`warning: ${warning}`] : []),
    ...(changed?.length ? [`because: ${changed.join(', ')}`] : []),
    ...(needed ? [`needed: ${needed}`] : []),
    ...(tail ? quoted(tail, '') : []),
    ...(fix ? [`fix: ${fix.replaceAll('\n', '\n       ')}`] : []),
  ];
  if (lines.length === 0) return [];
  const heading = state === 'done' ? name : `${name}: ${found}${code ? ` (${code})` : ''}`;
  return [[heading, ...lines.map((line) => `  ${line}`)].join('\n')];
}
