import * as path from 'node:path';
import { UserError } from '../../common/errors';
import type { Context } from '../../engine/context';
import { type EnvironmentYml, parseEnvironmentYml } from './lock/environment-yml';

/** Reads a conda environment file of the project. @throws UserError E_ENVIRONMENT_FILE */
export function readEnvironmentFile({ root, host }: Pick<Context, 'root' | 'host'>, file: string): EnvironmentYml {
  const text = host.files.readText(path.resolve(root, file));
  const fault = (what: string, fix: string) =>
    new UserError({ code: 'E_ENVIRONMENT_FILE', found: `\`${file}\` ${what}`, needed: 'a conda environment file', fix });
  if (text === undefined) throw fault('is not there', '`npx just mkdirs` writes the one that the project starts from');
  try {
    return parseEnvironmentYml(text);
  } catch (error) {
    throw fault(
      `cannot be read: ${(error as Error).message.split('\n')[0]}`,
      `correct it\nto take the one that was committed: \`git checkout ${file}\``,
    );
  }
}
