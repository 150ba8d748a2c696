import type { Context } from '../core/context';
import type { Change } from './change';

/** Where files of a pull arrive: beside their final place, so that a rename is all that is left, and never synced. */
export const incomingFolder = (target: string): string => `${target}/.rsync-partial`;

/**
 * Gives what has arrived its final names. What was not planned stays behind: it is of an earlier run, or came
 * while this one was at work.
 * @throws UserError where an adapter is not whole; the others have their names by then
 */
export async function arrive(context: Context, changes: readonly Change[], stage: string, target: string): Promise<void> {
  const { tree, files } = context.host;
  for (const { name, kind, action } of changes) {
    if (action === 'deleted') continue;
    if (kind === 'folder') {
      if (tree.look(stage, name)?.isFolder) tree.makeFolderAt(target, name);
    } else if (tree.look(stage, name)) tree.moveBetween(stage, target, name);
  }
  files.remove(stage);
}
