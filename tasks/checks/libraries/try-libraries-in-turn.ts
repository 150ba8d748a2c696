import * as path from 'node:path';
import { UserError } from '../../common/errors';
import { sha256 } from '../../common/hash';
import type { Context } from '../../engine/context';
import type { Progress } from '../../engine/step';
import type { RunResult } from '../../platform/processes/run';
import { answersIn, type TrialResult } from './library-trial';

/** The script that does it. It lies beside this file in the package too. */
const tryingFile = path.join(__dirname, 'trying.py');

/** Changes when something else is tried, or otherwise. */
export const hashOfTrial = ({ host }: Context, work: string): string =>
  sha256([tryingFile, work].map((file) => host.files.readText(file) ?? '').join('\n'));

/** What is tried, with what. */
export interface Trial {
  /** The environment's own Python. */
  python: string;
  /** A file of functions that use the libraries, for trying.py. */
  work: string;
  /** Seconds for each library. */
  limitSeconds: number;
  /** An empty folder to work in. */
  scratch: string;
  env: Readonly<Record<string, string | undefined>>;
  /** What a message calls the environment, and the command that makes it again. */
  environment: { name: string; fix: string };
}

/**
 * Tries libraries one after the other. One that hangs, crashes or ends Python is named, and those behind it are tried all
 * the same, in another process.
 * @throws UserError E_PYTHON_BROKEN where that Python does not even begin
 */
export async function tryInTurn(
  { host }: Context,
  trial: Trial,
  names: readonly string[],
  progress: (progress: Progress) => void,
): Promise<TrialResult[]> {
  const { python, work, limitSeconds, scratch, env } = trial;
  const tried: TrialResult[] = [];
  while (tried.length < names.length) {
    const rest = names.slice(tried.length);
    const result = await host.processes.run(python, [tryingFile, work, String(limitSeconds), ...rest], {
      cwd: scratch,
      env,
      // Python's own watchdog ends a library that hangs; this one is for a Python that hangs with it.
      timeoutMs: (limitSeconds * rest.length + 15) * 1000,
      onLine: (line) => {
        const name = /^\{"begins": "(.*)"\}$/.exec(line)?.[1];
        if (name) progress({ text: name });
      },
    });
    const answers = answersIn(result.stdout);
    const done = answers.filter((answer): answer is TrialResult => 'library' in answer);
    tried.push(...done);
    if (done.length === rest.length) break;
    const begun = answers.at(-1);
    if (!begun || !('begins' in begun)) throw broken(trial, result);
    const error = ending(result, limitSeconds);
    tried.push({ library: begun.begins, ok: false, error, causes: result.tail, ...whereIn(result.stderr), ms: 0 });
  }
  return tried;
}

const broken = ({ environment }: Trial, { exitCode, tail }: RunResult): UserError =>
  new UserError({
    code: 'E_PYTHON_BROKEN',
    found: `the Python of ${environment.name} does not run (exit code ${exitCode})`,
    needed: 'an environment that can be tried',
    tail,
    fix: environment.fix,
  });

/** How Python ended in the middle of a library. */
function ending(result: RunResult, limitSeconds: number): string {
  if (result.timedOut || /^Timeout \(/m.test(result.stderr)) return `hangs: no end after ${limitSeconds} s`;
  const fatal = /^Fatal Python error: (.*)$/m.exec(result.stderr)?.[1];
  if (fatal) return `crashes Python: ${fatal}`;
  const signal = /SIG[A-Z]+/.exec(result.tail)?.[0];
  return result.exitCode === -1 ? `ends Python by ${signal ?? 'a signal'}` : `ends Python with exit code ${result.exitCode}`;
}

/** The innermost frame of the traceback that Python's fault handler leaves. */
function whereIn(stderr: string): { where?: string } {
  const frame = /^ {2}File "(.*?)", line (\d+)/m.exec(stderr);
  return frame ? { where: `${frame[1]}:${frame[2]}` } : {};
}
