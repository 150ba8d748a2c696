import { wrapped } from '../../common/width';
import { sentence } from '../../untrusted/text';
import { cleanLine, stepLines } from './lines';
import { progressText } from './progress-text';
import { isLive, type Reporter, type Screen, widthOf } from './reporter';

/** A log wants to know that it goes on, not each step of it. */
const everyMs = 10_000;

/** A run in plain lines, for a log and for a terminal that cannot be redrawn: what is found is a result, what is being done is not. */
export const plainReporter = (screen: Screen, results: Screen): Reporter => lines(screen, results, false, true);

/**
 * A look in plain lines, each a result as soon as the step is seen; a terminal also says what is being looked at, since
 * some looks take a while.
 */
export const lookReporter = (screen: Screen, results: Screen): Reporter => lines(screen, results, isLive(screen), false);

/** A look whose results are told together by the task: until then a terminal says what is being looked at. */
export const quietLookReporter = (screen: Screen): Reporter =>
  lookReporter(screen, { isTTY: false, columns: 0, env: {}, write: () => undefined });

/** @param moves one line says what is being done, and is written over */
function lines(screen: Screen, results: Screen, moves: boolean, errorFollows: boolean): Reporter {
  const clear = '\r\u001b[K';
  let text = progressText();
  let last = 0;
  const anew = () => {
    text = progressText();
    last = performance.now();
  };
  const say = (line: string) => {
    const width = widthOf(screen);
    screen.write(`${width === undefined ? line : wrapped(line, width)}\n`);
  };
  return {
    begin: () => undefined,
    started({ title }) {
      anew();
      if (moves) screen.write(`${clear}… ${cleanLine(title).slice(0, screen.columns - 3)}`);
    },
    acting({ name }, title) {
      anew();
      say(`→ ${cleanLine(`${name}: ${title}`)}`);
    },
    progress({ name, title }, progress) {
      const now = performance.now();
      const beginning = moves ? `${cleanLine(title)}: ` : `  ${name}: `;
      const line = text(progress, now, moves ? Math.max(10, screen.columns - beginning.length - 3) : undefined);
      if (moves) screen.write(`${clear}${`… ${beginning}${line}`.slice(0, screen.columns - 1)}`);
      else if (progress.atOnce || now - last >= everyMs) {
        last = now;
        say(beginning + line);
      }
    },
    finished(_, report) {
      if (moves) screen.write(clear);
      results.write(`${stepLines(report, { errorFollows, width: widthOf(results) })}\n`);
    },
    note: (line) => say(sentence(line)),
    end: async () => undefined,
  };
}
