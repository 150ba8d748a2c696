import { type ChildProcess, spawn } from 'node:child_process';
import { pipeline, Readable } from 'node:stream';

/** A program that was started, and its end. */
export interface StartedProgram {
  child: Pick<ChildProcess, 'pid' | 'unref' | 'stdout' | 'stderr'>;
  /** Both streams are at their end too. Never throws. */
  ended: Promise<{
    /** -1 where it could not be started, or a signal ended it. */
    exitCode: number;
    /** Why it did not start, or which signal ended it: nothing that it says itself. */
    why?: string;
  }>;
}

export interface StartOptions {
  cwd: string;
  /** All of its environment. */
  env: Record<string, string>;
  /** What it reads; nothing where it is left out. */
  input?: string | Uint8Array | Readable | undefined;
}

/** A process group of its own: a signal reaches what it has started too. */
const detached = process.platform !== 'win32';

/** Starts a program with execa, which knows the programs of Windows and feeds input. It takes 150 ms to load. */
export async function startWithExeca(command: string, args: readonly string[], { cwd, env, input }: StartOptions): Promise<StartedProgram> {
  const { execa } = await import('execa');
  const child = execa(command, args, {
    cwd,
    env,
    extendEnv: false,
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
    reject: false,
    buffer: false,
    detached,
  });
  const ended = child.then(({ exitCode, shortMessage }) =>
    exitCode === undefined ? { exitCode: -1, why: shortMessage ?? '' } : { exitCode },
  );
  return { child, ended };
}

/**
 * Starts a program without loading execa for it: one that is no script of Windows, which the system itself finds by its name.
 * Where it ends before it has read all of its input, the rest is nobody's.
 */
export async function startPlainly(command: string, args: readonly string[], { cwd, env, input }: StartOptions): Promise<StartedProgram> {
  const child = spawn(command, args, { cwd, env, stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'], detached });
  const ended = new Promise<{ exitCode: number; why?: string }>((resolve) => {
    child.once('error', (error) => resolve({ exitCode: -1, why: error.message }));
    child.once('close', (code, signal) =>
      resolve(code === null ? { exitCode: -1, why: `${command} was ended by ${signal}` } : { exitCode: code }),
    );
  });
  const { stdin } = child;
  if (stdin && input !== undefined) {
    stdin.on('error', () => undefined);
    if (input instanceof Readable) pipeline(input, stdin, () => undefined);
    else stdin.end(input);
  }
  return { child, ended };
}
