import type { Context } from './context';

/** What a look at the machine found. `unknown` could not be checked and never counts as done. */
export type Finding = (
  | { state: 'done'; found: string; warning?: string }
  | { state: 'todo'; found: string; changed?: string[]; code?: string; fix?: string }
  | { state: 'blocked'; found: string; code: string; needed: string; fix: string }
  | { state: 'unknown'; found: string }
) & {
  table?: Table;
  /** The last lines of the command that failed. */
  tail?: string;
  /** Further fields of this step in `--json`, for example a list of files. */
  data?: Readonly<Record<string, unknown>>;
};

/** A person must act first. */
export type Blocked = Extract<Finding, { state: 'blocked' }>;

/** Rows that a person reads under the finding; the first is the heading. */
export type Table = string[][];

/** `quick` may trust proofs that were written after an expensive look; `full` looks at everything. */
export type Depth = 'quick' | 'full';

/** How far an action is: bytes where they are known, else a count, else words. */
export interface Progress {
  /** What is being done, in a few words. */
  text?: string;
  /** Names of files or packages: shown where there is room for them. */
  names?: string;
  doneBytes?: number;
  totalBytes?: number;
  /** How many of how many, and of what: `package`. */
  count?: { done: number; total: number; noun: string };
  /** Told at once in a log too, which is else told now and then that it goes on. */
  atOnce?: boolean;
}

export interface Action<Seen = unknown> {
  /** An imperative sentence: it is what `--plan` prints. */
  title: string;
  /**
   * Idempotent: safe to run again after it was killed at any moment.
   * @param seen what the look saw that this action was planned by
   */
  run(context: Context, progress: (progress: Progress) => void, seen?: Seen): Promise<void>;
}

/** A finding with what was seen on the way to it: for the step's own `plan` and actions, and shown to nobody. */
export type Look<Seen> = Finding & { seen?: Seen };

/**
 * One thing that is either as it should be or not, how to see it, and how to get there. A run looks once before a step's
 * actions and once after them; what a look saw goes on to them as `seen`, so that nothing is looked for twice.
 */
export interface Step<Seen = unknown> {
  name: string;
  title: string;
  /**
   * A look: never writes. `tell` is for one that takes a while.
   * @param before what was seen before the step's actions, in the look after them alone
   */
  check(context: Context, depth: Depth, tell?: (progress: Progress) => void, before?: Seen): Promise<Look<Seen>>;
  /**
   * What would fix a `todo`, without doing it. Absent where a step only looks.
   * @param seen what the look saw; `undefined` where it told nothing, or failed
   */
  plan?(context: Context, seen?: Seen): Promise<Action<Seen>[]>;
  /**
   * Files that its actions copy into the project, each by its absolute path with the one that it is a copy of. Until the
   * actions have run, quick looks at the steps behind read them as if they were there: so a plan judges as the run will.
   */
  brings?(context: Context, seen?: Seen): ReadonlyMap<string, string>;
}
