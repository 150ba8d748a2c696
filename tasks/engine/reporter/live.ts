import { wrapped } from '../../common/width';
import { sentence } from '../../untrusted/text';
import { cleanLine, stepLines } from './lines';
import { type ListLine, lineOf, Stopped } from './list-line';
import { progressText } from './progress-text';
import type { Reporter, Screen, ShownStep } from './reporter';

/** A list leaves the last column free, and has a step's output below its title. */
const beside = 5;

/**
 * A run as a list that is redrawn: the steps that are done, the one at work with how far it is, and those to come.
 * @param results where what is found goes besides, unless it is the same terminal
 */
export function liveReporter(screen: Screen, results: Screen): Reporter {
  const lines = new Map<ShownStep, ListLine>();
  let list: Promise<void> = Promise.resolve();
  let text = progressText();
  return {
    begin(steps) {
      const { listOf } = require('./live-list') as typeof import('./live-list');
      for (const step of steps) lines.set(step, lineOf(step.title));
      const shown = listOf(
        [...lines.values()].map(({ task }) => task),
        screen,
      );
      list = shown.run().then(
        () => undefined,
        (error: unknown) => {
          if (!(error instanceof Stopped)) throw error;
        },
      );
    },
    started: () => undefined,
    acting(step, title) {
      text = progressText();
      lines.get(step)?.change({ title: cleanLine(`${step.title}: ${title}`), output: '' });
    },
    progress: (step, progress) =>
      lines.get(step)?.change({ output: text(progress, performance.now(), Math.max(10, screen.columns - beside)) }),
    finished(step, report) {
      if (!results.isTTY) results.write(`${stepLines(report, { errorFollows: true })}\n`);
      const isTold = report.state === 'failed' || report.state === 'blocked';
      // What stopped it is told below the list, once and whole.
      const shown = isTold ? { ...report, found: report.state } : report;
      const [title = '', ...rest] = stepLines(shown, { errorFollows: true, tableWidth: screen.columns - 2 })
        .slice(2)
        .split('\n');
      const line = lines.get(step);
      line?.change({ title, output: rest.map((each) => each.replace(/^ {4}/, '')).join('\n') });
      line?.end(isTold ? new Stopped(title) : undefined);
      lines.delete(step);
    },
    note: (line) => screen.write(`${wrapped(sentence(line), screen.columns)}\n`),
    end() {
      // The one at work is not finished where the run was interrupted; those behind it have not begun.
      for (const line of lines.values()) line.end(new Stopped('not finished'));
      return list;
    },
  };
}
