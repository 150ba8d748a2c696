import { type ChildProcess, spawn } from 'node:child_process';
import { lastLines } from '../../untrusted/text';
import { Interrupted } from '../errors';
import { Guard } from './guard';
import { killGroup, limitOf } from './process-groups';

export interface RunOptions {
  cwd: string;
  env?: Record<string, string | undefined>;
  /** Milliseconds until the whole group is ended; none means no limit. */
  timeoutMs?: number;
  /** Called with each line of either stream, as it comes. */
  onLine?: (line: string) => void;
  /** What the program reads; nothing where it is left out. */
  input?: string | Uint8Array;
  /** How its output becomes text: `latin1` keeps every byte, for file names. */
  encoding?: 'utf8' | 'latin1';
  /** End it where we are killed: it would go on sending. */
  guarded?: boolean;
  /** What is taken of each stream, in bytes; one that says more is ended. 64 MB where it is left out. */
  mostBytes?: number;
}

export interface RunResult {
  /** -1 where the program could not be started or was ended by a signal or the limit. */
  exitCode: number;
  stdout: string;
  stderr: string;
  /** The last lines of both streams, in the order they came. */
  tail: string;
  /** The limit ended it. */
  timedOut: boolean;
  /** It said more than is taken, and was ended for it: the texts are a part, and `exitCode` is -1 whatever its own was. */
  cut: boolean;
}

/** What is taken of a stream, in bytes, where nothing else is said. */
const usualBytes = 64_000_000;

/** The process groups that are running now: Ctrl-C ends them, and a lock names them. */
export class Processes {
  readonly #running = new Set<number>();
  readonly #abort = new AbortController();
  readonly #guard = new Guard();
  #interrupted: NodeJS.Signals | undefined;
  readonly #watchers = new Set<(groups: readonly number[]) => void>();
  /** Called with each line of every command, for `--verbose`. */
  onVerbose: ((line: string) => void) | undefined;

