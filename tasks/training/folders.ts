import * as path from 'node:path';
import { usageError } from '../common/errors';
import { freeName } from '../engine/aside';
import { type Changes, commandOf } from '../engine/command';
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

/** A name that no adapter has: `second`, `third` and so on. */
export function freeAdapter(context: Context): string {
  const folder = (name: string): string => path.join(projectPaths(context).adapters_dir, name);
  const isFree = (name: string): boolean => context.host.files.lstat(folder(name)) === undefined;
  return ['second', 'third', 'fourth', 'fifth'].find(isFree) ?? path.basename(freeName(context, folder('sixth')));
}

/** The command that trains an adapter anew, though something has its name. */
export const trainAgain = (context: Context, name: string): string => commandOf(context, 'train', { name, force: 'training' });

/** The command that merges anew, into the folder of a name. */
export const mergeAgain = (context: Context, into: string, changes: Changes = {}): string =>
  commandOf(context, 'train:merge', { name: adapterFolder(context).name, into, ...changes });

/** Bytes: what is made of a name is longer, `NAME-before-TIME` for one, and a file system takes 255. */
const longestName = 200;

function named({ root, option: given }: Context, parent: string, option: string, name: string): Named {
  const length = given(option)?.length ?? 0;
  if (length > longestName)
    throw usageError(
      `\`--${option}\`: a name of ${length} characters`,
      `a name of at most ${longestName} characters: \`--${option}=second\``,
    );
  if (!/^[A-Za-z0-9][\w.-]*$/.test(name))
    throw usageError(`\`--${option}=${name}\` is no name of a folder`, `letters, digits, \`.\`, \`_\` and \`-\`: \`--${option}=second\``);
  const folder = path.join(parent, name);
  return { name, folder, shown: shown(root, folder) };
}
