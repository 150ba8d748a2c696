import type { Fault } from '../common/errors';
import { outgoingFault, outgoingValue } from '../common/outgoing';
import { outgoingStep } from './outgoing-step';
import type { Finding } from './step';

export type Outcome = 'unchanged' | 'changed' | 'todo' | 'blocked' | 'failed' | 'interrupted';

export interface StepReport {
  name: string;
  title: string;
  state: Finding['state'] | 'failed' | 'skipped';
  found: string;
  needed?: string;
  fix?: string;
  code?: string;
  warning?: string;
  changed?: string[];
  table?: string[][];
  /** Further fields of the step: beside the others in the JSON document. */
  data?: Readonly<Record<string, unknown>>;
  /** The last lines of the command that failed. */
  tail?: string;
  /** What was done, or with `--plan` what would be (0 ms). */
  actions: { title: string; durationMs: number }[];
  durationMs: number;
}

/** The document that `--json` prints and that a run leaves behind. */
export interface Report {
  version: 1;
  task: string;
  outcome: Outcome;
  /** ISO 8601, UTC. */
  startedAt: string;
  durationMs: number;
  steps: StepReport[];
  /** A fault that is no step's: wrong usage, wrong settings, a lock. */
  error?: Fault;
}

/** 0 ok, 1 failed or blocked, 3 something to do; interrupted runs carry the signal's own. */
export function exitCodeOf(outcome: Outcome, signal: number): number {
  return { unchanged: 0, changed: 0, todo: 3, blocked: 1, failed: 1, interrupted: signal }[outcome];
}

/** What a finished look says as a whole: the worst of its steps. */
export function outcomeOf(steps: readonly StepReport[]): Outcome {
  if (steps.some(({ state }) => state === 'failed')) return 'failed';
  if (steps.some(({ state }) => state === 'blocked')) return 'blocked';
  if (steps.some(({ state }) => state === 'todo' || state === 'unknown')) return 'todo';
  return steps.some(({ actions }) => actions.length > 0) ? 'changed' : 'unchanged';
}

/** How a look came out, in one line. */
export function verdict({ outcome, steps }: Pick<Report, 'outcome' | 'steps'>): string {
  const count = (...states: string[]) => steps.filter(({ state }) => states.includes(state)).length;
  if (outcome === 'unchanged') return 'up to date';
  return `${count('done')} of ${steps.length} done, ${count('todo', 'unknown')} to do, ${count('blocked', 'failed')} blocked`;
}

/** The report as `--json` prints it and a record keeps it. */
export function documentOf({ error, ...report }: Report): object {
  return { ...report, steps: report.steps.map(stepDocument), ...(error ? { error: outgoingFault(error) } : {}) };
}

/** One step as `--json` prints it: its further fields beside the others. */
export function stepDocument({ data, ...step }: StepReport): object {
  return { ...outgoingStep(step), ...(outgoingValue(data) as object | undefined) };
}
