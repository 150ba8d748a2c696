import { isLive, type Screen, stepLines } from './render';
import type { StepReport } from './report';
import type { Step } from './step';

/** Follows the steps of a look, one after another. */
export interface LookView {
  looking(step: Step): void;
  seen(report: StepReport): void;
}

export const unwatched: LookView = { looking: () => undefined, seen: () => undefined };

/** Each finding is a result as soon as it is there; a terminal also says what is being looked at, since some looks take a while. */
export function lookView(screen: Screen, result: (text: string) => void): LookView {
  const clear = isLive(screen) ? '\r\u001b[K' : undefined;
  return {
    looking: ({ title }) => {
      if (clear) screen.write(`${clear}… ${title}`);
    },
    seen(report) {
      if (clear) screen.write(clear);
      result(stepLines(report));
    },
  };
}
