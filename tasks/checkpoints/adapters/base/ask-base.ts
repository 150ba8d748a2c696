import { usageError } from '../../../common/errors';
import type { Context } from '../../../engine/context';
import { modelsOf, oneOfModels } from '../../../hub/model/models';
import { downloadName, findBase } from './base-model';

/**
 * The base that `--model` names beside `--adapter`: what it means without an adapter, or the folder of a model.
 * @throws UserError E_USAGE (exit code 2) for an unknown name, and for words that mean several models
 */
export function askedBase(context: Context): string | undefined {
  const asked = context.option('model');
  if (asked === undefined) return undefined;
  if (asked === 'all' || asked === 'present')
    throw usageError(`\`--model=${asked}\` means several models, and an adapter is for one`, 'name one, or leave out `--model`');
  if (findBase(context, asked)) return asked;
  modelsOf(context, asked);
  // The commit says which files to fetch, and not which model it is.
  const [word = asked] = asked.split('@');
  if (downloadName(context, word) === undefined)
    throw usageError(
      `no model is at \`${asked}\``,
      `name ${oneOfModels(context)}, \`owner/name\` of a repository, or the folder of a model`,
    );
  return word;
}
