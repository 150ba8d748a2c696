import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Context } from '../../engine/context';
import type { Resource } from '../../engine/resources';
import type { RunOptions, RunResult } from '../../platform/processes/run';
import { type Limits, shortAnswer } from '../answers/answer';
import { type ReadyShells, readyScript, readyShells } from './ready-shells';
import { commandsFor } from './scripts/by-stdin';
import { guardLine, readElsewhere } from './scripts/project-script';
import type { Ssh } from './ssh/connection';

/** A POSIX shell on the other side, which may be a mounted volume of this one. */
export interface Shell {
  /** How ssh is called for it; `undefined` for a volume of this machine. */
  readonly ssh: Ssh | undefined;
  /** The least milliseconds that a call has taken, the first apart, which makes the connection; `undefined` where there was none. */
  leastMs(): number | undefined;
  /** Over a line that is slow to answer: from the time that its connection is there until the run ends, shells wait there for what is asked next. */
  keepReady(): void;
  /** Whether some of them were begun. */
  isKeptReady(): boolean;
  /**
   * Runs a script, which is a constant.
   * @param lines text for its stdin, a line each
   * @param options.rest what follows there: a byte string, also one that is not known yet, or bytes that are read as they are sent
   * @param options.limits by default those of a {@link shortAnswer}
   * @param options.cleansUp also behind Ctrl-C
   * @returns output as byte strings
   */
  run(
    script: string,
    lines: readonly string[],
    options?: { rest?: string | Promise<string> | AsyncIterable<Buffer>; limits?: Partial<Limits>; cleansUp?: boolean },
  ): Promise<RunResult>;
  /**
   * Runs a script that goes on answering, and may be told more meanwhile.
   * @param options.first what follows the lines; `isLive` is false where nothing can be told later
   * @param options.onBytes what it says, as it comes; a login shell there may say something first
   * @param options.quietMs how long it may say nothing, in milliseconds
   */
  stream(script: string, lines: readonly string[], options: StreamOptions): Stream;
}

export interface StreamOptions {
  first(isLive: boolean): string;
  onBytes(chunk: Buffer): void;
  quietMs: number;
  /** What it says is no text. */
  isData?: boolean;
}

export interface Stream {
  tell(line: string): void;
  /** Nothing more is told. */
  close(): void;
  /** @returns the last bytes of its output alone */
  ended: Promise<RunResult>;
}

/** Milliseconds of a call, the first one too, from which on it is worth to have the next ones begun. */
const slowMs = 250;
/** Milliseconds between two looks whether it is so. */
const watchMs = 25;
/** For a call over the connection that is there, and over none of its own: where that is gone it ends at once. */
const overMaster = ['-o', 'ControlMaster=no', '-o', 'ProxyCommand=false'];

/** Ends of what is kept ready. */
const kept: Resource<(() => void)[]> = {
  make: () => [],
  close: (ends) => ends.forEach((end) => void end()),
};

/** What a script reads: as a whole, or as it comes. */
type Input = Buffer | Readable;

