import type { Context } from '../../engine/context';
import { shown } from '../../engine/paths';
import { programIn } from '../../environments/prefix/prefix';
import { allOnPath, isProgram } from '../../environments/python/interpreter/which';
import { knownEnvironments } from '../../environments/training/locate';

/** The command of huggingface_hub: `hf` since 0.34, `huggingface-cli` before; 1.0 and later have no other than `hf`. */
export interface HfCommand {
  file: string;
  name: 'hf' | 'huggingface-cli';
}

/** In the project's environments first, then in what the shell has activated, then on PATH; the newer name everywhere before the older. */
export function findHf(context: Context): HfCommand | undefined {
  const { host } = context;
  const { own, other, activated } = knownEnvironments(context);
  for (const name of ['hf', 'huggingface-cli'] as const) {
    const places = [...own, ...other, ...activated].map((prefix) => programIn(host, prefix, name));
    const file = places.find((place) => isProgram(host, place)) ?? allOnPath(host, name)[0];
    if (file) return { file, name };
  }
  return undefined;
}

/** The command that logs in, as it is on this machine. */
export function loginCommand(context: Context): string {
  const found = findHf(context);
  if (!found) return '`hf auth login` (of `pip install huggingface_hub`)';
  return `\`${shown(context.root, found.file)} ${found.name === 'hf' ? 'auth login' : 'login'}\``;
}
