import * as path from 'node:path';
import { sha256 } from '../../common/hash';
import type { Context } from '../../engine/context';

/** Where the package lies: `scripts` is beside `tasks` in the repository, beside `lib` where it is installed. */
const packageScripts = path.resolve(__dirname, '..', '..', '..', 'scripts');
const [main, ...helpers] = [
  'train.py',
  'training_best.py',
  'training_checkpoints.py',
  'training_examples.py',
  'training_files.py',
  'training_model.py',
  'training_progress.py',
  'training_ranks.py',
  'training_rows.py',
  'training_trainer.py',
];

/**
 * The training script that runs: the project's own `scripts/train.py`, which is the person's to change, else that of the package. A
 * script of that name that is about something else is left alone: it lacks what the proof and `train` call.
 */
export function trainingScript({ root, host }: Pick<Context, 'root' | 'host'>): string {
  const own = path.join(root, 'scripts', main ?? '');
  const text = host.files.readText(own) ?? '';
  return /^def train\(job, stage\)/m.test(text) && /\bload_base\b/.test(text) ? own : path.join(packageScripts, main ?? '');
}

/** Whether the script that runs can be one of several processes: an older one of the project's own cannot. */
export const knowsProcesses = (context: Pick<Context, 'root' | 'host'>): boolean => /\bWORLD_SIZE\b/.test(textOfScript(context));

/** What the script is, with what it imports from beside it. */
export const hashOfScript = (context: Pick<Context, 'root' | 'host'>): string => sha256(textOfScript(context));

function textOfScript(context: Pick<Context, 'root' | 'host'>): string {
  const script = trainingScript(context);
  const files = [script, ...helpers.map((name) => path.join(path.dirname(script), name))];
  return files.map((file) => context.host.files.readText(file) ?? '').join('\0');
}
