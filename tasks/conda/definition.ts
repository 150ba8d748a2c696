import * as path from 'node:path';
import type { Context } from '../core/context';
import { UserError } from '../core/errors';
import { absolute } from '../core/paths';
import { type EnvironmentYml, parseEnvironmentYml } from '../parse/environment-yml';
import { chooseProfile, type ProfileFiles, profileFiles } from '../remote/profile';
import { findConda } from './find';
import { askConda } from './program';
import { readRecord } from './record';

/** The conda environment of this project: what it is made of, and where it lies. */
export interface CondaDefinition extends ProfileFiles {
  yml: EnvironmentYml;
  prefix: string;
}

/**
 * The environment by its setting, by what an earlier run noted, or by asking conda where a new one of that name goes.
 * @throws UserError E_CONDA_NOT_FOUND, E_CONDA_BROKEN, E_ENVIRONMENT_FILE
 */
export async function condaDefinition(context: Context): Promise<CondaDefinition> {
  const files = profileFiles[chooseProfile(context).profile];
  const yml = readYml(context, files.requirements);
  const chosen = context.settings.setup.remote.prefix;
  if (chosen) return { ...files, yml, prefix: absolute(context, chosen) };
  const record = readRecord(context);
  if (record?.name === yml.name) return { ...files, yml, prefix: record.prefix };
  const conda = await askConda(context, requireConda(context));
  const named = conda.environments.find((prefix) => path.basename(prefix) === yml.name && context.host.files.stat(prefix));
  const folder = conda.environmentFolders[0];
  if (!named && !folder)
    throw new UserError({
      code: 'E_CONDA_BROKEN',
      found: `\`${conda.command}\` names no folder for environments`,
      fix: `\`npx just conda --set remote.prefix=/path/to/${yml.name}\``,
    });
  return { ...files, yml, prefix: named ?? path.join(folder as string, yml.name) };
}

/** @throws UserError E_CONDA_NOT_FOUND */
export function requireConda(context: Context) {
  const program = findConda(context);
  if (program) return program;
  throw new UserError({
    code: 'E_CONDA_NOT_FOUND',
    found: context.settings.setup.remote.conda
      ? `\`${context.settings.setup.remote.conda}\` (setting \`remote.conda\`) is no program`
      : 'neither conda nor mamba nor micromamba was found: not in CONDA_EXE, MAMBA_EXE, PATH, CONDA_ROOT, MAMBA_ROOT_PREFIX, the home folder, /opt/conda',
    needed: 'one of them, since `remote.engine` is `conda`',
    fix: '`npx just conda --set remote.engine=venv`, or name it: `--set remote.conda=/path/to/conda`',
  });
}

/** @throws UserError E_ENVIRONMENT_FILE */
export function readYml({ root, host }: Context, file: string): EnvironmentYml {
  const text = host.files.readText(path.resolve(root, file));
  const fault = (what: string, fix: string) => new UserError({ code: 'E_ENVIRONMENT_FILE', found: `\`${file}\` ${what}`, needed: 'a conda environment file', fix });
  if (text === undefined) throw fault('is not there', '`npx just mkdirs` writes the one that the project starts from');
  try {
    return parseEnvironmentYml(text);
  } catch (error) {
    throw fault(`cannot be read: ${(error as Error).message.split('\n')[0]}`, `correct it, or \`git checkout ${file}\``);
  }
}
