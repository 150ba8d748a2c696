import { duration } from '../../common/format';
import { wrapped } from '../../common/width';
import { isLive, type Reporter, type Screen, silent, widthOf } from '../../engine/reporter/reporter';
import type { SideBySide } from '../../engine/reporter/side-by-side';
import type { TaskDefinition } from '../../engine/task-definition';
import type { MachineView } from '../../machines/on';
import type { MachineOutcome } from '../../machines/outcome';
import { notOurs, sentence } from '../../untrusted/text';
import type { Options } from '../options';
import { progressScreen, result, results } from '../output';
import { reporterFor } from '../reporter-for';
import { errorText } from './error-text';

/** How the machines of one command are shown. */
export interface MachineViews {
  /** A machine's own, when its turn comes. */
  of(name: string): MachineView & {
    /** Of its results; `undefined` where nothing bounds them. */
    width?: number | undefined;
    /** Its outcome is known; told before the next one's turn. */
    ended(outcome: MachineOutcome): void;
  };
  /** @returns when the screen is as it will stay */
  end(): Promise<void>;
}

/** One machine is shown as this one would be; several in one list at a terminal, else in lines that begin with their names. */
export function machineViews(names: readonly string[], atOnce: number, options: Options, definition: TaskDefinition): MachineViews {
  if (names.length === 1)
    return { of: () => ({ ...viewOf(options, definition, progressScreen), width: widthOf(results), ended: () => undefined }), end };
  if (!isLive(progressScreen) || options.verbose) return { of: (name) => prefixedView(options, definition, name), end };
  const { sideBySide } = require('../../engine/reporter/side-by-side') as typeof import('../../engine/reporter/side-by-side');
  const list = sideBySide(names, atOnce, progressScreen);
  return { of: (name) => listedView(options, definition, name, list), end: list.end };
}

const end = async (): Promise<void> => undefined;

/** One machine is shown as this one would be. What was brought is no result where the task has one of its own, a table. */
function viewOf(options: Options, definition: TaskDefinition, screen: Screen, found?: Screen): MachineView {
  const { renderResult, ...plain } = definition;
  const isLook = options.plan || options.check;
  return {
    reporters: {
      bring: reporterFor(screen, options, isLook ? plain : { ...plain, readOnly: false }, renderResult ? screen : found),
      run: reporterFor(screen, options, definition, found),
    },
    result: (text) => {
      if (!options.json) (found?.write ?? result)(text);
    },
    note: (text) => screen.write(`${sentence(text)}\n`),
  };
}

/** A place for text that is no terminal. */
const plainScreen = (write: (text: string) => void): Screen => ({ isTTY: false, columns: 0, env: progressScreen.env, write });

const lines = (name: string, text: string): string =>
  text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => `${name}: ${line}`.trimEnd())
    .join('\n');

/** One of several: plain lines, each with its name in front. */
function prefixedView(options: Options, definition: TaskDefinition, name: string): ReturnType<MachineViews['of']> {
  const screen = plainScreen((text) => progressScreen.write(`${lines(name, text)}\n`));
  const view = viewOf(
    options,
    definition,
    screen,
    plainScreen((text) => result(lines(name, text))),
  );
  const note = (text: string) => screen.write(text.split('\n').map(notOurs).join('\n'));
  return { ...view, note, ended: ({ error }) => void (error && screen.write(errorText(error))) };
}

/**
 * One of several in a list. What was found is told together when it has ended, above the list; where results go somewhere else
 * than to this terminal, they go there as they come.
 */
function listedView(options: Options, definition: TaskDefinition, name: string, list: SideBySide): ReturnType<MachineViews['of']> {
  const [told, began]: [string[], number] = [[], performance.now()];
  const width = () => Math.max(20, (widthOf(progressScreen) ?? 80) - 3);
  const found: Screen = {
    isTTY: true,
    get columns() {
      return width();
    },
    env: progressScreen.env,
    write: (text) => void told.push(wrapped(text.replace(/\n$/, ''), width())),
  };
  const [nowhere, shown] = [plainScreen(() => undefined), list.reporterOf(name)];
  const here = viewOf(options, definition, { ...nowhere, write: found.write }, found);
  const there = results.isTTY
    ? undefined
    : viewOf(
        options,
        definition,
        nowhere,
        plainScreen((text) => result(lines(name, text))),
      );
  const both = (which: 'bring' | 'run') => together(shown, onlyFound(here.reporters[which]), there?.reporters[which] ?? silent);
  return {
    reporters: { bring: both('bring'), run: both('run') },
    width: results.isTTY ? width() : undefined,
    result(text) {
      here.result(text);
      there?.result(text);
    },
    note: (text) => progressScreen.write(`${wrapped(sentence(`${name}: ${text}`), width())}\n`),
    ended(outcome) {
      const { exitCode, report, error } = outcome;
      const { outcome: word } = report as { outcome?: unknown };
      // What was brought counts: the time of the report is that of the run there.
      const how = `${typeof word === 'string' ? sentence(word, 40) : 'ended'} in ${duration(performance.now() - began)}`;
      if (error) told.push(wrapped(errorText(error), width()));
      const text = told.flatMap((each) => each.split('\n')).map((line) => `  ${line}`.trimEnd());
      progressScreen.write(`${[`${name}: ${how}`, ...text].join('\n')}\n`);
      list.ended(name, how, exitCode === 0);
    },
  };
}

/** What a reporter says of what was found, and of nothing else: how far it is has another place. */
const onlyFound = ({ finished, note }: Reporter): Reporter => ({ ...silent, finished, note });

function together(...reporters: readonly Reporter[]): Reporter {
  const each = (tell: (reporter: Reporter) => void) => {
    for (const reporter of reporters) tell(reporter);
  };
  return {
    begin: (steps) => each((reporter) => reporter.begin(steps)),
    started: (step) => each((reporter) => reporter.started(step)),
    acting: (step, title) => each((reporter) => reporter.acting(step, title)),
    progress: (step, progress) => each((reporter) => reporter.progress(step, progress)),
    finished: (step, report) => each((reporter) => reporter.finished(step, report)),
    note: (text) => each((reporter) => reporter.note(text)),
    end: async () => void (await Promise.all(reporters.map((reporter) => reporter.end()))),
  };
}
