import type { Environment } from '../common/environment';
import { Interrupted } from '../common/errors';
import { sha256 } from '../common/hash';
import type { Context } from '../engine/context';
import type { StepReport } from '../engine/report';
import type { RunEvent } from '../engine/reporter/events';
import type { Reporter } from '../engine/reporter/reporter';
import { applySteps, checkSteps, type RunResult } from '../engine/run';
import type { Step } from '../engine/step';
import { tasksBefore } from '../slurm/needs-gpu';
import { redacted } from '../untrusted/secrets';
import { commandThere, gpusThere } from './in-job';
import type { Machine, Runtime } from './machine';
import { type MachineOutcome, type OwnOutcome, outcomeThere, ownOutcome } from './outcome';
import type { Ahead } from './runs/ahead';
import { runThere } from './runs/run-there';
import { shownRun } from './runs/shown';
import { withTexts } from './runs/with-texts';
import type { Stops } from './stops';
import type { Ended } from './there/protocol';

/** A task as it is asked for on machines. */
export interface AskedTask {
  task: string;
  /** The options that travel. */
  args: readonly string[];
  /** Which environment it is about there. */
  about: Environment;
  /** Variables of that run alone. */
  environment: Readonly<Record<string, string>>;
  detach: boolean;
  /** It changes nothing there, by its options or because the task does not. */
  isLook: boolean;
  /** A text of the machine with the commands in it as they are typed here; `field` is its name in what the machine tells. */
  typedHere(text: string, field?: string): string;
  /** What is asked for is a look, at what is to be brought too. */
  looks: 'plan' | 'check' | undefined;
}

/** What a machine needs before a task runs there, and how just-lora is started then. */
export interface Bringing {
  bringSteps(machine: Machine): readonly Step[];
  runtimeOf(context: Context, machine: Machine): Promise<Runtime>;
  /** just-lora there, started beside the look at the machine; `undefined` where there is no connection yet. */
  startAhead(context: Context, machine: Machine): Promise<Ahead | undefined>;
  /** Keeps what the next run need not read again. */
  keepHashes(context: Context): void;
}

/** How one machine is shown. */
export interface MachineView {
  /** Of what is brought, and of the run there. */
  reporters: { bring: Reporter; run: Reporter };
  result(text: string): void;
  note(text: string): void;
}

/**
 * Runs a task on a machine: brings what it needs, starts it there, and shows it as if it ran here.
 * A task that is looked at (`--plan`, `--check`) has a machine looked at, and nothing written there, as long as something is to be brought.
 */
export async function runOn(
  context: Context,
  machine: Machine,
  asked: AskedTask,
  { bringSteps, runtimeOf, startAhead, keepHashes }: Bringing,
  view: MachineView,
  stops: Stops,
): Promise<MachineOutcome> {
  const { name } = machine.remote;
  const own = ownOutcome(context, name, asked.task);
  let brought: readonly StepReport[] = [];
  let ahead: Ahead | undefined;
  try {
    const [ran] = await Promise.all([
      bring(context, bringSteps(machine), asked, view.reporters.bring),
      startAhead(context, machine).then((started) => {
        ahead = started;
      }),
    ]);
    brought = ran.steps;
    if (ran.error) return own(brought, ran.outcome, ran.error);
    if (asked.looks && ran.outcome !== 'unchanged') return lookedOnly(own, ran, asked, name, view);
    context.host.processes.throwIfInterrupted();
    stops.throwIfStopped();
    const runtime = await runtimeOf(context, machine);
    if (!asked.looks) keepHashes(context);
    const there: There = { context, machine, runtime, view, stops, ahead };
    const few = asked.task === 'train' ? gpusThere(context, machine.remote)?.tooFew : undefined;
    if (few) view.note(`${few.found} (${few.code})`);
    for (const before of machine.remote.slurm ? tasksBefore(asked.task, asked.args) : []) {
      const { ended, end } = await shownThere(there, { ...asked, ...before, detach: false });
      if (end.code !== 0) return outcomeThere(own, brought, name, ended, end);
      stops.throwIfStopped();
    }
    const { ended, end } = await shownThere(there, asked);
    if (asked.detach) {
      view.result(`started on \`${name}\`: \`${commandOf(asked)} --on=${name}\` shows it, \`npx just runs --on=${name}\` lists its runs`);
      return own(brought, 'unchanged', 0);
    }
    return outcomeThere(own, brought, name, ended, end);
  } catch (error) {
    return own(brought, error instanceof Interrupted ? 'interrupted' : 'failed', error as Error);
  } finally {
    ahead?.drop();
  }
}

