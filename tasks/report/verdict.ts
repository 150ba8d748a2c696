import { plural } from '../common/format';
import type { MachineReport, SeenStep } from './machine';

/** From all is well to somebody has to act. */
export type Level = 'ready' | 'warning' | 'todo' | 'blocked';

/** What a machine comes to, in a heading and a sentence. */
export interface ReportVerdict {
  level: Level;
  headline: string;
  detail: string;
  /** What a person has to act on, in order; where nothing is, the warnings. */
  open: SeenStep[];
}

/** The verdict on the steps of a machine: the worst of them decides. */
export function verdictOf({ steps, earlier }: MachineReport): ReportVerdict {
  const among = (...states: SeenStep['state'][]) => steps.filter(({ state }) => states.includes(state));
  const [stopped, rest] = [among('blocked', 'failed'), [...among('todo', 'skipped'), ...among('unknown')]];
  const warnings = steps.filter(({ warning, state }) => warning !== undefined && state === 'done');
  const [run] = earlier.filter(({ state }) => state === 'failed' || state === 'blocked');
  const also = run ? `; the last run of \`${run.task}\` ${run.state === 'failed' ? 'failed' : 'was blocked'}` : '';
  const done = `${among('done').length} of ${plural(steps.length, 'step')} done`;
  const commands = (open: readonly SeenStep[]) =>
    [...new Set(open.map(({ mends }) => `\`npx just ${mends}\``))].slice(0, 3).join(', then ');
  if (stopped.length > 0) {
    const [it, is] = stopped.length === 1 ? ['needs', 'it is'] : ['need', 'they are'];
    return {
      level: 'blocked',
      headline: `${plural(stopped.length, 'step')} ${it} you`,
      detail: `${done}; go on with ${commands([...stopped, ...rest])} once ${is} fixed${also}`,
      open: [...stopped, ...rest],
    };
  }
  if (rest.length > 0)
    return {
      level: 'todo',
      headline: `${plural(rest.length, 'step')} still to do`,
      detail: `${done}; the rest: ${commands(rest)}${also}`,
      open: rest,
    };
  return {
    level: warnings.length > 0 || run ? 'warning' : 'ready',
    headline: warnings.length > 0 ? `Ready, with ${plural(warnings.length, 'warning')}` : 'Ready',
    detail: `${done}${also}`,
    open: warnings,
  };
}
