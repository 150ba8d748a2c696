import { UserError } from '../../common/errors';
import { oneLine } from '../../untrusted/text';

/** How the Hub refused, and what we had to show. */
export interface Refusal {
  status: number;
  /** `X-Error-Code`. */
  code: string | undefined;
  /** `X-Error-Message`, or the body's. */
  message: string;
  endpoint: string;
  repo: string;
  revision: string;
  /** Where the token came from; `undefined` where there was none. */
  tokenFrom: string | undefined;
  /** When the token ended, where its file says so. */
  endedAt?: Date | undefined;
  /** The command that logs in on this machine. */
  login: string;
  /** Where a token that is right goes; `undefined` where there was none. */
  tokenCure: string | undefined;
  /** What the Hub says of the token itself, where it was asked. */
  tokenIsGood?: boolean | undefined;
}

/**
 * The one message for each way in which the Hub refuses: no token, bad token, not granted, a token without the
 * permission, no such repository or revision. `undefined` where the answer is none of these.
 */
export function refusalError({
  status,
  code,
  message,
  endpoint,
  repo,
  revision,
  tokenFrom,
  endedAt,
  login,
  tokenCure,
  tokenIsGood,
}: Refusal): UserError | undefined {
  const page = `${endpoint}/${repo}`;
  const said = message ? `; the Hub says: ${oneLine(message, 200)}` : '';
  const again = 'run the same command again';
  const fault = (code: string, found: string, needed: string, fix: string) => new UserError({ code, found, needed, fix });
  if (code === 'RevisionNotFound' || (status === 404 && /^Invalid rev/i.test(message)))
    return fault(
      'E_HUB_REVISION',
      `\`${repo}\` has no revision \`${revision}\``,
      'a branch, a tag or a commit',
      `look at ${page}/tree/main, then name one: \`--model=${repo}@REVISION\``,
    );
  if (code === 'EntryNotFound')
    return fault('E_HUB_FILE', `\`${repo}\` at ${revision} lacks a file of its own list${said}`, 'every file of the list', again);
  if (status === 401 && endedAt !== undefined)
    return fault(
      'E_HUB_BAD_TOKEN',
      `the login of ${tokenFrom} ended on ${endedAt.toISOString().slice(0, 16).replace('T', ' ')} (UTC): it was one of a browser, and those last some hours`,
      'a login that has not ended',
      `${login}, then ${again}; a token of ${endpoint}/settings/tokens lasts`,
    );
  const isGated = status === 401 ? code !== 'RepoNotFound' : status === 403 && code === 'GatedRepo';
  if (isGated && tokenFrom === undefined)
    return fault(
      'E_HUB_NO_TOKEN',
      `\`${repo}\` is open only to those who log in, and no token was found`,
      'a token of an account with access',
      `make a token at ${endpoint}/settings/tokens and ask for access at ${page}, then \`export HF_TOKEN=…\` (or ${login}) and ${again}`,
    );
  if (status === 401 && tokenFrom !== undefined && (code !== 'RepoNotFound' || tokenIsGood === false))
    return fault(
      'E_HUB_BAD_TOKEN',
      `the token of ${tokenFrom} is not valid${said}`,
      'a token that the Hub knows',
      `make a new one at ${endpoint}/settings/tokens, then ${tokenCure}; then ${again}`,
    );
  if (status === 403 && code === 'GatedRepo')
    return fault(
      'E_HUB_NOT_GRANTED',
      `the account of the token (${tokenFrom}) has no access to \`${repo}\` yet${said}`,
      'access granted by its owner',
      `ask for it at ${page}, wait for the mail, then ${again}`,
    );
  if (status === 403 && tokenFrom !== undefined)
    return fault(
      'E_HUB_TOKEN_SCOPE',
      `the token of ${tokenFrom} lacks a permission${said}`,
      'a token that may read public gated repositories',
      `open ${endpoint}/settings/tokens, allow "Read access to contents of all public gated repos you can access" for it, and ${again}`,
    );
  if (code === 'RepoNotFound' || status === 404 || status === 401)
    return fault(
      'E_HUB_REPOSITORY',
      tokenFrom === undefined
        ? `there is no \`${repo}\` that can be seen without a token`
        : `there is no \`${repo}\` that the token of ${tokenFrom} may see`,
      'a repository of the Hub, owner/name',
      tokenFrom === undefined
        ? `correct the name (${page}); where it is private, \`export HF_TOKEN=…\` and ${again}`
        : `correct the name: ${page}`,
    );
  return undefined;
}
