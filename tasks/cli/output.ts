import { redacted } from '../untrusted/secrets';
import { printable } from '../untrusted/text';

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

/** A result of several lines: on stdout whatever else was turned away from it. */
export function result(text: string): void {
  const clean = redacted(printable(text));
  write(clean.endsWith('\n') ? clean : `${clean}\n`);
}

/** A document whose values are clean already: hiding secrets in its text would break it. */
export function documentResult(document: object): void {
  write(`${JSON.stringify(document)}\n`);
}

let exitCode: number | undefined;

/** The exit code of this run. just ends a failed run with `process.exit(1)`; a listener has the last word. */
export function exitWith(code: number): void {
  if (exitCode === undefined)
    process.once('exit', () => {
      process.exitCode = exitCode;
    });
  exitCode = code;
}
