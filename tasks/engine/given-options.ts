import { shellWord } from '../common/format';
import type { Context } from './context';

/** Options as they were given, for a command that means the same: ` --update --source=FOLDER`; those that were not are left out. */
export const givenOptions = (context: Context, names: readonly string[]): string =>
  names
    .flatMap((name) => context.optionValues(name).map((value) => (value === '' ? ` --${name}` : ` --${name}=${shellWord(value)}`)))
    .join('');
