import type { Fault } from '../../common/errors';
import type { RunEvent } from '../../engine/reporter/events';
import type { Reporter, ShownStep } from '../../engine/reporter/reporter';

/** What a run there left for the end: its document, why it did not go well, and its exit code. */
export interface RunEnd {
  document: object | undefined;
  fault: Fault | undefined;
  /** Why it did not go well, where that is nobody's fault. */
  text: string | undefined;
  code: number | undefined;
}

/** Shows the events of a run as a run here would show itself, each when the one before is shown. */
export interface ShownRun {
  event(event: RunEvent): void;
  /** @returns when all is shown: also what a run that was cut off had begun */
  end(): Promise<RunEnd>;
}

/** @param result prints what belongs on stdout */
export function shownRun(reporter: Reporter, result: (text: string) => void): ShownRun {
  const left: RunEnd = { document: undefined, fault: undefined, text: undefined, code: undefined };
  let steps: readonly ShownStep[] = [];
  let isOpen = false;
  let shown: Promise<void> = Promise.resolve();
  const step = (at: number, show: (step: ShownStep) => void) => {
    const found = steps[at];
    if (found && isOpen) show(found);
  };
  const close = async () => {
    if (isOpen) await reporter.end();
    isOpen = false;
  };
  const show = async (event: RunEvent): Promise<void> => {
    switch (event.event) {
      case 'begin':
        await close();
        steps = event.steps;
        isOpen = true;
        return reporter.begin(steps);
      case 'started':
        return step(event.step, (each) => reporter.started(each));
      case 'acting':
        return step(event.step, (each) => reporter.acting(each, event.title));
      case 'progress':
        return step(event.step, (each) => reporter.progress(each, event.progress));
      case 'finished':
        return step(event.step, (each) => reporter.finished(each, event.report));
      case 'note':
        return reporter.note(event.text);
      case 'end':
        return close();
      case 'result':
        return result(event.text);
      case 'document':
        left.document = event.document;
        return;
      case 'error':
        Object.assign(left, { fault: event.fault, text: event.text });
        return;
      case 'exit':
        left.code = event.code;
    }
  };
  return {
    event(event) {
      shown = shown.then(() => show(event));
    },
    async end() {
      await shown;
      await close();
      return left;
    },
  };
}
