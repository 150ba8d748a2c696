import { type Fault, faultOf, Interrupted, UserError } from '../common/errors';
import { commandOf, withSets } from './command';
import type { Context } from './context';
import type { StepReport } from './report';
import type { Reporter } from './reporter/reporter';
import type { Action, Depth, Look, Progress, Step } from './step';

/** One look at a step: what it found, and what it saw on the way. */
export interface CheckedStep {
  report: StepReport;
  seen: unknown;
}

/** A look with what would be done about it; no `actions` where nothing is wanted, or a person must act first. */
export interface PlannedStep extends CheckedStep {
  actions?: readonly Action[];
}

/**
 * A look, with anything it throws turned into a finding. Never writes.
 * @param before what was seen before the step acted, in the look after it
 */
export async function checkStep(
  step: Step,
  context: Context,
  depth: Depth,
  tell?: (progress: Progress) => void,
  before?: unknown,
): Promise<CheckedStep> {
  const started = performance.now();
  const { seen, ...finding } = await step.check(context, depth, tell, before).catch((error: unknown): Look<unknown> => {
    if (error instanceof Interrupted) throw error;
    const { code, found, needed, fix, tail } = faultOf(error);
    return code === 'E_UNEXPECTED'
      ? { state: 'unknown', found }
      : { state: 'blocked', code, found, needed: needed ?? 'a machine that can be checked', fix, ...(tail ? { tail } : {}) };
  });
  const cure = 'fix' in finding && finding.fix !== undefined ? { fix: withSets(context, finding.fix) } : {};
  return { report: { name: step.name, title: step.title, ...finding, ...cure, actions: [], durationMs: since(started) }, seen };
}

/** A look, and what would be done by what it saw. */
export async function planStep(step: Step, context: Context, depth: Depth, tell?: (progress: Progress) => void): Promise<PlannedStep> {
  const looked = await checkStep(step, context, depth, tell);
  const { state } = looked.report;
  if (!step.plan || state === 'blocked' || (state === 'done' && !context.forced(step.name))) return looked;
  return { ...looked, actions: await step.plan(context, looked.seen) };
}

/** What a plan says to a person: the finding, and the titles of what would be done. */
export function planReport({ report, actions }: PlannedStep): StepReport {
  return actions ? { ...report, state: 'todo', actions: actions.map(({ title }) => ({ title, durationMs: 0 })) } : report;
}

/**
 * Does what was planned, then looks again.
 * @throws Interrupted; any other failure is the report's, in state `blocked` or `failed`
 */
export async function applyStep(step: Step, context: Context, depth: Depth, planned: PlannedStep, reporter: Reporter): Promise<StepReport> {
  const { report: before, seen, actions } = planned;
  if (!actions) return before;
  const started = performance.now();
  const duration = () => before.durationMs + since(started);
  const done: StepReport['actions'] = [];
  try {
    for (const action of actions) {
      const begun = performance.now();
      reporter.acting(step, action.title);
      await action.run(context, (progress) => reporter.progress(step, progress), seen);
      context.host.processes.throwIfInterrupted();
      done.push({ title: action.title, durationMs: since(begun) });
    }
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    return { ...before, ...failure(context, faultOf(error)), actions: done, durationMs: duration() };
  }
  // Where nothing was done there is nothing new to see.
  const after = actions.length > 0 ? (await checkStep(step, context, depth, undefined, seen)).report : before;
  const changed = before.changed ? { changed: before.changed } : {};
  if (after.state === 'done' || after.state === 'blocked') return { ...after, ...changed, actions: done, durationMs: duration() };
  const fault = new UserError({
    code: 'E_NOT_DONE',
    found: after.found,
    needed: `\`${step.name}\` done after its actions`,
    fix: after.fix ?? `\`${commandOf(context, context.task, { force: step.name, verbose: '' })}\` shows each command`,
  }).fault;
  return { ...after, ...failure(context, fault), actions: done, durationMs: duration() };
}

function failure(context: Context, fault: Fault): Partial<StepReport> & { state: 'failed'; tail?: string } {
  const { tail, fix, ...rest } = fault;
  return { state: 'failed', ...rest, fix: withSets(context, fix), ...(tail ? { tail } : {}) };
}

const since = (started: number): number => Math.round(performance.now() - started);
