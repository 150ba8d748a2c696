import * as path from 'node:path';
import type { Context } from '../../engine/context';
import { scratchFolder } from '../../engine/scratch';
import type { Progress } from '../../engine/step';
import { cleanEnvironment } from '../../environments/python/clean-environment';
import { offlineEnv } from '../../environments/python/offline-env';
import type { TrialResult } from './library-trial';
import { tryInTurn } from './try-libraries-in-turn';

/** A line of work with each library of the data work. */
export const workFile = path.join(__dirname, 'libraries.py');

/**
 * Tries libraries of the data work in an environment's own Python, half of them beside the others.
 * @throws UserError E_PYTHON_BROKEN where that Python does not even begin
 */
export async function tryLibraries(
  context: Context,
  python: string,
  names: readonly string[],
  progress: (progress: Progress) => void,
  as: 'look' | 'action' = 'look',
): Promise<TrialResult[]> {
  const half = Math.floor(names.length / 2);
  const scratch = await scratchFolder(context.host, 'libraries');
  const trial = {
    python,
    work: workFile,
    limitSeconds: context.settings.setup.validate.library_limit_seconds,
    scratch,
    // Bytecode, written once, spares the next import two thirds of its time; a look writes none.
    env: { ...quietEnvironment(context, scratch), PYTHONDONTWRITEBYTECODE: as === 'look' ? '1' : undefined },
    environment: { name: 'the environment', fix: '`npx just env:local --force`' },
  };
  try {
    const halves = [names.slice(0, half), names.slice(half)].filter(({ length }) => length > 0);
    return (await Promise.all(halves.map((each) => tryInTurn(context, trial, each, progress)))).flat();
  } finally {
    context.host.files.remove(scratch);
  }
}

/** Nothing is fetched and nothing is left behind: caches and the home folder lie in the scratch folder. */
function quietEnvironment({ host }: Context, scratch: string): Record<string, string | undefined> {
  const { home } = host;
  return {
    ...cleanEnvironment(host),
    ...offlineEnv(scratch),
    USERPROFILE: scratch,
    XDG_CONFIG_HOME: scratch,
    // Its data may lie in the real home folder.
    NLTK_DATA: [host.env.NLTK_DATA, home && path.join(home, 'nltk_data')].filter(Boolean).join(path.delimiter),
  };
}
