/**
 * What the two sides say to each other, a JSON object a line. This side asks with one line; the machine answers with one,
 * behind which follow the events of the run, byte by byte as they lie in its file, with an empty line now and then where there
 * is nothing to tell. `docs/MACHINES.md` has the format.
 */
export const protocolVersion = 1;

/** Milliseconds between two signs of life of a machine that has nothing to tell. */
export const heartbeatMs = 4000;

/** A run that is to be started. */
export interface StartRequest {
  task: string;
  /** The command for a person, without secrets. */
  shown: string;
  /** Equal for two runs of the same command. */
  key: string;
  /** Which machine and project asks. */
  from: string;
  /** It only looks: what one that has ended saw is no answer. */
  isLook: boolean;
  /** The program and its arguments. */
  command: readonly string[];
  /** Variables of this run alone; they lie on no disk. */
  environment: Readonly<Record<string, string>>;
}

export interface Request {
  version: number;
  /** Of the run to follow, or of the one that is made where `start` is there and no run has it. */
  id: string;
  /** How many bytes of its events are known. */
  offset: number;
  start?: StartRequest;
  /** Answer, and do not follow. */
  detach?: boolean;
  /** A line `told` comes when all has arrived; else what was sent counts as that. */
  acknowledged: boolean;
}

export type Answer = { 'just-lora': 'run'; version: number } & (
  | { answer: 'following'; id: string; since: string; from: string; isNew: boolean }
  /** Another command is at work. */
  | { answer: 'busy'; id: string; since: string; from: string; shown: string }
  /** There is no such run, and none was to be started. */
  | { answer: 'gone' }
  | { answer: 'failed'; text: string }
);

/** How a run ended, behind its own events: by who watched it, or where nobody did, by who looks for it. */
export type Ended =
  /** `said`: the last lines that it wrote past its events. `memory`: the machine ran out of it meanwhile. */
  | { event: 'ended'; code: number | null; signal: string | null; said: string; memory: boolean }
  | { event: 'lost'; why: 'reboot' | 'killed'; said: string };
