import { faultOf, Interrupted, UserError } from '../common/errors';
import { duration } from '../common/format';
import type { Context } from '../engine/context';
import { refuseForeignLinks } from '../engine/foreign-links';
import { outgoingStep } from '../engine/outgoing-step';
import { exitCodeOf, type Report, verdict } from '../engine/report';
import type { Reporter } from '../engine/reporter/reporter';
import { programJudge } from '../engine/repository-programs';
import { applySteps, checkSteps, type RunResult } from '../engine/run';
import { writeRunRecord } from '../engine/state';
import type { Step } from '../engine/step';
import type { TaskDefinition } from '../engine/task-definition';
import { type Host, thisHost } from '../platform';
import { notOurs, sentence, valueText } from '../untrusted/text';
import { contextOf, stepNames } from './context';
import { defaultText } from './default-environment';
import { helpText } from './help';
import { isTask } from './just-output';
import { type Options, ownOptions, parseOptions, refuseUnknownSteps } from './options';
import { exitWith, openEvents, progressScreen, reportResult, result, resultWidth } from './output';
import { looksOnly, reporterFor } from './reporter-for';
import { listenToSignals } from './signals';
import { verboseLine } from './verbose-line';
import { recordedVersions, versionText } from './versions';

/** Runs a task from its command line to its exit code: options, settings, steps, record, document. */
export async function execute(definition: TaskDefinition, itemsFor: (context: Context) => readonly Step[]): Promise<void> {
  const started = performance.now();
  const host = thisHost();
  const args = process.argv.slice(2);
  const events = openEvents(definition.name);
  const report: Report = {
    version: 1,
    task: definition.name,
    outcome: 'failed',
    startedAt: host.now().toISOString(),
    durationMs: 0,
    steps: [],
  };
  const own = ownOptions(definition, defaultText(definition));
  let failure: Error | undefined;
  let context: Context | undefined;
  let options: Options | undefined;
  let elsewhere: (() => Promise<void>) | undefined;
  try {
    options = parseOptions(args, own, host.env, isTask);
    if (options.help) return result(helpText(definition, own, stepNames(definition, itemsFor, options), resultWidth()));
    if (options.version) return result(versionText());
    if (definition.onMachines && options.given.has('on')) elsewhere = await onOthers(definition, options, host);
    else {
      const made = contextOf(host, options, definition);
      // Before a record could go there.
      refuseForeignLinks(made);
      context = made;
      const items = itemsFor(context);
      refuseUnknownSteps(
        options.force,
        items.map(({ name }) => name),
      );
      const ran = await runIn(context, options, definition, items, events?.reporter);
      Object.assign(report, { outcome: ran.outcome, steps: ran.steps });
      failure = ran.error;
      // A fault that is no step's, for one a project that cannot be written: the document has to say it too.
      if (ran.error && ran.outcome === 'failed' && !ran.steps.some(({ state }) => state === 'failed' || state === 'blocked'))
        report.error = faultOf(ran.error);
    }
  } catch (error) {
    failure = error as Error;
    report.outcome = error instanceof Interrupted ? 'interrupted' : 'failed';
    if (report.outcome === 'failed') report.error = faultOf(error);
  }
  // Its report and its exit code are those of the machines.
  if (elsewhere) return elsewhere();
  report.durationMs = Math.round(performance.now() - started);
  const looked = !options || looksOnly(options, definition) || definition.skipRecord;
  // Wrong usage says nothing of the machine.
  const isUsage = failure instanceof UserError && failure.exitCode === 2;
  if (context && !looked && !isUsage) leaveRecord(context, report);
  reportResult(report);
  const code = exitCode(failure, report, options, definition);
  exitWith(code);
  const told = failure && readable(failure);
  if (told) events?.write(told instanceof UserError ? { event: 'error', fault: told.fault } : { event: 'error', text: told.message });
  events?.write({ event: 'exit', code });
  if (told) throw told;
}

/** The task on other machines. Loaded where that is asked for: every start of just reads this file. */
function onOthers(definition: TaskDefinition, options: Options, host: Host): Promise<() => Promise<void>> {
  const bringing = require('../machines/bring') as typeof import('../machines/bring');
  return (require('./on/on-machines') as typeof import('./on/on-machines')).onMachines(definition, options, host, bringing);
}

async function runIn(
  context: Context,
  options: Options,
  definition: TaskDefinition,
  items: readonly Step[],
  elsewhere: Reporter | undefined,
): Promise<RunResult> {
  const reporter = elsewhere ?? reporterFor(progressScreen, options, definition);
  const { processes } = context.host;
  processes.onNote = (text) => reporter.note(text);
  processes.judge = programJudge(context);
  if (options.verbose) processes.onVerbose = (line) => reporter.note(verboseLine(line));
  const release = listenToSignals(context.host);
  const depth = definition.depth ?? 'quick';
  try {
    if (looksOnly(options, definition)) {
      const ran = await checkSteps(items, context, depth, options.plan, reporter);
      const last = options.plan ? await definition.afterPlan?.(context, ran, ran.seen) : undefined;
      const shown = { ...ran, steps: ran.steps.map(outgoingStep) };
      const next = options.plan ? [] : nextOf(context, definition, shown);
      if (!options.json || elsewhere)
        result(
          [definition.renderResult?.(context, shown, resultWidth()) ?? verdict(ran), ...(last ? [sentence(last)] : []), ...next].join('\n'),
        );
      return ran;
    }
    const begun = performance.now();
    const ran = await applySteps(items, context, reporter, definition, depth);
    if (!ran.error && (!options.json || elsewhere)) {
      const shown = { ...ran, steps: ran.steps.map(outgoingStep) };
      const text = await definition.summary?.(context, shown, resultWidth());
      const lines = [...(text ? text.split('\n').map(notOurs) : []), ...nextOf(context, definition, shown)];
      result([`${ran.outcome} in ${duration(performance.now() - begun)}`, ...lines].join('\n'));
    }
    return ran;
  } finally {
    context.resources.close();
    release();
  }
}

/** The last line, where nothing is left to do. */
function nextOf(context: Context, { nextStep }: TaskDefinition, ran: RunResult): string[] {
  const next = ran.steps.every(({ state }) => state === 'done') ? nextStep?.(context, ran) : undefined;
  return next === undefined ? [] : [`\nnext: ${sentence(next)}`];
}

function leaveRecord({ host, root, settings }: Context, report: Report): void {
  const { keep_records } = settings.setup.run;
  try {
    writeRunRecord(host, root, keep_records, report, recordedVersions(host, root, settings));
  } catch {
    // A full or read-only disk is the step's to tell; the record must not hide it.
  }
}

function exitCode(
  failure: Error | undefined,
  report: Report,
  options: Options | undefined,
  { afterPlan: planned }: TaskDefinition,
): number {
  if (failure instanceof UserError || failure instanceof Interrupted) return failure.exitCode;
  if (failure) return 1;
  // A plan that is kept must have been made.
  if (options?.plan) return planned && report.outcome === 'blocked' ? 1 : 0;
  return exitCodeOf(report.outcome, 130);
}

/** just prints the stack: for what a person can fix that is the message, for our own mistakes the stack. */
function readable(error: Error): Error {
  if (error instanceof UserError || error instanceof Interrupted) return error;
  const fault = faultOf(error);
  if (fault.code !== 'E_UNEXPECTED') return new UserError(fault);
  const [, frames = ''] = /((?:\n {4}at .*)*)$/.exec(error.stack ?? '') ?? [];
  error.message = fault.found;
  error.stack = `${sentence(error.name, 80)}: ${fault.found}${valueText(frames)}`;
  return error;
}
