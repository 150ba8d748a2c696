import { Interrupted, UserError } from '../common/errors';
import type { Context } from '../engine/context';
import { type Outcome, type StepReport, stepDocument } from '../engine/report';
import type { RunEnd } from './runs/shown';
import type { Ended } from './there/protocol';

/** How a task came out on a machine. */
export interface MachineOutcome {
  name: string;
  exitCode: number;
  /** As `--json` prints it: the steps that brought what it needs first. */
  report: object;
  error?: Error;
}

/** An outcome that no run there has told: what was brought, and an exit code or an error. */
export type OwnOutcome = (brought: readonly StepReport[], outcome: Outcome, end: number | Error) => MachineOutcome;

/** Outcomes on a machine, of a task that begins now. */
export function ownOutcome({ host }: Context, name: string, task: string): OwnOutcome {
  const [startedAt, started] = [host.now().toISOString(), performance.now()];
  return (brought, outcome, end) => ({
    name,
    exitCode: typeof end === 'number' ? end : exitCodeOf(end),
    report: {
      ...{ version: 1, task, outcome, startedAt, durationMs: Math.round(performance.now() - started) },
      steps: brought.map(stepDocument),
      ...(end instanceof UserError ? { error: end.fault } : {}),
    },
    ...(typeof end === 'number' ? {} : { error: end }),
  });
}

const exitCodeOf = (error: Error): number =>
  error instanceof UserError || error instanceof Interrupted || error instanceof ToldThere ? error.exitCode : 1;

/** What a run there came to, with what was brought before it. */
export function outcomeThere(
  own: OwnOutcome,
  brought: readonly StepReport[],
  name: string,
  ended: Ended | undefined,
  end: RunEnd,
): MachineOutcome {
  if (end.code === undefined) return own(brought, 'failed', killed(name, ended));
  const report = end.document as { steps?: unknown } | undefined;
  const steps = Array.isArray(report?.steps) ? report.steps : [];
  const error = end.fault ? new UserError(end.fault, end.code) : end.text === undefined ? undefined : new ToldThere(end.text, end.code);
  return {
    ...own(brought, 'failed', error ?? end.code),
    ...(report ? { report: { ...report, steps: [...brought.map(stepDocument), ...steps] } } : {}),
  };
}

/** What a run there said at its end: no fault with a cure, as an interruption. */
class ToldThere extends Error {
  constructor(
    message: string,
    readonly exitCode: number,
  ) {
    super(message);
    this.stack = message;
  }
}

function killed(name: string, ended: Ended | undefined): UserError {
  const how =
    ended?.event === 'lost'
      ? ended.why === 'reboot'
        ? `\`${name}\` was started anew while the run was at work there`
        : `the run on \`${name}\` was killed, and who watched it too`
      : ended?.event === 'ended' && ended.signal
        ? `the run on \`${name}\` was ended by ${ended.signal}${ended.memory ? ': the machine ran out of memory' : ''}`
        : `the run on \`${name}\` ended without a word (exit code ${ended?.event === 'ended' ? ended.code : 'unknown'})`;
  return new UserError({
    code: 'E_RUN_KILLED',
    found: how,
    needed: 'a run that comes to its end',
    fix: 'run the same command again: what is done is left alone',
    ...(ended?.said ? { tail: ended.said } : {}),
  });
}
