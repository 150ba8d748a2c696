import { wrapped } from '../common/width';
import { documentOf, type Report } from '../engine/report';
import type { EventLog } from '../engine/reporter/events';
import { painted } from '../engine/reporter/paint';
import { hasColours, type Screen, widthOf } from '../engine/reporter/reporter';
import { redacted } from '../untrusted/secrets';
import { printable, sentence } from '../untrusted/text';
import { codeWithout } from './lost-output';

/**
 * With `--json` stdout belongs to one document. just's logger holds console.info before any
 * configuration is loaded, so the stream is turned, not the console.
 */
const write = process.stdout.write.bind(process.stdout);

/** Whether stdout belongs to one JSON document in this process. */
export const wantsJson = (): boolean => process.argv.includes('--json');

export function keepStdoutForJson(): void {
  process.stdout.write = process.stderr.write.bind(process.stderr) as typeof process.stdout.write;
}

/** Where this run tells what it does instead of on a screen: `JUST_LORA_EVENTS` names the file. */
let events: EventLog | undefined;
/** How wide the terminal is that it is shown on: `JUST_LORA_COLUMNS`. */
let followersWidth: number | undefined;

/**
 * Opens the file of events, where one is named. What this run starts does not get the variable: another start of just would
 * write into the same file.
 */
export function openEvents(task: string): EventLog | undefined {
  const { JUST_LORA_EVENTS: file, JUST_LORA_COLUMNS: columns } = process.env;
  delete process.env['JUST_LORA_EVENTS'];
  delete process.env['JUST_LORA_COLUMNS'];
  followersWidth = Number(columns) || undefined;
  if (file) events = (require('../engine/reporter/events') as typeof import('../engine/reporter/events')).eventLog(file, task);
  return events;
}

/** Results: stdout, whatever else was turned away from it. */
export const results: Screen = screenOf(process.stdout, (text) => write(text));

/** Progress, notes and errors. Another one may hold its stream for a while: the list of a run does. */
export const progressScreen: Screen = screenOf(process.stderr, (text) => process.stderr.write(text));

function screenOf(stream: NodeJS.WriteStream, put: (text: string) => void): Screen {
  const screen = {
    isTTY: stream.isTTY === true,
    get columns() {
      return stream.columns ?? 0;
    },
    env: process.env,
    write: (text: string) => put(hasColours(screen) ? painted(text) : text),
  };
  return screen;
}

/** How wide a result may be, here or where this run is followed; `undefined` where nothing bounds it. */
export const resultWidth = (): number | undefined => (events ? followersWidth : widthOf(results));

/** A result of several lines; at a terminal they are broken between words. */
export function result(text: string): void {
  if (events) {
    events.result(text);
    return;
  }
  const clean = redacted(printable(text));
  const width = widthOf(results);
  const fitted = width === undefined ? clean : wrapped(clean, width);
  results.write(fitted.endsWith('\n') ? fitted : `${fitted}\n`);
}

/** A document whose values are clean already: hiding secrets in its text would break it. */
export const documentResult = (document: object): void => void write(`${JSON.stringify(document)}\n`);

/** The report of a run, where somebody wants it: `--json`, or who follows the events. */
export function reportResult(report: Report): void {
  if (events) events.write({ event: 'document', document: documentOf(report) });
  else if (wantsJson()) documentResult(documentOf(report));
}

/** A line about the run that belongs to no step, on stderr. */
export function warn(text: string): void {
  if (events) events.reporter.note(`warning: ${text}`);
  else progressScreen.write(`warning: ${sentence(text)}\n`);
}

let exitCode: number | undefined;

/** The exit code of this run. just ends a failed run with `process.exit(1)`; a listener has the last word. */
export function exitWith(code: number): void {
  if (exitCode === undefined)
    process.once('exit', () => {
      process.exitCode = exitCode === undefined ? exitCode : codeWithout(exitCode);
    });
  exitCode = code;
}