/** The command for a person, without its secrets. */
const commandOf = ({ task, args }: AskedTask): string => redacted(['npx just', task, ...args].join(' '));

function bring(context: Context, steps: readonly Step[], { task, looks }: AskedTask, reporter: Reporter): Promise<RunResult> {
  if (looks) return checkSteps(steps, context, 'quick', looks === 'plan', reporter);
  // What is brought lies in no project of this machine: other runs may be at work in this one.
  return applySteps(steps, context, reporter, { name: task, sparesProject: true }, 'quick');
}

/** Nothing there can say what a task would do before it is there itself. */
function lookedOnly(
  own: OwnOutcome,
  { outcome, steps }: RunResult,
  { task, looks }: AskedTask,
  name: string,
  view: MachineView,
): MachineOutcome {
  if (outcome !== 'blocked')
    view.result(`what \`${task}\` finds on \`${name}\` can be said once that is there: \`npx just ${task} --on=${name}\` brings it`);
  const code = outcome === 'blocked' ? 1 : 3;
  return own(steps, outcome, looks === 'plan' ? 0 : code);
}

/** Where a task runs, and who is told of it. */
interface There {
  context: Context;
  machine: Machine;
  runtime: Runtime;
  view: MachineView;
  stops: Stops;
  ahead: Ahead | undefined;
}

/** Follows a run there to its end, and shows it. */
async function shownThere(there: There, asked: AskedTask) {
  const { view } = there;
  const shown = shownRun(view.reporters.run, view.result);
  // Also where we no longer follow it: the screen is left as it is.
  const ended = await follow(there, asked, shown).finally(shown.end);
  return { ended, end: await shown.end() };
}

async function follow(
  { context, machine, runtime, view, stops, ahead }: There,
  asked: AskedTask,
  shown: ReturnType<typeof shownRun>,
): Promise<Ended | undefined> {
  const { task, args, about, environment, detach, isLook } = asked;
  const { name } = machine.remote;
  const { node, app } = runtime;
  let release: () => void = () => undefined;
  const justHere = [node, `${app}/node_modules/just-task/bin/just.js`, '--config', `${app}/just.config.js`, task, ...args];
  const start = {
    task,
    shown: commandOf(asked),
    // Whoever names the environment that it is about anyway asks for the same.
    key: sha256(JSON.stringify([task, about, ...args.filter((arg) => !arg.startsWith('--env='))])),
    from: `${context.host.hostname}:${context.root}`,
    isLook,
    command: commandThere(context, machine, runtime, { task, args, just: justHere }),
    // By this and no option: its cures name no environment that nobody named, and a job of a cluster has it too.
    environment: { ...environment, JUST_LORA_ENV: about },
  };
  const follower = {
    following({ id, isNew, since, from }: { id: string; isNew: boolean; since: string; from: string }) {
      if (!isNew && !detach)
        view.note(`\`${name}\` has this run since ${since.slice(0, 16).replace('T', ' ')} UTC, for ${from}: what it told comes first`);
      if (!detach) release = stops.add(context, machine, id);
    },
    event: (event: RunEvent) => shown.event(withTexts(event, asked.typedHere)),
    note: view.note,
  };
  try {
    return await runThere(context, machine, runtime, start, follower, { detach, ahead });
  } finally {
    release();
  }
}
