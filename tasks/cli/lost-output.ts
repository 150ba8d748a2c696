import { explain, isFull } from '../common/errors';

/** What is done where nobody reads any more, as behind `| head`: by then the rest is written for nobody. */
let onReaderGone = (): void => undefined;
/** Why results could not be written: told once, though each further write fails too. */
let told: NodeJS.ErrnoException | undefined;

for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') {
      // What is told on stderr is no result: where that cannot be written, nobody can be told.
      if (stream === process.stdout) tell(error);
      return;
    }
    const call = onReaderGone;
    // Each further write fails too.
    onReaderGone = () => undefined;
    call();
  });

// A run that ends at once after its last write ends before the stream can say that it failed.
process.on('exit', () => {
  const error = lost();
  if (error === undefined) return;
  tell(error);
  process.exitCode = codeWithout(Number(process.exitCode ?? 0));
});

/** Calls once somebody closed stdout or stderr. @returns stops it */
export function whenReaderGone(call: () => void): () => void {
  onReaderGone = call;
  return () => {
    onReaderGone = () => undefined;
  };
}

/** The exit code of a run whose results may not have been written: a script goes on with none of them where it is 0, or 3 of `--check`. */
export const codeWithout = (code: number): number => (lost() !== undefined && [0, 3].includes(code) ? 1 : code);

function lost(): NodeJS.ErrnoException | undefined {
  const error = process.stdout.errored as NodeJS.ErrnoException | null;
  return told ?? (error && error.code !== 'EPIPE' ? error : undefined);
}

function tell(error: NodeJS.ErrnoException): void {
  if (told) return;
  told = error;
  const fault = {
    code: isFull(error) ? 'E_DISK_FULL' : 'E_NOT_WRITABLE',
    found: `the output of this run could not be written where stdout leads: ${error.message.replace(/, write$/, '')}`,
    fix: 'send it to a place with room that can be written, and run the same command again',
  };
  process.stderr.write(`${explain(fault)}\n`);
}
