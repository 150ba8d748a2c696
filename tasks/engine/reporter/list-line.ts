import type { ListrTask } from 'listr2';
import { sentence } from '../../untrusted/text';

/** Ends a line of a list that came to no good end; why is in the report already. */
export class Stopped extends Error {}

/** One line of a list, and those below it: it begins when the list comes to it, which may be a moment after the engine did. */
export interface ListLine {
  task: ListrTask;
  change(how: { title?: string; output: string }): void;
  end(failed?: Stopped): void;
}

type Shown = Parameters<ListrTask['task']>[1];

export function lineOf(title: string): ListLine {
  let begin = (_: Shown): void => undefined;
  const begun = new Promise<Shown>((resolve) => {
    begin = resolve;
  });
  let end = (_?: Stopped): void => undefined;
  const ended = new Promise<void>((resolve, reject) => {
    end = (failed) => (failed ? reject(failed) : resolve());
  });
  return {
    task: {
      title: sentence(title, 300),
      rendererOptions: { persistentOutput: true },
      task(_, shown) {
        begin(shown);
        return ended;
      },
    },
    change: (how) => void begun.then((shown) => Object.assign(shown, how)),
    end: (failed) => void begun.then(() => end(failed)),
  };
}
