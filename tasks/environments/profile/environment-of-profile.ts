import type { Context } from '../../engine/context';
import type { EnvironmentDefinition } from '../venv/definition';
import { type ProfileName, profileFiles, profileVariants } from './profile-files';

/** The training environment of a profile that is named, without conda: the whole of the environment file from the package index. */
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
