import * as path from 'node:path';
import type { Context } from '../core/context';
import { UserError } from '../core/errors';
import type { RunResult } from '../core/host/processes';
import type { Progress } from '../core/step';
import { cleanEnvironment } from '../python/clean-environment';
import { answersIn, type Tried } from './tried';

/** The script that does it. It lies beside this file in the package too. */
export const probeFile = path.join(__dirname, 'libraries.py');

/** How one of the nine did. */
export interface TriedLibrary extends Tried {
  /** Worth knowing, though it works. */
  note?: string;
  /** It is not installed at all. */
  missing?: boolean;
  ms: number;
}

/**
 * Tries libraries in an environment's own Python, as `libraries.py` does, half of them beside the others.
 * One that hangs, crashes or ends Python is named, and those behind it are tried all the same.
 * @throws UserError E_PYTHON_BROKEN where that Python does not even begin
 */
export async function tryLibraries(
  context: Context,
  python: string,
  names: readonly string[],
  progress: (progress: Progress) => void,
  as: 'look' | 'action' = 'look',
): Promise<TriedLibrary[]> {
  const half = Math.floor(names.length / 2);
  const scratch = context.host.files.temporaryFolder('just-lora-libraries-');
  try {
    const halves = [names.slice(0, half), names.slice(half)].filter(({ length }) => length > 0);
    return (await Promise.all(halves.map((each) => tryInTurn(context, python, each, { scratch, progress, as })))).flat();
  } finally {
    context.host.files.remove(scratch);
  }
}

async function tryInTurn(
  context: Context,
  python: string,
  names: readonly string[],
  { scratch, progress, as }: { scratch: string; progress: (progress: Progress) => void; as: 'look' | 'action' },
): Promise<TriedLibrary[]> {
  const limitSeconds = context.settings.setup.validate.library_limit_seconds;
  const tried: TriedLibrary[] = [];
  while (tried.length < names.length) {
    const rest = names.slice(tried.length);
    const result = await context.host.processes.run(python, [probeFile, String(limitSeconds), ...rest], {
      cwd: scratch,
      // Bytecode, written once, spares the next import two thirds of its time; a look writes none.
      env: { ...environmentFor(context, scratch), PYTHONDONTWRITEBYTECODE: as === 'look' ? '1' : undefined },
      // Python's own watchdog ends a library that hangs; this one is for a Python that hangs with it.
      timeoutMs: (limitSeconds * rest.length + 15) * 1000,
      onLine: (line) => {
        const name = /^\{"begins": "(.*)"\}$/.exec(line)?.[1];
        if (name) progress({ text: name });
      },
    });
    const answers = answersIn<TriedLibrary>(result.stdout);
    const done = answers.filter((answer): answer is TriedLibrary => 'library' in answer);
    tried.push(...done);
    if (done.length === rest.length) break;
    const begun = answers.at(-1);
    if (!begun || !('begins' in begun))
      throw new UserError({
        code: 'E_PYTHON_BROKEN',
        found: `the Python of the environment does not run (exit code ${result.exitCode})`,
        tail: result.tail,
        fix: '`npx just venv --force`',
      });
    tried.push({ library: begun.begins, ok: false, error: ending(result, limitSeconds), ...whereIn(result.stderr), ms: 0 });
  }
  return tried;
}

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

/** Nothing is fetched and nothing is left behind: caches and the home folder lie in the scratch folder. */
function environmentFor({ host }: Context, scratch: string): Record<string, string | undefined> {
  const { home } = host;
  return {
    ...cleanEnvironment(host),
    HOME: scratch,
    USERPROFILE: scratch,
    TMPDIR: scratch,
    XDG_CACHE_HOME: scratch,
    XDG_CONFIG_HOME: scratch,
    HF_HOME: scratch,
    HF_DATASETS_CACHE: undefined,
    HF_HUB_OFFLINE: '1',
    HF_DATASETS_OFFLINE: '1',
    HF_HUB_DISABLE_TELEMETRY: '1',
    HF_TOKEN: undefined,
    HUGGING_FACE_HUB_TOKEN: undefined,
    // Its data may lie in the real home folder.
    NLTK_DATA: [host.env.NLTK_DATA, home && path.join(home, 'nltk_data')].filter(Boolean).join(path.delimiter),
  };
}
