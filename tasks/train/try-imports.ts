import { answersIn, type Tried } from '../checks/tried';
import type { Context } from '../core/context';
import { UserError } from '../core/errors';
import type { Progress } from '../core/step';
import { activated } from '../python/activated';
import { trainingPrefix, trainingPython } from '../remote/place';
import { quiet } from './quiet';
import { script } from './script';

/** How one library of the training environment did. */
export interface TriedImport extends Tried {
  /** The error and those behind it. */
  causes?: string;
  /** CUDA that torch was built for; null for a CPU build. */
  cuda?: string | null;
}

const limitSeconds = 180;

/** One process tries them all; where one ends it, the rest is tried in another. */
export async function tryImports(
  context: Context,
  libraries: readonly string[],
  progress: (progress: Progress) => void,
): Promise<TriedImport[]> {
  const python = trainingPython(context) ?? '';
  const prefix = trainingPrefix(context) ?? '';
  const scratch = context.host.files.temporaryFolder('just-lora-imports-');
  const tried: TriedImport[] = [];
  try {
    while (tried.length < libraries.length) {
      const rest = libraries.slice(tried.length);
      const result = await context.host.processes.run(python, ['-B', script(context, 'imports.py').file, String(limitSeconds), ...rest], {
        cwd: scratch,
        env: { ...activated(context.host, prefix), ...quiet(scratch) },
        timeoutMs: (limitSeconds * 2 + 20 * rest.length) * 1000,
        onLine: (line) => {
          const begun = /^\{"begins": "(.*)"\}$/.exec(line)?.[1];
          if (begun) progress({ text: begun });
        },
      });
      const answers = answersIn<TriedImport>(result.stdout);
      const done = answers.filter((answer): answer is TriedImport => 'library' in answer);
      tried.push(...done);
      if (done.length === rest.length) break;
      const begun = rest[done.length];
      if (!begun || answers.length === 0)
        throw new UserError({
          code: 'E_PYTHON_BROKEN',
          found: `the Python of the training environment does not run (exit code ${result.exitCode})`,
          needed: 'an environment that can be tried',
          tail: result.tail,
          fix: '`npx just conda --force`',
        });
      const how = /^Timeout \(/m.test(result.stderr)
        ? `hangs: no end after ${limitSeconds} s`
        : `ends Python (exit code ${result.exitCode})`;
      tried.push({ library: begun, ok: false, error: how, causes: result.tail });
    }
  } finally {
    context.host.files.remove(scratch);
  }
  return tried;
}
