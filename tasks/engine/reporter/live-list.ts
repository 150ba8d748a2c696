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
import { ListScreen } from './list-screen';
import { painted } from './paint';
import { hasColours, type Screen, widthOf } from './reporter';
import { shortened } from './shortened';

interface ListOptions {
  /** How many of them are at work at once; one after the other where it is left out, up to the first that fails. */
  atOnce?: number;
  /** They stay within the height of the terminal, and go when the list ends. */
  isShort?: boolean;
}

/** A list of listr2 on stderr. Its own renderer takes the width and the colours of stdout, which may be a file. */
export function listOf(tasks: ListrTask[], screen: Screen, { atOnce, isShort = false }: ListOptions = {}): Listr {
  const paint = hasColours(screen) ? painted : (text: string) => text;
  const drawing = new ListScreen(process.stderr);
  /** The last column stays free. */
  const fitted = (text: string): string => {
    const [lines, width] = [text.split('\n'), Math.max(20, widthOf(screen) ?? 80) - 1];
    return paint((isShort ? shortened(lines, width, process.stderr.rows ?? 24) : lines.map((line) => wrapped(line, width))).join('\n'));
  };
  class OnScreen extends DefaultRenderer {
    // It is asked whether stdout is a terminal, and that is not where it writes.
    static override nonTTY = true;

    /** As they are: the width is that of the moment in which they are drawn, also for what has ended and is kept. */
    protected override format(message: string, icon: string, level: number): string[] {
      const lines = (icon && level === 0 ? `${icon} ${message}` : message).split('\n');
      return lines.flatMap((line) => (line.trim() === '' ? [] : [`${'    '.repeat(level)}${line}`]));
    }

    /** What listr2 draws with breaks each line anew, in ten times the time; here each fits. */
    override update(): void {
      const text = this.create();
      drawing.draw(() => fitted(text));
    }

    override create(options?: Parameters<DefaultRenderer['create']>[0]): string {
      const text = super.create(options);
      // Asked for by the end: what stays.
      return options?.prompt === false ? fitted(text) : text;
    }
  }
  const same = (text = '') => text;
  const color = Object.fromEntries(Object.values(ListrDefaultRendererLogLevels).map((level) => [level, same]));
  return new Listr(tasks, {
    registerSignalListeners: false,
    ...(atOnce === undefined ? {} : { concurrent: atOnce, exitOnError: false }),
    renderer: OnScreen as unknown as ListrRendererFactory,
    rendererOptions: {
      collapseErrors: false,
      showErrorMessage: false,
      clearOutput: isShort,
      color,
      logger: new ListrLogger({ useIcons: true, toStderr: [], processOutput: new OnStderr(drawing) }),
    },
  });
}

/**
 * What stays of the list goes to stderr. What others write to the terminal meanwhile stands above the list at once: listr2
 * keeps it until the end.
 */
class OnStderr extends ProcessOutput {
  readonly #drawing: ListScreen;

  constructor(drawing: ListScreen) {
    super(process.stderr, process.stdout);
    this.#drawing = drawing;
  }

  /** Where listr2 would draw. */
  override get stdout(): NodeJS.WriteStream {
    return Object.create(process.stderr, { write: { value: () => true } });
  }

  override hijack(): void {
    this.active = true;
    this.#drawing.begin([process.stderr, process.stdout]);
  }

  override release(): void {
    this.active = false;
    // Of a list that goes when it ends.
    this.#drawing.stay('');
    this.#drawing.end();
  }

  override toStdout(text: string): boolean {
    this.#drawing.stay(text);
    return true;
  }
}
