import type { Context } from './context';
import { type Fault, faultOf, Interrupted, UserError } from './errors';
import type { StepReport } from './report';
import type { Depth, Finding, Progress, Step } from './step';

/** What a step tells while it is at work. */
export interface Listener {
  action(title: string): void;
  progress(progress: Progress): void;
}

/** A look, with anything it throws turned into a finding. Never writes. */
export async function look(step: Step, context: Context, depth: Depth, tell?: (progress: Progress) => void): Promise<StepReport> {
  const started = performance.now();
  const finding = await step.check(context, depth, tell).catch((error: unknown): Finding => {
    if (error instanceof Interrupted) throw error;
    const { code, found, needed, fix, tail } = faultOf(error);
    return code === 'E_UNEXPECTED'
      ? { state: 'unknown', found }
      : { state: 'blocked', code, found, needed: needed ?? 'a machine that can be looked at', fix, ...(tail ? { tail } : {}) };
  });
  return { name: step.name, title: step.title, ...finding, actions: [], durationMs: since(started) };
}

/** A look, and the titles of what would be done. */
export async function planned(step: Step, context: Context, depth: Depth, tell?: (progress: Progress) => void): Promise<StepReport> {
  const report = await look(step, context, depth, tell);
  if (!wanted(report, step, context)) return report;
  const actions = (await step.plan?.(context)) ?? [];
  return { ...report, state: 'todo', actions: actions.map(({ title }) => ({ title, durationMs: 0 })) };
}

/**
 * Check, plan, act, check again.
 * @throws Interrupted; any other failure is the report's, in state `blocked` or `failed`
 */
export async function perform(step: Step, context: Context, depth: Depth, tell: Listener): Promise<StepReport> {
  const started = performance.now();
  const before = await look(step, context, depth);
  if (!wanted(before, step, context)) return before;
  const done: StepReport['actions'] = [];
  try {
    for (const action of (await step.plan?.(context)) ?? []) {
      const begun = performance.now();
      tell.action(action.title);
      await action.run(context, tell.progress);
      context.host.processes.throwIfInterrupted();
      done.push({ title: action.title, durationMs: since(begun) });
    }
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    return { ...before, ...failure(faultOf(error)), actions: done, durationMs: since(started) };
  }
  const after = await look(step, context, depth);
  const changed = 'changed' in before && before.changed ? { changed: before.changed } : {};
  if (after.state === 'done' || after.state === 'blocked') return { ...after, ...changed, actions: done, durationMs: since(started) };
  const fault = new UserError({
    code: 'E_NOT_DONE',
    found: after.found,
    needed: `\`${step.name}\` done after its actions`,
    fix: after.fix ?? `\`npx just ${context.task} --force=${step.name} --verbose\` shows each command`,
  }).fault;
  return { ...after, ...failure(fault), actions: done, durationMs: since(started) };
}

function wanted(report: StepReport, step: Step, context: Context): boolean {
  if (!step.plan || report.state === 'blocked') return false;
  return report.state !== 'done' || context.forced(step.name);
}

function failure(fault: Fault): Partial<StepReport> & { state: 'failed'; tail?: string } {
  const { tail, ...rest } = fault;
  return { state: 'failed', ...rest, ...(tail ? { tail } : {}) };
}

const since = (started: number): number => Math.round(performance.now() - started);
