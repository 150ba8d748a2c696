import * as path from 'node:path';
import { Readable } from 'node:stream';
import { duration } from '../../common/format';
import type { Context } from '../../engine/context';
import { scratchFolder } from '../../engine/scratch';
import type { Progress } from '../../engine/step';
import { pythonIn } from '../../environments/prefix/prefix';
import { versionsIn } from '../../environments/prefix/site-packages';
import { cleanEnvironment } from '../../environments/python/clean-environment';
import { offlineEnv } from '../../environments/python/offline-env';
import { localEnvironment, targetOf } from '../../environments/venv';
import { fieldsOf, tryParse } from '../../untrusted/json';
import { oneLine } from '../../untrusted/text';

/** What the libraries say of texts, each by its number. */
export interface NearAnswer {
  /** A text that is nearly an earlier one, and that one. */
  pairs: readonly (readonly [number, number])[];
  /** Texts that were long enough, with their language; `null` where it is not sure. */
  languages: readonly (readonly [number, string | null])[];
}

const script = path.join(__dirname, 'near.py');
const limitMs = 300_000;

/** Groups of words that two texts have in common, of all that they have; and texts whose language is asked for. */
const asked = { near: 0.8, languages: 400 };

/**
 * Asks datasketch and langdetect of the environment of the data work about texts.
 * @returns why not, where the environment or one of the two is not there, or fails
 */
export async function askNear(
  context: Context,
  texts: readonly string[],
  tell: (progress: Progress) => void,
): Promise<NearAnswer | { without: string }> {
  const { host } = context;
  const definition = localEnvironment(context);
  const prefix = targetOf(context, definition);
  const python = pythonIn(host, prefix);
  const cure = `\`npx just ${definition.task}\` brings it`;
  if (!host.files.stat(python)) return { without: `\`${definition.path}\` is not there: ${cure}` };
  const installed = versionsIn(host, prefix);
  const missing = ['datasketch', 'langdetect'].filter((name) => !installed.has(name));
  if (missing.length > 0) return { without: `no ${missing.join(' and ')} in \`${definition.path}\`: ${cure}` };
  const scratch = await scratchFolder(host, 'near');
  try {
    const { exitCode, stdout, tail, timedOut } = await host.processes.run(python, ['-B', script], {
      cwd: scratch,
      env: { ...cleanEnvironment(host), ...offlineEnv(scratch) },
      input: Readable.from(linesOf(texts)),
      timeoutMs: limitMs,
      onLine: (line) => {
        const { text, done, of } = fieldsOf(tryParse(line, 1000)) ?? {};
        if (typeof text === 'string') tell({ text: `${text}: ${String(done)} of ${String(of)}` });
      },
    });
    const answer = fieldsOf(tryParse(stdout.trimEnd().split('\n').at(-1)));
    if (exitCode === 0 && answer?.['pairs'] && answer['languages']) return answer as unknown as NearAnswer;
    const why = timedOut ? `no end after ${duration(limitMs)}` : oneLine(tail.trimEnd().split('\n').at(-1) ?? '', 160);
    return { without: `datasketch or langdetect of \`${definition.path}\` fails (${why})` };
  } finally {
    host.files.remove(scratch);
  }
}

function* linesOf(texts: readonly string[]): Generator<string> {
  yield `${JSON.stringify(asked)}\n`;
  for (let from = 0; from < texts.length; from += 100)
    yield texts
      .slice(from, from + 100)
      .map((text) => `${JSON.stringify(text)}\n`)
      .join('');
}