  /** Runs a program, never a shell, in a process group of its own. A failure is a result, not an error. */
  async run(command: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
    this.#begin(command, args);
    const { execa } = await import('execa');
    const child = execa(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      extendEnv: false,
      ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
      encoding: options.encoding ?? 'utf8',
      reject: false,
      all: true,
      detached: process.platform !== 'win32',
      cleanup: true,
      maxBuffer: options.mostBytes ?? usualBytes,
    });
    const ended = async () => {
      const watcher = this.#watch(child.all, options);
      const result = await child;
      await watcher;
      return result;
    };
    const { result, timedOut, cut } = await this.#follow(child, options, ended());
    if (!result) {
      const after = timedOut ? `${options.timeoutMs} ms` : 'more output than is taken';
      return { exitCode: -1, stdout: '', stderr: '', tail: `no end after ${after}, and it cannot be ended`, timedOut, cut };
    }
    const all = String(result.all ?? '');
    return {
      timedOut,
      cut,
      // A program that ends well although nobody reads on has not said all.
      exitCode: timedOut || cut ? -1 : (result.exitCode ?? -1),
      stdout: String(result.stdout ?? ''),
      stderr: String(result.stderr ?? ''),
      // Why it did not start, or which signal ended it, is nothing that it says itself.
      tail: lastLines(result.exitCode === undefined ? `${all}\n${result.shortMessage ?? ''}` : all),
    };
  }

  /**
   * Asks a program a short question: {@link run} for where its answer is all that counts. execa takes longer to load
   * than such an answer takes.
   */
  async ask(command: string, args: readonly string[], options: Pick<RunOptions, 'cwd' | 'env' | 'timeoutMs'>): Promise<RunResult> {
    this.#begin(command, args);
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    });
    const [stdout, stderr, all]: [Buffer[], Buffer[], Buffer[]] = [[], [], []];
    for (const [stream, chunks] of [
      [child.stdout, stdout],
      [child.stderr, stderr],
    ] as const)
      stream.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        all.push(chunk);
      });
    const ended = new Promise<number>((resolve) => {
      child.once('error', () => resolve(-1));
      child.once('close', (code) => resolve(code ?? -1));
    });
    const { result, timedOut, cut } = await this.#follow(child, options, ended);
    const text = (chunks: readonly Buffer[]) => Buffer.concat(chunks).toString('utf8').replace(/\n$/, '');
    if (this.onVerbose) for (const line of text(all).split('\n')) this.onVerbose(`  ${line}`);
    const exitCode = timedOut || cut ? -1 : (result ?? -1);
    return { exitCode, stdout: text(stdout), stderr: text(stderr), tail: lastLines(text(all)), timedOut, cut };
  }

  /** Ends every running group: politely, then after two seconds for good. */
  interrupt(signal: NodeJS.Signals): void {
    const again = this.#interrupted !== undefined;
    this.#interrupted = signal;
    this.#abort.abort(new Interrupted(signal));
    for (const group of this.#running) killGroup(group, again ? 'SIGKILL' : signal);
    setTimeout(() => {
      for (const group of this.#running) killGroup(group, 'SIGKILL');
    }, 2000).unref();
  }

  /** Aborted by Ctrl-C, with `Interrupted` as its reason: for work that is no process, a download for example. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get interrupted(): NodeJS.Signals | undefined {
    return this.#interrupted;
  }

  /** Calls with the process groups that run, at each change. @returns stops it */
  watchGroups(watcher: (groups: readonly number[]) => void): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  throwIfInterrupted(): void {
    if (this.#interrupted) throw new Interrupted(this.#interrupted);
  }

  #begin(command: string, args: readonly string[]): void {
    this.throwIfInterrupted();
    this.onVerbose?.(`$ ${[command, ...args].join(' ')}`);
  }

  /**
   * Follows a child to its end: its group is known to Ctrl-C and to the lock, guarded where that is asked for, and
   * ended at its limits of time and of output.
   * @returns no `result` where even that did not end it
   */
  async #follow<T>(
    child: Pick<ChildProcess, 'pid' | 'unref' | 'stdout' | 'stderr'>,
    { timeoutMs, guarded, mostBytes = usualBytes }: Pick<RunOptions, 'timeoutMs' | 'guarded' | 'mostBytes'>,
    ended: Promise<T>,
  ): Promise<{ result: T | undefined; timedOut: boolean; cut: boolean }> {
    const group = child.pid;
    if (group && guarded) this.#guard.add(group);
    if (group) this.#changed(() => this.#running.add(group));
    const limit = limitOf(group, timeoutMs);
    let cut = false;
    for (const stream of [child.stdout, child.stderr]) {
      let bytes = 0;
      stream?.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= mostBytes) return;
        cut = true;
        // The child alone is not enough: what it started may hold the output open.
        limit.end();
      });
    }
    const result = await Promise.race([ended, limit.givenUp]);
    limit.clear();
    if (group && guarded) this.#guard.remove(group);
    if (group) this.#changed(() => this.#running.delete(group));
    this.throwIfInterrupted();
    if (result === undefined) child.unref();
    return { result, timedOut: limit.reached(), cut };
  }

  async #watch(stream: NodeJS.ReadableStream | undefined, { onLine, encoding }: RunOptions): Promise<void> {
    if (!stream || !(onLine || this.onVerbose)) return;
    let rest = '';
    stream.on('data', (chunk: Buffer) => {
      const lines = (rest + Buffer.from(chunk).toString(encoding ?? 'utf8')).split(/\r\n|[\r\n]/);
      rest = lines.pop() ?? '';
      for (const line of lines) {
        onLine?.(line);
        this.onVerbose?.(`  ${line}`);
      }
    });
    await new Promise((resolve) => stream.once('close', resolve));
    if (rest) onLine?.(rest);
  }

  #changed(change: () => void): void {
    change();
    for (const watcher of this.#watchers) watcher([...this.#running]);
  }
}
