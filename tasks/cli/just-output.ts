import { logger, undertaker } from 'just-task';
import { wrapped } from '../common/width';
import { widthOf } from '../engine/reporter/reporter';
import { progressScreen } from './output';

/** What just tells of a task that begins, ends or fails. */
interface TaskEvent {
  name: string;
  error?: Error;
}

/**
 * Has just say nothing of its own about a task that was asked for by name: no `started` and `finished` around help, tables
 * and JSON, and an error is its text alone. What just says of a task that runs inside a project's own task stays.
 */
export function quietJust(task: string): void {
  for (const event of ['start', 'stop', 'error'] as const) {
    const listeners = undertaker.listeners(event) as ((event: TaskEvent) => void)[];
    undertaker.removeAllListeners(event);
    undertaker.on(event, (told: TaskEvent) => {
      if (told.name !== task) for (const listener of listeners) listener.call(undertaker, told);
      else if (told.error) fail(told.error);
    });
  }
}

/** Whether a word names a task that just knows by now. */
export const isTask = (word: string): boolean => Object.hasOwn(undertaker.registry().tasks(), word);

function fail({ stack, message }: Error): void {
  const text = stack ?? message;
  const width = widthOf(progressScreen);
  if (text !== '') progressScreen.write(`${width === undefined ? text : wrapped(text, width)}\n`);
  sayNothingAtExit();
  // A listener of the exit has the code of the run.
  process.exit(1);
}

/** At the exit of a run that failed just would point to an error above. */
export function sayNothingAtExit(): void {
  logger.error = () => undefined;
}

/** Has just leave out one line of its own, and what it adds to that at the exit. */
export function sayNothingOf(line: string): void {
  const { error } = logger;
  logger.error = (...said: unknown[]) => (said[0] === line ? sayNothingAtExit() : error(...said));
}
