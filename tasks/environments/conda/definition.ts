import * as path from 'node:path';
import { UserError } from '../../common/errors';
import type { Context } from '../../engine/context';
import { absolute } from '../../engine/paths';
import { chooseProfile } from '../profile/choose';
import { type ProfileFiles, type ProfileName, profileFiles, profileVariants } from '../profile/profile-files';
import { readEnvironmentFile } from '../venv/environment-file';
import type { EnvironmentYml } from '../venv/lock/environment-yml';
import { findConda } from './find';
import { askConda } from './program';
import { readCondaRecord } from './record';

/** The conda environment of this project: what it is made of, and where it lies. */
export interface CondaDefinition extends ProfileFiles {
  profile: ProfileName;
  yml: EnvironmentYml;
  prefix: string;
  /** {@link profileVariants}. */
  variants: Readonly<Record<string, string>>;
}

/**
 * The environment by its setting, by what an earlier run noted, or by asking conda where a new one of that name goes.
 * @throws UserError E_CONDA_NOT_FOUND, E_CONDA_BROKEN, E_ENVIRONMENT_FILE
 */
export async function condaDefinition(context: Context): Promise<CondaDefinition> {
  const { profile } = await chooseProfile(context);
  const files = profileFiles[profile];
  const yml = readEnvironmentFile(context, files.requirements);
  const chosen = context.settings.setup.remote.prefix;
  // A link leads to another volume, and is kept.
  const at = (prefix: string): CondaDefinition => ({
    ...files,
    ...profileVariants,
    profile,
    yml,
    prefix: context.host.files.realPath(prefix) ?? prefix,
  });
  if (chosen) return at(absolute(context, chosen));
  const record = readCondaRecord(context);
  if (record?.name === yml.name) return at(record.prefix);
  const conda = await askConda(context, requireConda(context));
  const named = conda.environments.find((prefix) => path.basename(prefix) === yml.name && context.host.files.stat(prefix));
  const folder = conda.environmentFolders[0];
  if (!named && !folder)
    throw new UserError({
      code: 'E_CONDA_BROKEN',
      found: `\`${conda.command}\` names no folder for environments`,
      fix: `\`npx just env:remote --set remote.prefix=/path/to/${yml.name}\``,
    });
  return at(named ?? path.join(folder as string, yml.name));
}

/** @throws UserError E_CONDA_NOT_FOUND */
export function requireConda(context: Context) {
  const program = findConda(context);
  if (program) return program;
  const { conda, engine } = context.settings.setup.remote;
  throw new UserError({
    code: 'E_CONDA_NOT_FOUND',
    found: conda
      ? `\`${conda}\` (setting \`remote.conda\`) is not a program`
      : 'neither conda nor mamba nor micromamba was found: not in CONDA_EXE, MAMBA_EXE, PATH, CONDA_ROOT, MAMBA_ROOT_PREFIX, the home folder, /opt/conda',
    needed: engine === 'conda' ? 'one of them, since `remote.engine` is `conda`' : 'the path of conda, mamba or micromamba',
    // Each task reads the setting: for one run alone, the next one stops here again.
    fix: `without conda: \`remote: { engine: venv }\` in configs/setup.remote.yaml${conda && engine !== 'conda' ? ', or without `remote.conda` what is found there is taken' : ''}\nif it is installed elsewhere: \`remote: { conda: /path/to/conda }\` there`,
  });
}
