import type { RecordedStep, RunRecord } from '../engine/records/run-record';
import type { Trained } from '../training/trained';
import { redacted } from '../untrusted/secrets';

/** A step, and when it was looked at. */
export interface SeenStep extends RecordedStep {
  /** ISO 8601, UTC. */
  seenAt: string;
  /** The task whose run left it; absent where the report looked itself. */
  task?: string;
  /** The task that does it. */
  mends: string;
}

/** All that a page tells of one machine. */
export interface MachineReport {
  /** `undefined` for the machine that the report was written on, else the name of the remote. */
  remote: string | undefined;
  /** ISO 8601, UTC. */
  lookedAt: string;
  /** What the verdict is about. */
  steps: SeenStep[];
  /** Of other tasks, as their last runs left them. */
  earlier: SeenStep[];
  /** Newest first. */
  runs: RunRecord[];
  /** Records that could not be read. */
  unreadable: number;
  /** Of this machine: the adapters that are here, and say what they were trained with. */
  trained?: Trained[];
  /** Of a remote: its records were fetched, though there may have been none. */
  isFetched?: boolean;
  /** The task that would be its first run, with `--on` where that reaches it. */
  setUp?: string;
}

/** What the runs left of each step, the newest look that reached it; newest first. */
export function newestSteps(runs: readonly RunRecord[]): SeenStep[] {
  const seen = new Map<string, SeenStep>();
  for (const { task, startedAt, steps } of newestFirst(runs))
    for (const step of steps)
      if (step.state !== 'skipped' && !seen.has(step.name)) seen.set(step.name, { ...step, seenAt: startedAt, task, mends: task });
  return [...seen.values()];
}

/** The machine that the report is written on: looked at just now, the rest from the records of its runs. */
export function thisMachine(
  looked: { at: string; steps: readonly (RecordedStep & { mends: string })[] },
  runs: readonly RunRecord[],
  unreadable: number,
): MachineReport {
  const steps = looked.steps.map((step) => ({ ...step, seenAt: looked.at }));
  const fresh = new Set(steps.map(({ name }) => name));
  const earlier = newestSteps(runs).filter(({ name }) => !fresh.has(name));
  return { remote: undefined, lookedAt: looked.at, steps, earlier, runs: newestFirst(runs), unreadable };
}

/** A remote from the records that were fetched: nobody looks at it now. @returns undefined where they hold no step */
export function remoteMachine(name: string, runs: readonly RunRecord[], unreadable: number): MachineReport | undefined {
  const all = newestSteps(runs);
  const setUp = newestFirst(runs).find(({ task }) => /^setup:/.test(task));
  const own = new Set(setUp?.steps.map((step) => step.name) ?? all.map((step) => step.name));
  const steps = all.filter((step) => own.has(step.name)).map((step) => ({ ...step, mends: setUp?.task ?? step.mends }));
  const [newest] = newestFirst(runs);
  if (!newest || steps.length === 0) return undefined;
  // In the order of the set-up, not of the looks.
  const order = [...own];
  steps.sort((one, other) => order.indexOf(one.name) - order.indexOf(other.name));
  return {
    remote: name,
    lookedAt: newest.startedAt,
    steps,
    earlier: all.filter((step) => !own.has(step.name)),
    runs: newestFirst(runs),
    unreadable,
  };
}

/** A remote that there is no run of: its records were fetched and there were none, or nobody fetched them. */
export const emptyRemote = (name: string, about: Pick<MachineReport, 'isFetched' | 'unreadable' | 'setUp'>): MachineReport => ({
  remote: name,
  lookedAt: '',
  steps: [],
  earlier: [],
  runs: [],
  ...about,
});

/** A machine without secrets: each text of it, however deep. A record may be older than a token, or of another machine. */
export function cleanMachine(machine: MachineReport): MachineReport {
  const clean = (value: unknown): unknown => {
    if (typeof value === 'string') return redacted(value);
    if (Array.isArray(value)) return value.map(clean);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [redacted(name), clean(inner)]));
  };
  return clean(machine) as MachineReport;
}

const newestFirst = (runs: readonly RunRecord[]): RunRecord[] =>
  [...runs].sort((one, other) => (one.startedAt < other.startedAt ? 1 : one.startedAt > other.startedAt ? -1 : 0));
