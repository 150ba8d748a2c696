import type { Context } from '../../engine/context';
import type { EnvironmentDefinition } from '../venv/definition';
import { chooseProfile } from './choose';
import { environmentOfProfile } from './environment-of-profile';

/** The training environment of the chosen profile without conda: the whole of the environment file from the package index. */
export const remoteEnvironment = async (context: Context): Promise<EnvironmentDefinition> =>
  environmentOfProfile(context, (await chooseProfile(context)).profile);
