import { displayWidth, padTo } from '../../common/width';
import { notOurs } from '../../untrusted/text';
import { cleanLine } from './lines';
import { lineOf, Stopped } from './list-line';
import { progressText } from './progress-text';
import { type Reporter, type Screen, silent } from './reporter';

/** A list leaves the last column free, and has how far a run is below its line. */
const beside = 5;

/** Runs that are at work at once, each a line of one list: which of its steps it is at, what that does, and below it how far. */
export interface SideBySide {
  /** Follows a run, or what comes before it, in the line of its name. */
  reporterOf(name: string): Reporter;
  /** @param how it ended, in the words of its line */
  ended(name: string, how: string, isRight: boolean): void;
  /** @returns when the list is gone */
  end(): Promise<void>;
}

/** @param atOnce how many of them are at work at once */
export function sideBySide(names: readonly string[], atOnce: number, screen: Screen): SideBySide {
  const { listOf } = require('./live-list') as typeof import('./live-list');
  const width = names.reduce((most, name) => Math.max(most, displayWidth(notOurs(name))), 0);
  const named = (name: string, words: string) => cleanLine(`${padTo(notOurs(name), width)}  ${words}`);
  const lines = new Map(names.map((name) => [name, lineOf(named(name, ''))]));
  const list = listOf(
    [...lines.values()].map(({ task }) => task),
    screen,
    { atOnce, isShort: true },
  ).run();
  return {
    reporterOf(name) {
      const line = lines.get(name);
      let [total, at] = [0, 0];
      let text = progressText();
      line?.change({ title: named(name, 'looking'), output: '' });
      const say = (words: string) => {
        text = progressText();
        line?.change({ title: named(name, `${at} of ${total}  ${words}`), output: '' });
      };
      return {
        ...silent,
        begin(steps) {
          [total, at] = [steps.length, 0];
        },
        started({ title }) {
          at++;
          say(title);
        },
        acting: (step, title) => say(`${step.name}: ${title}`),
        progress: (_, progress) => line?.change({ output: text(progress, performance.now(), Math.max(10, screen.columns - beside)) }),
      };
    },
    ended(name, how, isRight) {
      const line = lines.get(name);
      line?.change({ title: named(name, how), output: '' });
      line?.end(isRight ? undefined : new Stopped(how));
      lines.delete(name);
    },
    async end() {
      for (const line of lines.values()) line.end(new Stopped('not finished'));
      await list;
    },
  };
}
