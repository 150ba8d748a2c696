import { commandOf } from '../../engine/command';
import type { Context } from '../../engine/context';
import type { Model } from '../model/models';

/** Options that say what a download is about, and not how it is shown. */
const chosenBy = ['update', 'repair', 'source', 'from-cache', 'backend', 'any-versions'];

/**
 * The command of a download with the options that the run was given, so that the same files of the same commit are meant.
 * @param more options that it needs besides, as `any-versions` or `force=STEP`
 */
export function downloadAgain(context: Context, { asked }: Pick<Model, 'asked'>, ...more: readonly string[]): string {
  const changes = more.map((option) => option.split('=')).map(([name = '', value = '']) => [name, value] as const);
  return commandOf(context, 'model:download', { model: asked, ...Object.fromEntries(changes) }, chosenBy);
}
