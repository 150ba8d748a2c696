import { duration } from '../../common/format';
import { sentence } from '../../untrusted/text';
import { progressLine, stepLines } from './lines';
import { progressText } from './progress-text';
import { isLive, type Reporter, type Screen } from './reporter';

/** A log wants to know that it goes on, not each step of it. */
const everyMs = 10_000;

/** A run in plain lines: for a log, and for a terminal that cannot be redrawn. */
export const plainReporter = (screen: Screen): Reporter => lines(screen, (text) => screen.write(`${text}\n`), undefined, true);

/**
 * A look in plain lines, each a result as soon as the step is seen; a terminal also says what is being looked at, since
 * some looks take a while.
 * @param result prints a result, on stdout
 */
export const lookReporter = (screen: Screen, result: (text: string) => void): Reporter =>
  lines(screen, result, isLive(screen) ? '\r\u001b[K' : undefined, false);

/** @param clear clears the line that says what is being done, where there is one */
function lines(screen: Screen, print: (text: string) => void, clear: string | undefined, errorFollows: boolean): Reporter {
  let text = progressText();
  let last = 0;
  const anew = () => {
    text = progressText();
    last = performance.now();
  };
  return {
    begin: () => undefined,
    started({ title }) {
      anew();
      if (clear) screen.write(`${clear}… ${sentence(title, 300)}`);
    },
    acting({ name }, title) {
      anew();
      screen.write(`→ ${sentence(`${name}: ${title}`, 700)}\n`);
    },
    progress({ name, title }, progress) {
      const now = performance.now();
      const line = text(progress, now);
      if (clear) screen.write(`${clear}… ${progressLine(`${title}: ${line}`)}`);
      else if (progress.atOnce || now - last >= everyMs) {
        last = now;
        screen.write(`  ${progressLine(`${name}: ${line}`)}\n`);
      }
    },
    finished(_, report) {
      if (clear) screen.write(clear);
      const [first = '', ...rest] = stepLines(report, errorFollows).split('\n');
      // What would be done takes no time.
      const time = report.actions.length > 0 && report.state !== 'todo' ? ` [${duration(report.durationMs)}]` : '';
      print([first + time, ...rest].join('\n'));
    },
    note: (line) => screen.write(`${sentence(line)}\n`),
    end: async () => undefined,
  };
}
