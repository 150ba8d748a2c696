import type { Readable } from 'node:stream';
import type { ProgramKind } from './child-environment';

/** How a program is run. */
export interface RunOptions {
  cwd: string;
  /** What it is, by the secrets that it needs; none where it is left out (child-environment.ts). */
  program?: ProgramKind;
  /** Variables besides, of which nothing is kept back; `undefined` takes one away. */
  env?: Record<string, string | undefined>;
  /** Milliseconds until the whole group is ended, from when they are known; none means no limit. */
  timeoutMs?: number | Promise<number>;
  /** Called with each line of either stream, as it comes. */
  onLine?: (line: string) => void;
  /** Called with what comes on stdout, as it comes. */
  onBytes?: (chunk: Buffer) => void;
  /** Milliseconds without a byte of output until the whole group is ended, as by {@link timeoutMs}. */
  quietMs?: number;
  /** From then on nobody wants its answer: it is ended, and not waited for. A master of ssh holds its output open for as long as the line takes. */
  dropped?: Promise<void>;
  /** What the program reads; nothing where it is left out. */
  input?: string | Uint8Array | Readable;
  /** How its output becomes text: `latin1` keeps every byte, for file names. */
  encoding?: 'utf8' | 'latin1';
  /** What it prints is no text: `--verbose` leaves it out. */
  isData?: boolean;
  /** End it where we are killed: it would go on sending. */
  guarded?: boolean;
  /** A signal that is for the program and not for us: it alone is sent it, and not what it started. */
  handsOn?: NodeJS.Signals;
  /** `end` for what runs long and is read line by line: the end of its output is enough. `all` where it is left out. */
  keep?: 'all' | 'end';
  /** It leaves things in order behind what Ctrl-C ended: it runs for all that, for two seconds at the most. */
  cleansUp?: boolean;
  /** What is kept of each stream, in bytes; 64 MB where it is left out, 1 MB of the end. */
  mostBytes?: number;
}

/** What became of a program. */
export interface RunResult {
  /** -1 where the program could not be started, or was ended by a signal, the time limit or {@link cut}. */
  exitCode: number;
  stdout: string;
  stderr: string;
  /** The last lines of both streams, in the order they came. */
  tail: string;
  /** The limit ended it. */
  timedOut: boolean;
  /** It wrote more than is kept, so `stdout` and `stderr` are not whole. It was ended for that, unless the end is enough. */
  cut: boolean;
}
