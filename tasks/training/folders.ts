import * as path from 'node:path';
import { usageError } from '../common/errors';
import type { Context } from '../engine/context';
import { projectPaths, shown } from '../engine/paths';

/** A folder of the project, absolute and as a person reads it. */
interface Named {
  name: string;
  folder: string;
  shown: string;
}

/** The adapter of `--name`. @throws UserError E_USAGE */
export const adapterFolder = (context: Context): Named =>
  named(context, projectPaths(context).adapters_dir, 'name', context.option('name') ?? 'first');

/** Where the merged model goes: `--into`. @throws UserError E_USAGE */
export const mergedFolder = (context: Context): Named =>
  named(context, projectPaths(context).models_dir, 'into', context.option('into') ?? `${adapterFolder(context).name}-merged`);

function named({ root }: Context, parent: string, option: string, name: string): Named {
  if (!/^[A-Za-z0-9][\w.-]*$/.test(name))
    throw usageError(`\`--${option}=${name}\` is no name of a folder`, `letters, digits, \`.\`, \`_\` and \`-\`: \`--${option}=second\``);
  const folder = path.join(parent, name);
  return { name, folder, shown: shown(root, folder) };
}
