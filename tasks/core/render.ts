import type { ListrTask } from 'listr2';
import { sentence } from '../untrusted/text';
import { outgoingStep, quoted } from './outgoing';
import type { Listener } from './perform';
import { progressText } from './rate';
import type { StepReport } from './report';
import type { Step } from './step';
import { columns, duration } from './text';

/** Does a step, and tells how it goes. */
export type Work = (step: Step, tell: Listener) => Promise<StepReport>;

/** Shows the steps of one run. Stops after a step that failed or is blocked. */
export interface View {
  play(items: readonly Step[], work: Work): Promise<void>;
  /** One line. */
  note(text: string): void;
}

export interface Screen {
  isTTY: boolean;
  /** Width; 0 where the terminal does not say, as behind some CI runners. */
  columns: number;
  env: Readonly<Record<string, string | undefined>>;
  write(text: string): void;
}

/** A live view needs a terminal that can be redrawn, and a person who wants it. */
export function isLive({ isTTY, columns: width, env }: Screen): boolean {
  const set = (name: string) => env[name] !== undefined && env[name] !== '';
  return isTTY && width > 0 && !set('CI') && !set('NO_COLOR') && env.TERM !== 'dumb';
}

export function viewFor(screen: Screen, verbose: boolean): View {
  // A live view would be torn by the lines of the commands.
  return isLive(screen) && !verbose ? liveView(screen) : plainView(screen);
}

const marks: Record<StepReport['state'], string> = { done: '✔', todo: '○', blocked: '✖', unknown: '?', failed: '✖', skipped: '-' };

/** One step as one line, its warning, what a program said and its table under it. */
export function stepLines(raw: StepReport): string {
  const report = outgoingStep(raw);
  const lines = [`${marks[report.state]} ${oneLine(report)}`];
  if (report.changed?.length) lines.push(`    because: ${report.changed.join(', ')}`);
  if (report.state === 'todo') for (const { title } of report.actions) lines.push(`    will ${title}`);
  if (report.warning) lines.push(`    warning: ${report.warning}`);
  if ((report.state === 'todo' || report.state === 'blocked') && report.fix)
    lines.push(`    fix: ${report.fix.replaceAll('\n', '\n         ')}`);
  // Of a step that failed the error tells it, which is printed last.
  if (report.tail && report.state !== 'failed') lines.push(...quoted(report.tail, '    '));
  if (report.table) lines.push(columns(report.table, '    '));
  return lines.join('\n');
}

/** How far a step is, in which names of files and words of programs stand. */
export const progressLine = (text: string): string => sentence(text, 300);

const oneLine = ({ name, found, code }: StepReport): string => `${name} — ${found}${code ? ` (${code})` : ''}`;

function plainView(screen: Screen): View {
  const one = async (step: Step, work: Work) => {
    let begun = 0;
    let text = (_: object, __: number) => '';
    let last = 0;
    const report = await work(step, {
      action(title) {
        begun = performance.now();
        text = progressText();
        screen.write(`→ ${sentence(`${step.name}: ${title}`, 700)}\n`);
      },
      progress(progress) {
        // A log wants to know that it goes on, not each step of it.
        const now = performance.now();
        if (!progress.atOnce && now - Math.max(last, begun) < 10_000) return;
        last = now;
        screen.write(`  ${progressLine(`${step.name}: ${text(progress, now)}`)}\n`);
      },
    });
    const time = report.actions.length > 0 ? ` [${duration(report.durationMs)}]` : '';
    screen.write(`${stepLines(report).replace('\n', `${time}\n`)}${stepLines(report).includes('\n') ? '' : time}\n`);
    return report;
  };
  return {
    note: (text) => screen.write(`${sentence(text)}\n`),
    async play(items, work) {
      for (const item of items) {
        if (stops(await one(item, work))) return;
      }
    },
  };
}

function liveView(screen: Screen): View {
  return {
    note: (text) => screen.write(`${sentence(text)}\n`),
    async play(items, work) {
      const { Listr: Run } = require('listr2') as typeof import('listr2');
      await new Run(
        items.map((item) => taskOf(item, work)),
        {
          registerSignalListeners: false,
          rendererOptions: { collapseErrors: false, showErrorMessage: false, formatOutput: 'truncate' },
        },
      )
        .run()
        .catch((error: unknown) => {
          if (!(error instanceof Stopped)) throw error;
        });
    },
  };
}

/** Ends a Listr; why is in the report already. */
class Stopped extends Error {}

function taskOf(step: Step, work: Work): ListrTask {
  return {
    title: sentence(step.title, 300),
    rendererOptions: { persistentOutput: true },
    async task(_, task) {
      let text = (_: object, __: number) => '';
      const report = await work(step, {
        action(title) {
          task.title = sentence(`${step.title}: ${title}`, 700);
          task.output = '';
          text = progressText();
        },
        progress(progress) {
          task.output = progressLine(text(progress, performance.now()));
        },
      });
      const [first = '', ...rest] = stepLines(report).slice(2).split('\n');
      task.title = first;
      task.output = rest.join('\n');
      if (stops(report)) throw new Stopped(first);
    },
  };
}

const stops = ({ state }: StepReport): boolean => state === 'failed' || state === 'blocked';
