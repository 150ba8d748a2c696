import type { Environment } from '../common/environment';
import type { Context } from './context';
import type { RunResult } from './run';
import type { Depth, Step } from './step';

/** An option of a task's own. */
export interface OptionDefinition {
  /** Without dashes. */
  name: string;
  /** Other forms, with their dashes: `-h`. */
  also?: readonly string[];
  description: string;
  /** What a value is called in the help; absent for a switch. `[step]` may be left out. */
  value?: string;
  default?: string;
}

/** All that a task is: what it is called, what it is about, and its steps. */
export interface TaskDefinition {
  /** The name it is meant to be registered under, as in `npx just NAME`. */
  name: string;
  /** One line, no final period: what `npx just` lists. */
  description: string;
  /** One or two sentences more, for `--help`. */
  details: string;
  example: string;
  /** The steps in their order; a function where they depend on settings or options. */
  items: readonly Step[] | ((context: Context) => readonly Step[]);
  options?: readonly OptionDefinition[];
  /** The environment that the task is about where no `--env` names one; `training`: remote on a machine that trains, else local. */
  environment?: Environment | 'training';
  depth?: Depth;
  /** It is about a machine: with `--on` it runs on another one, and is shown here. */
  onMachines?: boolean;
  /** The task only looks: it never acts, and exits 1 or 3 like `--check`; a function where that depends on its options. */
  readOnly?: boolean | ((has: (option: string) => boolean) => boolean);
  /** It makes room: it runs on a disk that is full too, where no lock can be written. */
  freesSpace?: boolean;
  /** Its runs are no news about the machine: they leave no record. */
  skipRecord?: boolean;
  /** It goes on though settings are wrong, with those that are right: `context.settingsFault` says what is. */
  allowInvalidSettings?: boolean;
  /**
   * What a look prints on stdout when all is seen; absent for a line for each step, as it is seen, and a verdict.
   * @param width of the terminal; `undefined` where stdout is none, and lines are not broken
   */
  renderResult?(context: Context, ran: RunResult, width?: number): string;
  /** Printed on stdout at the end of a run that went well; nothing where it is empty. */
  summary?(context: Context, ran: RunResult, width?: number): string | Promise<string>;
  /** What comes next where all is well, by what is there: the last line on stdout, behind `next: `. */
  nextStep?(context: Context, ran: RunResult): string | undefined;
  /** After `--plan`: keeps what was planned, and may add fields to it. @returns the last line that is printed */
  afterPlan?(context: Context, ran: RunResult, seen: SeenBy): Promise<string | undefined>;
}

/** What the look of a step saw, by the step's name. */
export type SeenBy = (step: string) => unknown;
