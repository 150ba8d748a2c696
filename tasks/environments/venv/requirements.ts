import * as path from 'node:path';
import type { Context } from '../../engine/context';
import type { EnvironmentDefinition } from './definition';
import { readEnvironmentFile } from './environment-file';
import { requirementsOf } from './lock/environment-yml';

/**
 * What an environment is asked to hold, as pip's requirements: the file itself, or what a conda environment file
 * (`.yml`) means without conda. `undefined` where the file is not there.
 * @throws UserError E_ENVIRONMENT_FILE
 */
export function requirementsText(
  context: Pick<Context, 'root' | 'host'>,
  { requirements }: Pick<EnvironmentDefinition, 'requirements'>,
): string | undefined {
  const file = path.resolve(context.root, requirements);
  if (!isCondaFile(requirements) || !context.host.files.stat(file)) return context.host.files.readText(file);
  return `${requirementsOf(readEnvironmentFile(context, requirements)).join('\n')}\n`;
}

export const isCondaFile = (requirements: string): boolean => /\.ya?ml$/.test(requirements);
