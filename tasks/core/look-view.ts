import { sentence } from '../untrusted/text';
import { progressText } from './rate';
import { isLive, progressLine, type Screen, stepLines } from './render';
import type { StepReport } from './report';
import type { Progress, Step } from './step';

/** Follows the steps of a look, one after another. */
export interface LookView {
  looking(step: Step): void;
  progress(step: Step, progress: Progress): void;
  seen(report: StepReport): void;
}

export const unwatched: LookView = { looking: () => undefined, progress: () => undefined, seen: () => undefined };

/** Each finding is a result as soon as it is there; a terminal also says what is being looked at, since some looks take a while. */
export function lookView(screen: Screen, result: (text: string) => void): LookView {
  const clear = isLive(screen) ? '\r\u001b[K' : undefined;
  let text = progressText();
  let last = 0;
  return {
    looking: ({ title }) => {
      text = progressText();
      last = performance.now();
      if (clear) screen.write(`${clear}… ${sentence(title, 300)}`);
    },
    progress({ name, title }, progress) {
      const now = performance.now();
      const line = text(progress, now);
      if (clear) screen.write(`${clear}… ${progressLine(`${title}: ${line}`)}`);
      // A log wants to know that it goes on, not each step of it.
      else if (now - last > 10_000) {
        last = now;
        screen.write(`  ${progressLine(`${name}: ${line}`)}\n`);
      }
    },
    seen(report) {
      if (clear) screen.write(clear);
      result(stepLines(report));
    },
  };
}
