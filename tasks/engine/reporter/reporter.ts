import type { StepReport } from '../report';
import type { Progress, Step } from '../step';

/** What is shown of a step: it may be one of a run on another machine. */
export type ShownStep = Pick<Step, 'name' | 'title'>;

/** Follows the steps of a run or of a look. It shows what it is told, and decides nothing: the engine (run.ts) does. */
export interface Reporter {
  /** Told first: all steps that there are, those too that may not be reached. */
  begin(steps: readonly ShownStep[]): void;
  /** The step's turn has come. */
  started(step: ShownStep): void;
  /** One of its actions begins. */
  acting(step: ShownStep, title: string): void;
  progress(step: ShownStep, progress: Progress): void;
  finished(step: ShownStep, report: StepReport): void;
  /** One line that belongs to no step. */
  note(text: string): void;
  /** Told last, whether all steps were reached or not. @returns when the screen is as it will stay */
  end(): Promise<void>;
}

export const silent: Reporter = {
  begin: () => undefined,
  started: () => undefined,
  acting: () => undefined,
  progress: () => undefined,
  finished: () => undefined,
  note: () => undefined,
  end: async () => undefined,
};

/** Where text goes: a terminal, a file or a program. Progress has one of its own, and so have results. */
export interface Screen {
  isTTY: boolean;
  /** Width at this moment; 0 where the terminal does not say, as behind some CI runners. */
  readonly columns: number;
  env: Readonly<Record<string, string | undefined>>;
  /** Writes text as it is, in colours where this screen shows them. */
  write(text: string): void;
}

/** How wide a line may be; `undefined` where nothing bounds it: lines of a file are not broken. */
export const widthOf = ({ isTTY, columns }: Screen): number | undefined => (isTTY && columns > 0 ? columns : undefined);

const isSet = (env: Screen['env'], name: string): boolean => env[name] !== undefined && env[name] !== '';

/** Whether the terminal can be redrawn, and a person wants that. */
export function isLive(screen: Screen): boolean {
  return widthOf(screen) !== undefined && !isSet(screen.env, 'CI') && screen.env.TERM !== 'dumb';
}

/** Whether there are colours: not where `NO_COLOR` is set (no-color.org), always where `FORCE_COLOR` is (force-color.org), else at a terminal. */
export function hasColours({ isTTY, env }: Pick<Screen, 'isTTY' | 'env'>): boolean {
  if (isSet(env, 'NO_COLOR')) return false;
  if (isSet(env, 'FORCE_COLOR')) return !['0', 'false'].includes(env.FORCE_COLOR ?? '');
  return isTTY && env.TERM !== 'dumb';
}
