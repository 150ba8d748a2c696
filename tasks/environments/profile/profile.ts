import type { Context } from '../../engine/context';
import type { EnvironmentDefinition } from '../venv/definition';
import { chooseProfile } from './choose';
import { type ProfileName, profileFiles, profileVariants } from './profile-files';

/** The training environment of the chosen profile without conda: the whole of the environment file from the package index. */
export const remoteEnvironment = async (context: Context): Promise<EnvironmentDefinition> =>
  environmentOfProfile(context, (await chooseProfile(context)).profile);

/** The same for a profile that is named. */
export function environmentOfProfile(context: Context, profile: ProfileName): EnvironmentDefinition {
  const { remote, python } = context.settings.setup;
  return {
    ...profileFiles[profile],
    path: remote.path,
    constraints: 'configs/constraints-remote.txt',
    overrides: 'configs/overrides-remote.txt',
    task: 'env:remote',
    lockTask: 'env:remote:lock',
    pythonVersion: python.version,
    compileFor: ['--universal'],
    ...profileVariants,
  };
}
