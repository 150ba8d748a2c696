import { oneLine } from '../untrusted/text';

/** Where a job stands, as squeue(1) says it. */
export interface QueuedJob {
  id: string;
  /** `PENDING`, `RUNNING`, … */
  state: string;
  /** Why it waits: `Resources`, `Priority`, … */
  reason: string;
  /** Where it runs; empty before. */
  nodes: string;
  /** The node that it asks for by name; empty where any will do. */
  wants: string;
}

/** The format of {@link parseQueue}: fields that no blank of a reason can break. */
export const queueFormat = '%i|%T|%N|%n|%r';

/** @param text lines of {@link queueFormat}; others are left out */
export const parseQueue = (text: string): QueuedJob[] =>
  text.split('\n').flatMap((line) => {
    const [, id = '', state = '', nodes = '', wants = '', reason = ''] =
      /^(\d+)\|([A-Z_]+)\|([^|]*)\|([^|]*)\|(.*)$/.exec(line.trim()) ?? [];
    return id ? [{ id, state, nodes: oneLine(nodes, 200), wants, reason: oneLine(reason, 200) }] : [];
  });

/** What keeps a job waiting for ever, or for somebody: squeue(1), "JOB REASON CODES". */
const meanings: readonly (readonly [reason: RegExp, means: string])[] = [
  [/^Resources$/, 'it is next, and waits for a free node'],
  [/^Priority$/, 'others are before it'],
  [/ReqNodeNotAvail|NodeDown/, 'the node is down, drained or reserved'],
  [/Nodes_required_for_job_are_DOWN|DRAINED/i, 'the nodes are down or drained'],
  [/PartitionDown|PartitionInactive/, 'the partition is closed: an administrator opens it'],
  // What has run counts, and not what runs.
  [/^(?:QOS|Assoc)Grp(?!\w*RunMin)\w*(?:Min|WallLimit)/, 'the budget of your account or QOS is used up: it waits until there is a new one'],
  [/^QOS|^Assoc|^Max\w+PerAccount$/, 'a limit of your account or QOS: it waits for your other jobs'],
  [/held/i, 'it is held: `scontrol release` there lets it go'],
  [/^Licenses$/, 'it waits for a licence'],
  [/^Reservation$/, 'its reservation has not begun'],
  [/BeginTime/, 'its time has not come'],
  [/Dependency/, 'it waits for another job'],
];

/** A job that waits, for a person: state and reason in Slurm's words, and what that means. */
export function waitText({ id, state, reason }: QueuedJob): string {
  const means = meanings.find(([pattern]) => pattern.test(reason))?.[1];
  return `job ${id} waits: ${state} (${reason})${means ? `, ${means}` : ''}`;
}
