import type { Context } from './context';
import { Interrupted, UserError } from './errors';
import { withLock } from './lock';
import { type LookView, unwatched } from './look-view';
import { look, perform, planned } from './perform';
import type { View } from './render';
import { type Outcome, outcomeOf, type StepReport } from './report';
import type { Depth, Step } from './step';
import type { TaskDefinition } from './task-definition';
import { columns } from './text';

export interface Ran {
  outcome: Outcome;
  steps: StepReport[];
  error?: Error;
}

/** A look at each step, in order; with `plan` what would be done about it. Writes nothing. */
export async function inspect(
  items: readonly Step[],
  context: Context,
  depth: Depth,
  plan: boolean,
  view: LookView = unwatched,
): Promise<Ran> {
  const steps: StepReport[] = [];
  for (const step of items) {
    context.host.processes.throwIfInterrupted();
    view.looking(step);
    const report = await (plan ? planned : look)(step, context, depth, (progress) => view.progress(step, progress));
    view.seen(report);
    steps.push(report);
  }
  const outcome = outcomeOf(steps);
  return { steps, outcome: outcome === 'changed' ? 'todo' : outcome };
}

/** Brings every step to done. The project is locked only when there is something to do. */
export async function bring(
  items: readonly Step[],
  context: Context,
  view: View,
  { name: task, frees = false }: Pick<TaskDefinition, 'name' | 'frees'>,
  depth: Depth,
): Promise<Ran> {
  const before = await inspect(items, context, depth, true);
  const show = (reports: readonly StepReport[]) =>
    view.play(items, async (step) => reports.find(({ name }) => name === step.name) as StepReport);
  if (before.outcome === 'unchanged') {
    await show(before.steps);
    return before;
  }
  // A step that is blocked before anything was done is told at once; one behind it may wait for the first.
  for (const report of before.steps.filter(({ actions }) => actions.length > 0)) {
    view.note(`plan: ${report.name} — ${report.found}; will ${report.actions.map(({ title }) => title).join(', then ')}`);
    if (report.table) for (const line of columns(report.table, '    ').split('\n')) view.note(line);
  }
  const steps: StepReport[] = [];
  try {
    const lock = { task, waitSeconds: context.settings.setup.run.lock_wait_seconds, onWait: view.note, frees };
    await withLock(context.host, context.root, lock, () =>
      view.play(items, async (step, tell) => {
        const report = await perform(step, context, depth, tell);
        steps.push(report);
        return report;
      }),
    );
  } catch (error) {
    if (error instanceof Interrupted) return { steps: inOrder(items, steps), outcome: 'interrupted', error };
    return { steps: inOrder(items, steps), outcome: 'failed', error: error as Error };
  }
  const all = inOrder(items, steps);
  const fault = all.find(({ state }) => state === 'failed' || state === 'blocked');
  return { steps: all, outcome: outcomeOf(all), ...(fault ? { error: errorOf(fault) } : {}) };
}

/** The fault of a step that failed or is blocked, as an error that just prints. */
export function errorOf({ code, found, needed, fix, tail }: StepReport): UserError {
  return new UserError({
    code: code ?? 'E_UNEXPECTED',
    found,
    ...(needed ? { needed } : {}),
    ...(tail ? { tail } : {}),
    fix: fix ?? 'run the same command with `--verbose`',
  });
}

/** Every step of the list, those that were not reached too. */
function inOrder(items: readonly Step[], reports: readonly StepReport[]): StepReport[] {
  return items.map(
    ({ name, title }) =>
      reports.find((report) => report.name === name) ?? { name, title, state: 'skipped', found: 'not reached', actions: [], durationMs: 0 },
  );
}
