import { plural } from '../core/text';
import type { Machine, SeenStep } from './machine';

export type Level = 'ready' | 'warning' | 'todo' | 'blocked';

/** What a machine comes to, in a heading and a sentence. */
export interface Verdict {
  level: Level;
  headline: string;
  detail: string;
  /** What a person has to act on, in order. */
  open: SeenStep[];
}

/** The verdict on the steps of a machine: the worst of them decides. */
export function verdictOf({ steps, earlier, mends }: Machine): Verdict {
  const among = (...states: SeenStep['state'][]) => steps.filter(({ state }) => states.includes(state));
  const [stopped, open, unknown] = [among('blocked', 'failed'), among('todo', 'skipped'), among('unknown')];
  const warnings = steps.filter(({ warning }) => warning !== undefined);
  const runs = earlier.filter(({ state }) => state === 'failed' || state === 'blocked');
  const done = `${among('done').length} of ${plural(steps.length, 'step')} done`;
  const also = runs.length > 0 ? `; the last run of \`${runs[0]?.task}\` ${runs[0]?.state === 'failed' ? 'failed' : 'was blocked'}` : '';
  const all = [...stopped, ...open, ...unknown];
  if (stopped.length > 0)
    return {
      level: 'blocked',
      headline: `${plural(stopped.length, 'step')} ${stopped.length === 1 ? 'needs' : 'need'} you`,
      detail: `${done}; \`npx just ${mends}\` goes on once ${stopped.length === 1 ? 'it is' : 'they are'} mended${also}`,
      open: all,
    };
  if (all.length > 0)
    return {
      level: 'todo',
      headline: `${plural(all.length, 'step')} still to do`,
      detail: `${done}; \`npx just ${mends}\` does the rest${also}`,
      open: all,
    };
  const level = warnings.length + runs.length > 0 ? 'warning' : 'ready';
  const headline = warnings.length > 0 ? `Ready, with ${plural(warnings.length, 'warning')}` : 'Ready';
  return { level, headline, detail: `${done}${also}`, open: [] };
}
