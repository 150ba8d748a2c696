import * as path from 'node:path';
import type { Context } from '../../engine/context';
import { absolute } from '../../engine/paths';
import type { Host } from '../../platform';
import { allOnPath, isProgram } from '../python/interpreter/which';

/** conda, mamba or micromamba: the path to call it by. */
export interface CondaProgram {
  command: string;
  from: string;
}

/**
 * The first conda-like program that is there: setting, CONDA_EXE, MAMBA_EXE, PATH, the usual folders. `conda` of a shell is
 * often a function only, so PATH alone does not tell. Starts nothing.
 */
export function findConda(context: Context): CondaProgram | undefined {
  return candidates(context).find(({ command }) => isProgram(context.host, command));
}

/** Prefixes of environments that any conda of this user noted down; some may be gone. */
export function notedEnvironments({ home, files }: Host): string[] {
  return home ? (files.readText(path.join(home, '.conda', 'environments.txt')) ?? '').split('\n').filter(Boolean) : [];
}

function candidates(context: Context): CondaProgram[] {
  const { host, settings } = context;
  const { env } = host;
  const chosen = settings.setup.remote.conda;
  if (chosen) return [{ command: inPath(context, chosen), from: 'setting `remote.conda`' }];
  const variable = (name: string) => (env[name] ? [{ command: String(env[name]), from: name }] : []);
  const roots = [
    ...['CONDA_ROOT', 'MAMBA_ROOT_PREFIX'].flatMap((name) => (env[name] ? [{ folder: String(env[name]), from: name }] : [])),
    ...(host.home
      ? ['miniforge3', 'mambaforge', 'miniconda3', 'anaconda3', 'micromamba'].map((name) => ({
          folder: path.join(host.home as string, name),
          from: `~/${name}`,
        }))
      : []),
    { folder: '/opt/conda', from: '/opt/conda' },
  ];
  return [
    ...variable('CONDA_EXE'),
    ...variable('MAMBA_EXE'),
    ...['micromamba', 'mamba', 'conda'].flatMap((name) => allOnPath(host, name).map((command) => ({ command, from: 'PATH' }))),
    ...roots.flatMap(({ folder, from }) =>
      ['conda', 'mamba', 'micromamba'].flatMap((name) =>
        ['bin', 'condabin'].map((bin) => ({ command: path.join(folder, bin, name), from })),
      ),
    ),
  ];
}

function inPath(context: Context, setting: string): string {
  return /[/\\]|^~/.test(setting) ? absolute(context, setting) : (allOnPath(context.host, setting)[0] ?? setting);
}
