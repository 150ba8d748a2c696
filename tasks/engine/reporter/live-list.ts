import {
  DefaultRenderer,
  Listr,
  ListrDefaultRendererLogLevels,
  ListrLogger,
  type ListrRendererFactory,
  type ListrTask,
  ProcessOutput,
} from 'listr2';
import { wrapped } from '../../common/width';
import { painted } from './paint';
import { hasColours, type Screen, widthOf } from './reporter';

/** A list of listr2 on stderr. Its own renderer takes the width and the colours of stdout, which may be a file. */
export function listOf(tasks: ListrTask[], screen: Screen): Listr {
  const paint = hasColours(screen) ? painted : (text: string) => text;
  class OnScreen extends DefaultRenderer {
    // It is asked whether stdout is a terminal, and that is not where it writes.
    static override nonTTY = true;

    /** Whole, in lines that fit. What moves is cut to one line before it comes here. */
    protected override format(message: string, icon: string, level: number): string[] {
      const indent = '    '.repeat(level);
      const width = Math.max(20, (widthOf(screen) ?? 80) - indent.length - 1);
      const text = wrapped(icon && level === 0 ? `${icon} ${message}` : message, width);
      return text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [indent + paint(line)]));
    }
  }
  const same = (text = '') => text;
  const color = Object.fromEntries(Object.values(ListrDefaultRendererLogLevels).map((level) => [level, same]));
  return new Listr(tasks, {
    registerSignalListeners: false,
    renderer: OnScreen as unknown as ListrRendererFactory,
    rendererOptions: {
      collapseErrors: false,
      showErrorMessage: false,
      color,
      logger: new ListrLogger({ useIcons: true, toStderr: [], processOutput: new OnStderr(process.stderr, process.stdout) }),
    },
  });
}

/** What the list writes goes to stderr, with the size that the terminal has now: listr2 takes that of the beginning. */
class OnStderr extends ProcessOutput {
  override get stdout(): NodeJS.WriteStream {
    const write = (text: string) => this.toStdout(text, false);
    return Object.create(process.stderr, { write: { value: write } });
  }
}
