import * as path from 'node:path';
import type { Context } from '../core/context';
import { absolute } from '../core/paths';
import { isProgram } from '../python/which';

/** The Python of the training environment, `undefined` before there is one. */
export function trainingPython(context: Context): string | undefined {
  const { host, settings } = context;
  const { prefix, path: venv, engine } = settings.setup.remote;
  const folders = [
    ...(prefix && engine !== 'venv' ? [absolute(context, prefix)] : []),
    ...(engine !== 'conda' ? [absolute(context, venv)] : []),
    ...(engine !== 'venv' ? condaPrefixes(context) : []),
  ];
  return folders.map((folder) => path.join(folder, 'bin', 'python')).find((file) => isProgram(host, file));
}

/** Environments of that name that conda has noted down, the activated one first. */
function condaPrefixes({ host }: Context): string[] {
  const noted = host.home ? (host.files.readText(path.join(host.home, '.conda', 'environments.txt')) ?? '') : '';
  return [host.env.CONDA_PREFIX ?? '', ...noted.split('\n')].filter((folder) => path.basename(folder) === 'weatherman-lora');
}
