import type { Context } from './context';

/** What a look at the machine found. `unknown` could not be looked at and never counts as done. */
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

/** How far an action is. Bytes where they are known, else a count, else a line of text. */
export interface Progress {
  text?: string;
  doneBytes?: number;
  totalBytes?: number;
  /** Told at once in a log too, which is else told now and then that it goes on. */
  atOnce?: boolean;
}

export interface Action {
  /** An imperative sentence: it is what `--plan` prints. */
  title: string;
  /** Idempotent: safe to run again after it was killed at any moment. */
  run(context: Context, progress: (progress: Progress) => void): Promise<void>;
}

/** One thing that is either as it should be or not, how to see it, and how to get there. */
export interface Step {
  name: string;
  title: string;
  /** A look: never writes. `tell` is for one that takes a while. */
  check(context: Context, depth: Depth, tell?: (progress: Progress) => void): Promise<Finding>;
  /** What would mend a `todo`, without doing it. Absent where a step only looks. */
  plan?(context: Context): Promise<Action[]>;
}
