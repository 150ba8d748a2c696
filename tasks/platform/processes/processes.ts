import { Interrupted } from '../../common/errors';
import { lastLines } from '../../untrusted/text';
import { childEnvironment } from './child-environment';
import { OrphanReaper } from './orphan-reaper';
import { killGroup, killTimer, sendSignal } from './process-groups';
import { Lines, Output } from './program-output';
import type { RunOptions, RunResult } from './run';
import { type StartedProgram, startPlainly, startWithExeca } from './start';

/** The longest answer is a listing of a hundred thousand files; what runs long ends with a traceback. */
const usualBytes = { all: 64_000_000, end: 1_000_000 } as const;

/** The process groups that are running now: Ctrl-C ends them, and a lock names them. */
export class Processes {
  readonly #running = new Set<number>();
  readonly #abort = new AbortController();
  readonly #guard = new OrphanReaper();
  #interrupted: NodeJS.Signals | undefined;
  /** Each waits for a program no longer: called once what was interrupted has had its time. */
  readonly #leave = new Set<() => void>();
  readonly #watchers = new Set<(groups: readonly number[]) => void>();
  /** Judges each program before it is started. @throws where it must not be */
  judge: ((command: string) => Promise<void>) | undefined;
  /** Called with what a person is to know before a program is started. */
  onNote: ((line: string) => void) | undefined;
  /** Called with each line of every command, for `--verbose`. */
  onVerbose: ((line: string) => void) | undefined;

  /** Runs a program, never a shell, in a process group of its own. A failure is a result, not an error. */
  run(command: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
    return this.#run(startWithExeca, command, args, options);
  }

  /** {@link run} for a program of the system itself, which no script of Windows stands for: without the 150 ms that execa takes to load. */
  ask(command: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
    return this.#run(startPlainly, command, args, options);
  }

  /** Ends every running group: politely, then after two seconds for good. */
  interrupt(signal: NodeJS.Signals): void {
    const again = this.#interrupted !== undefined;
    this.#interrupted = signal;
    this.#abort.abort(new Interrupted(signal));
    for (const group of this.#running) killGroup(group, again ? 'SIGKILL' : signal);
    setTimeout(() => {
      for (const group of this.#running) killGroup(group, 'SIGKILL');
      setTimeout(() => {
        for (const leave of this.#leave) leave();
      }, 500).unref();
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

  async #run(start: typeof startWithExeca, command: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
    const stopIfInterrupted = () => options.cleansUp || this.throwIfInterrupted();
    stopIfInterrupted();
    await this.judge?.(command);
    this.onVerbose?.(`$ ${[command, ...args].join(' ')}`);
    const { encoding = 'utf8', keep = 'all' } = options;
    const env = childEnvironment(options.program ?? 'plain', process.env, options.env);
    const output = new Output(options.mostBytes ?? usualBytes[keep], keep);
    let started: StartedProgram;
    try {
      started = await start(command, args, { cwd: options.cwd, env, input: options.input });
    } catch (error) {
      // An argument that no program can get: with a NUL in it, or too long.
      return { exitCode: -1, stdout: '', stderr: '', tail: lastLines((error as Error).message), timedOut: false, cut: false };
    }
    const { child, ended } = started;
    const limit = killTimer(child.pid, options.cleansUp && this.#interrupted ? 2000 : options.timeoutMs, options.quietMs);
    const read = this.#read(child, output, limit, options);
    const handOn = (signal: NodeJS.Signals) => child.pid && sendSignal(child.pid, signal);
    if (options.handsOn) process.on(options.handsOn, handOn);
    // By then it is dead, and another one may hold its output open: a master of ssh does as long as a line that is stalled lets no channel be closed.
    let leave: () => void = () => undefined;
    const left = new Promise<undefined>((resolve) => {
      leave = () => resolve(undefined);
    });
    if (!options.cleansUp) this.#leave.add(leave);
    void options.dropped?.then(() => {
      if (child.pid && this.#running.has(child.pid)) killGroup(child.pid, 'SIGTERM');
      leave();
    });
    const result = await this.#follow(child, options, Promise.race([ended, limit.givenUp, left]));
    this.#leave.delete(leave);
    if (options.handsOn) process.off(options.handsOn, handOn);
    limit.clear();
    read.end();
    if (!result) for (const stream of [child.stdout, child.stderr]) stream?.destroy();
    stopIfInterrupted();
    const [reachedMs, cut] = [limit.reachedMs(), output.cut];
    const timedOut = reachedMs !== undefined;
    if (!result) {
      child.unref();
      const after = timedOut ? `${reachedMs} ms` : `${output.most} bytes`;
      return { exitCode: -1, stdout: '', stderr: '', tail: `no end after ${after}, and it cannot be ended`, timedOut, cut };
    }
    const overflow = cut && keep === 'all' ? `it wrote more than ${output.most} bytes and was ended: what is above is not all` : undefined;
    const why = overflow ?? result.why;
    return {
      timedOut,
      cut,
      exitCode: timedOut || overflow ? -1 : result.exitCode,
      stdout: output.text('stdout', encoding),
      stderr: output.text('stderr', encoding),
      tail: why === undefined ? output.tail(encoding) : lastLines(`${output.tail(encoding)}\n${why}`),
    };
  }

  /** Follows a child to its end: its group is known to Ctrl-C and to the lock, and guarded where that is asked for. */
  async #follow<T>(
    { pid: group }: StartedProgram['child'],
    { guarded = false, cleansUp = false }: RunOptions,
    ended: Promise<T>,
  ): Promise<T> {
    if (!group) return ended;
    if (guarded) this.#guard.add(group);
    this.#changed(() => this.#running.add(group));
    // Ctrl-C came while it was being started.
    if (this.#interrupted && !cleansUp) killGroup(group, this.#interrupted);
    const result = await ended;
    if (guarded) this.#guard.remove(group);
    this.#changed(() => this.#running.delete(group));
    return result;
  }

  /**
   * Reads both streams into the output and line by line.
   * @param limit ends the group, which is done where there is no room for more: the child alone may not hold the output open
   */
  #read(
    { stdout, stderr }: StartedProgram['child'],
    output: Output,
    limit: Pick<ReturnType<typeof killTimer>, 'end' | 'heard'>,
    { onLine, onBytes, isData = false, encoding = 'utf8' }: RunOptions,
  ) {
    const tell = (line: string) => {
      onLine?.(line);
      // What has a NUL in it is a list of files.
      if (!line.includes('\0')) this.onVerbose?.(`  ${line}`);
    };
    const lines: Lines[] = [];
    for (const [name, stream] of [
      ['stdout', stdout],
      ['stderr', stderr],
    ] as const) {
      const isText = !isData || name === 'stderr';
      const reader = isText && (onLine || this.onVerbose) ? new Lines(tell, encoding) : undefined;
      if (reader) lines.push(reader);
      stream?.on('data', (chunk: Buffer) => {
        output.add(name, chunk);
        limit.heard();
        if (name === 'stdout') onBytes?.(chunk);
        if (output.cut && output.keep === 'all') limit.end();
        else reader?.add(chunk);
      });
    }
    return {
      end() {
        for (const each of lines) each.end();
      },
    };
  }

  #changed(change: () => void): void {
    change();
    for (const watcher of this.#watchers) watcher([...this.#running]);
  }
}
