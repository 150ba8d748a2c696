import { columns } from '../../common/format';
import { quoted } from '../../common/outgoing';
import { outgoingStep } from '../outgoing-step';
import type { StepReport } from '../report';
import type { RunResult } from '../run';
import { lookReporter } from './plain';
import type { Reporter, Screen } from './reporter';

/** A look whose findings are told together, when all is seen: until then a terminal says what is being looked at. */
export const tableReporter = (screen: Screen): Reporter => lookReporter(screen, () => undefined);
const words: Record<StepReport['state'], string> = {
  done: '✔ right',
  todo: '○ to do',
  blocked: '✖ wrong',
  unknown: '? unknown',
  failed: '✖ failed',
  skipped: '- skipped',
};

/** Everything that a look found: a line for each check, what is to be done, then the details. */
export function reportTable(ran: Pick<RunResult, 'steps'>, verdict: string): string {
  const steps = ran.steps.map(outgoingStep);
  const overview = columns([['check', 'state', 'found'], ...steps.map(({ name, state, found }) => [name, words[state], found])]);
  const details = steps.flatMap(({ name, table }) => (table ? [`${name}\n${columns(table, '  ')}`] : []));
  return [overview, ...steps.flatMap(remarks), ...details, verdict].join('\n\n');
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
