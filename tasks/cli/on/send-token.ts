import { UserError } from '../../common/errors';
import type { Context } from '../../engine/context';
import { findToken, sentFromVariable } from '../../hub/api/token';
import { isPersonal } from '../../settings/read/is-personal';
import { hide, partsOf } from '../../untrusted/secrets';
import type { Options } from '../options';

/**
 * The token of this machine as variables of one run there, where `--send-token` or the settings of the remote say so. It is hidden in
 * whatever comes back.
 * @throws UserError E_USAGE where it is asked for and there is none
 */
export function tokenFor(context: Context, { given }: Options, name: string): Readonly<Record<string, string>> | undefined {
  const isAsked = given.has('send-token');
  const setting = `remotes.${name}.send_token`;
  // A repository does not say where a person's token goes.
  const isSet = context.settings.setup.remotes[name]?.send_token === true && isPersonal(context, setting);
  if (!isAsked && !isSet) return undefined;
  const token = findToken(context);
  if (token) {
    hide(partsOf(token.value));
    return { HF_TOKEN: token.value, [sentFromVariable]: token.from };
  }
  if (!isAsked) return undefined;
  throw new UserError(
    {
      code: 'E_USAGE',
      found: '`--send-token`: this machine has no token',
      needed: 'a token of the Hub',
      fix: '`export HF_TOKEN=…`, or `hf auth login`',
    },
    2,
  );
}
