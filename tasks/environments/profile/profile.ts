import type { Context } from '../../engine/context';
import type { EnvironmentDefinition } from '../venv/definition';
import { chooseProfile } from './choose';
import { type ProfileName, profileFiles } from './profile-files';

/** The training environment without conda: the whole of the environment file from the package index. */
export function remoteEnvironment(context: Context, profile: ProfileName = chooseProfile(context).profile): EnvironmentDefinition {
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
  };
}
