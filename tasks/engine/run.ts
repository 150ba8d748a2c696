import { columns } from '../common/columns';
import { Interrupted, UserError } from '../common/errors';
import { applyStep, checkStep, type PlannedStep, planReport, planStep } from './apply-step';
import type { Context } from './context';
import { watchLock, withLock } from './lock/lock';
import { withPlannedFiles } from './planned-files';
import { type Outcome, outcomeOf, type StepReport } from './report';
import { type Reporter, silent } from './reporter/reporter';
import type { Depth, Step } from './step';
import type { SeenBy, TaskDefinition } from './task-definition';

export interface RunResult {
  outcome: Outcome;
  steps: StepReport[];
  error?: Error;
}

/** A look at each step, in order; with `plan` what would be done about it. Writes nothing. */
export async function checkSteps(
  items: readonly Step[],
  context: Context,
  depth: Depth,
  withPlan: boolean,
  reporter: Reporter = silent,
): Promise<RunResult & { seen: SeenBy }> {
  const looks = [...(await checkInTurn(items, context, depth, withPlan, reporter)).values()];
  return { ...resultOf(looks), seen: (name) => looks.find(({ report }) => report.name === name)?.seen };
}

/**
 * Brings every step to done. Each is looked at once before its actions and once after them: the first look, which says
 * whether there is anything to do, counts when the step's turn comes. It does not where something may have changed by
 * then, and is made once more: behind a step that acted, and where another run held the project between that look and
 * our lock. The project is locked only when there is something to do, and not where its steps spare it.
 */
export async function applySteps(
  items: readonly Step[],
  context: Context,
  reporter: Reporter,
  { name: task, freesSpace = false, sparesProject = false }: Pick<TaskDefinition, 'name' | 'freesSpace'> & { sparesProject?: boolean },
  depth: Depth,
): Promise<RunResult> {
  const { host, root } = context;
  const isUndisturbed = watchLock(host, root);
  // The first look is silent, but for what must be told at once: a server that has us wait, for one.
  const progress: Reporter['progress'] = ({ name }, { text, atOnce }) => (atOnce && text ? reporter.note(`  ${name}: ${text}`) : undefined);
  const looks = await checkInTurn(items, context, depth, true, { ...silent, progress });
  const before = resultOf([...looks.values()]);
  if (before.outcome === 'unchanged') {
    await inTurn(items, context, reporter, async (step) => (looks.get(step) as PlannedStep).report);
    return before;
  }
  // A step that is blocked before anything was done is told at once; one behind it may wait for the first.
  for (const report of before.steps.filter(({ actions }) => actions.length > 0)) {
    reporter.note(`plan: ${report.name} — ${report.found}; will ${report.actions.map(({ title }) => title).join(', then ')}`);
    if (report.table) for (const line of columns(report.table, '    ').split('\n')) reporter.note(line);
  }
  const reports: StepReport[] = [];
  try {
    const holds = isUndisturbed();
    const lock = { task, waitSeconds: context.settings.setup.run.lock_wait_seconds, onWait: reporter.note, freesSpace };
    const hold: typeof withLock = sparesProject ? (_, __, ___, work) => work(false) : withLock;
    await hold(host, root, lock, (waited) => {
      if (waited || !holds) looks.clear();
      return inTurn(items, context, reporter, async (step) => {
        const report = await applyStep(step, context, depth, looks.get(step) ?? (await planStep(step, context, depth)), reporter);
        // What was seen of the others before this one acted does not hold.
        if (report.actions.length > 0) looks.clear();
        reports.push(report);
        return report;
      });
    });
  } catch (error) {
    const steps = inOrder(items, reports);
    return { steps, outcome: error instanceof Interrupted ? 'interrupted' : 'failed', error: error as Error };
  }
  const all = inOrder(items, reports);
  const fault = all.find(isStop);
  return { steps: all, outcome: outcomeOf(all), ...(fault ? { error: errorOf(fault) } : {}) };
}

/** Each step in its turn, up to the first that failed or is blocked. */
async function inTurn(
  steps: readonly Step[],
  { host }: Context,
  reporter: Reporter,
  work: (step: Step) => Promise<StepReport>,
  stopsAt: (report: StepReport) => boolean = isStop,
): Promise<void> {
  reporter.begin(steps);
  try {
    for (const step of steps) {
      host.processes.throwIfInterrupted();
      reporter.started(step);
      const report = await work(step);
      reporter.finished(step, report);
      if (stopsAt(report)) return;
    }
  } finally {
    await reporter.end();
  }
}

const isStop = ({ state }: StepReport): boolean => state === 'failed' || state === 'blocked';

/** One look at each step, in order; none stops the others. What one of them will write counts for those behind it. */
async function checkInTurn(
  items: readonly Step[],
  context: Context,
  depth: Depth,
  withPlan: boolean,
  reporter: Reporter,
): Promise<Map<Step, PlannedStep>> {
  const looks = new Map<Step, PlannedStep>();
  let then = context;
  const work = async (step: Step) => {
    const planned: PlannedStep = await (withPlan ? planStep : checkStep)(step, then, depth, (progress) =>
      reporter.progress(step, progress),
    );
    looks.set(step, planned);
    // A full look is about what is there now: it starts programs, which would not find a planned file.
    if (depth === 'quick' && planned.report.state === 'todo' && step.brings) then = withPlannedFiles(then, step.brings(then, planned.seen));
    return planReport(planned);
  };
  await inTurn(items, context, reporter, work, () => false);
  return looks;
}

function resultOf(looks: readonly PlannedStep[]): RunResult {
  const steps = looks.map(planReport);
  const outcome = outcomeOf(steps);
  return { steps, outcome: outcome === 'changed' ? 'todo' : outcome };
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
