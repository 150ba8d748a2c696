import { plural } from '../common/format';
import type { MachineReport, SeenStep } from './machine';

/** From all is well to somebody has to act; `none` of a remote that nothing is known of. */
export type Level = 'ready' | 'warning' | 'todo' | 'blocked' | 'none';

/** What a machine comes to, in a heading and a sentence. */
export interface ReportVerdict {
  level: Level;
  headline: string;
  detail: string;
  /** What a person has to mend first, in order. */
  blocked: SeenStep[];
  /** What a run does once nothing blocks it, in order. */
  todo: SeenStep[];
  /** What is done and is worth a look, where nothing else is left. */
  warnings: SeenStep[];
}

/** The verdict on the steps of a machine: the worst of them decides. */
export function verdictOf(machine: MachineReport): ReportVerdict {
  if (machine.steps.length === 0 && machine.remote !== undefined) return withoutRuns(machine.remote, machine);
  const { steps, earlier } = machine;
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
      blocked: stopped,
      todo: rest,
      warnings: [],
    };
  }
  if (rest.length > 0)
    return {
      level: 'todo',
      headline: `${plural(rest.length, 'step')} still to do`,
      detail: `${done}; the rest: ${commands(rest)}${also}`,
      blocked: [],
      todo: rest,
      warnings: [],
    };
  return {
    level: warnings.length > 0 || run ? 'warning' : 'ready',
    headline: warnings.length > 0 ? `Ready, with ${plural(warnings.length, 'warning')}` : 'Ready',
    detail: `${done}${also}`,
    blocked: [],
    todo: [],
    warnings,
  };
}

/** A remote whose runs nobody fetched, or that has none. */
function withoutRuns(name: string, { isFetched, unreadable, setUp = 'setup:remote' }: MachineReport): ReportVerdict {
  const nothing = { level: 'none' as const, blocked: [], todo: [], warnings: [] };
  if (!isFetched)
    return { ...nothing, headline: 'Not looked at yet', detail: `\`npx just report --remote=${name}\` fetches what its runs left` };
  if (unreadable > 0)
    return {
      ...nothing,
      headline: 'No run that can be read',
      detail: `${plural(unreadable, 'record')} of it could not be read; \`npx just ${setUp}\` leaves a new one`,
    };
  return { ...nothing, headline: 'No runs yet', detail: `nothing has run there; \`npx just ${setUp}\` sets it up` };
}
