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

export interface Screen {
  isTTY: boolean;
  /** Width; 0 where the terminal does not say, as behind some CI runners. */
  columns: number;
  env: Readonly<Record<string, string | undefined>>;
  write(text: string): void;
}

/** Whether the terminal can be redrawn, and a person wants that. */
export function isLive({ isTTY, columns: width, env }: Screen): boolean {
  const set = (name: string) => env[name] !== undefined && env[name] !== '';
  return isTTY && width > 0 && !set('CI') && !set('NO_COLOR') && env.TERM !== 'dumb';
}