/** @param ssh `undefined` for a volume of this machine */
export function shellOn(context: Context, ssh: Ssh | undefined): Shell {
  const { host, root } = context;
  type Given = Pick<RunOptions, 'input' | 'timeoutMs' | 'mostBytes' | 'keep' | 'onBytes' | 'quietMs' | 'isData' | 'cleansUp'>;
  let [calls, firstMs, leastMs]: [number, number | undefined, number | undefined] = [0, undefined, undefined];
  const took = (ms: number) => {
    leastMs = Math.min(leastMs ?? ms, ms);
  };
  const timed = async (call: Promise<RunResult>): Promise<RunResult> => {
    const [number, begun] = [calls++, performance.now()];
    const result = await call;
    const tookMs = performance.now() - begun;
    if (number === 0) firstMs = tookMs;
    else if (result.exitCode === 0) took(tookMs);
    return result;
  };
  const common = { cwd: root, guarded: true, encoding: 'latin1', env: { LC_ALL: 'C' } } as const;
  const start = (command: string, script: string, given: Given) => {
    const options = { ...common, ...given };
    if (!ssh) return timed(host.processes.ask('sh', ['-c', script], options));
    return timed(host.processes.ask('ssh', ['-T', ...ssh.options, '--', ssh.host, command], { ...options, program: 'ssh' }));
  };
  let ready: ReadyShells | undefined;
  const readyOn = ({ options, host: name }: Ssh) => {
    const args = ['-T', ...overMaster, ...options, '--', name, `sh -c '${readyScript}'`];
    return readyShells((given) => host.processes.ask('ssh', args, { ...common, ...given, program: 'ssh' }), took);
  };
  /** Its command there, or where a startup file has handed over to another shell, its input as commands of that one. */
  const asked = async (script: string, given: Given, inputFor: (isLive: boolean) => Input) => {
    if (!ssh?.elsewhere) {
      const answer = await start(`sh -c '${script}'`, script, { ...given, input: inputFor(true) });
      if (!ssh || !readElsewhere(answer)) return answer;
      ssh.elsewhere = true;
    }
    return start('sh', script, { ...given, input: commandsFor(script, await wholeOf(inputFor(false))) });
  };
  const bytesOf = (lines: readonly string[]) => Buffer.from([guardLine, ...lines].map((line) => `${line}\n`).join(''), 'utf8');
  return {
    ssh,
    leastMs: () => leastMs,
    keepReady() {
      const ends = context.resources.get(context, kept);
      // Another look at the same machine has its own already.
      if (!ssh?.socket || ends.length > 0) return;
      const { socket } = ssh;
      const begunMs = performance.now();
      const timer = setInterval(() => {
        const isAnswered = firstMs !== undefined;
        const isSlow = (leastMs ?? firstMs ?? performance.now() - begunMs) >= slowMs;
        const isThere = isSlow && !ssh.elsewhere && host.files.lstat(socket) !== undefined;
        if (isAnswered || isThere) clearInterval(timer);
        if (isThere) {
          ready = readyOn(ssh);
          ends.push(ready.keep());
        }
      }, watchMs);
      ends.push(() => clearInterval(timer));
    },
    isKeptReady: () => ready !== undefined,
    async run(script, lines, { rest = '', limits, cleansUp = false } = {}) {
      const [given, head] = [{ ...shortAnswer, ...limits, cleansUp }, bytesOf(lines)];
      const whole = () => Buffer.concat([head, Buffer.from(rest as string, 'latin1')]);
      // What is known already is on its way meanwhile.
      const live = () =>
        Readable.from(behind(head, rest instanceof Promise ? later(rest) : (rest as AsyncIterable<Buffer>)), { objectMode: false });
      // What cleans up runs behind Ctrl-C, which has ended those that wait.
      const waiting = cleansUp || ssh?.elsewhere ? undefined : await ready?.take();
      if (waiting) return waiting.answer(script, typeof rest === 'string' ? whole() : live(), given);
      if (typeof rest === 'string') return asked(script, given, whole);
      // What can be read once is sent when it is known already which shell reads it.
      if (!ssh?.elsewhere && !(rest instanceof Promise)) return start(`sh -c '${script}'`, script, { ...given, input: live() });
      return asked(script, given, live);
    },
    stream(script, lines, { first, onBytes, quietMs, isData = false }) {
      const live = new PassThrough();
      const inputFor = (isLive: boolean) => {
        const input = Buffer.concat([bytesOf(lines), Buffer.from(first(isLive), 'utf8')]);
        if (isLive) live.write(input);
        return isLive ? live : input;
      };
      const ended = asked(script, { keep: 'end', mostBytes: 100_000, onBytes, quietMs, isData }, inputFor);
      const close = () => void live.end();
      return { tell: (line) => void live.write(`${line}\n`), close, ended: ended.finally(close) };
    },
  };
}

const wholeOf = async (input: Input): Promise<Buffer> => (input instanceof Readable ? buffer(input) : input);

async function* behind(head: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield head;
  yield* rest;
}

async function* later(text: Promise<string>): AsyncGenerator<Buffer> {
  yield Buffer.from(await text, 'latin1');
}
