import type { Context } from '../../engine/context';
import { givenOptions } from '../../engine/given-options';
import type { Model } from '../model/models';

/** Options that say what a download is about, and not how it is shown. */
const chosenBy = ['update', 'repair', 'source', 'from-cache', 'backend', 'any-versions'];

/**
 * The command of a download with the options that it was given, so that the same files of the same commit are meant.
 * @param more options that it needs besides, as `any-versions` or `force=STEP`
 */
export function downloadAgain(context: Context, { asked }: Pick<Model, 'asked'>, ...more: readonly string[]): string {
  const replaced = more.map((option) => option.split('=')[0]);
  const given = givenOptions(
    context,
    chosenBy.filter((name) => !replaced.includes(name)),
  );
  return [`npx just model:download --model=${asked}${given}`, ...more.map((option) => `--${option}`)].join(' ');
}
