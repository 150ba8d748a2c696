import { UserError } from '../../common/errors';
import type { Token } from './token';

/** Where a token that is right goes, so that it is the one that counts. @param login the command that logs in on this machine */
export function tokenCure({ place, from, sentFrom }: Token, login: string): string {
  if (sentFrom !== undefined)
    return `on the machine that sent it (\`--send-token\`) ${newToken(variablesIn(sentFrom), sentFrom, '`hf auth login`')}`;
  return newToken(place === 'file' ? [] : place, from, login);
}

/** A login writes the file, which counts only where no variable is set. */
const newToken = (variables: readonly string[], from: string, login: string): string =>
  variables.length > 0
    ? `\`export ${variables[0]}=…\` with it, or \`unset ${variables.join(' ')}\` and then ${login}: a login does not count while a variable has a token`
    : `put it into ${from} (or ${login})`;

const variablesIn = (from: string): string[] => (/^\w+$/.test(from) ? [from] : []);

/** A token with a line break in it is refused by Node itself. */
export function invalidToken(error: unknown, token: Token | undefined, login: string): unknown {
  if ((error as NodeJS.ErrnoException).code !== 'ERR_INVALID_CHAR' || !token) return error;
  return new UserError({
    code: 'E_HUB_BAD_TOKEN',
    found: `the token of ${token.from} holds characters that no token has`,
    needed: 'a token that the Hub knows',
    fix: `the token alone, on one line: ${tokenCure(token, login)}; then run the same command again`,
  });
}
