import { type Fault, UserError } from '../../common/errors';
import { normalizeName } from '../../common/package-name';
import type { Context } from '../../engine/context';
import type { RunResult } from '../../platform/processes/run';
import { Asking, inTurns } from '../python/package-index/asking';
import { answerOf, type IndexAnswer } from '../python/package-index/index-answer';
import { indexesIn } from '../python/package-index/indexes';
import type { Cutoff } from '../python/sources/cutoff';
import { indexNamedBy, proxyNamedBy, withoutIndex, withoutNetwork } from '../python/sources/named-in';
import type { EnvironmentDefinition } from './definition';
import { commandError } from './faults';
import { usualIndex } from './usual-index';

type Texts = Pick<Fault, 'code' | 'found' | 'needed' | 'fix'>;

/**
 * {@link commandError} for a command that fetches. uv takes an index that refuses, or that is none, for one that lacks the package, and
 * pip says the same of whatever an index answers: what it answers is asked, so that one cause has one code and one cure with both.
 * @throws Interrupted
 */
export async function fetchError(
  context: Context,
  doing: string,
  result: RunResult,
  definition: EnvironmentDefinition,
  cutoff?: Cutoff,
): Promise<UserError> {
  const error = commandError(doing, result, definition, cutoff);
  if (!['E_REGISTRY_UNREACHABLE', 'E_PACKAGE_NOT_FOUND', 'E_EXCLUDED_NEWER'].includes(error.fault.code)) return error;
  const output = `${result.stdout}\n${result.stderr}`;
  const again = `run \`npx just ${definition.task}\` again`;
  const off = switchedOff(context, output, again);
  const told = (texts: Texts) => new UserError({ ...error.fault, ...texts, found: `${doing} failed: ${texts.found}` });
  if (off) return told(off);
  if (isOffline(output)) return error;
  const answers = await askIndexes(context, definition, packageIn(output));
  const cause = causeIn(answers, error.fault.code === 'E_REGISTRY_UNREACHABLE');
  if (cause) return told(textsOf(context, cause, again));
  // pip says so of an index that it reached, too.
  const isThere = answers.length > 0 && answers.every(({ kind }) => kind === 'page');
  const isLacking = isThere && output.includes('(from versions: none)') && !/retrying|connection broken/i.test(output);
  return isLacking && !cutoff ? commandError(doing, result, definition, cutoff, 'missing') : error;
}

const isOffline = (output: string): boolean => output.includes('the network was disabled');

/** A setting of a person's that keeps the installer from the index. */
function switchedOff({ host }: Context, output: string, again: string): Texts | undefined {
  const index = withoutIndex(host);
  const setting = index ?? (isOffline(output) ? withoutNetwork(host) : undefined);
  if (!setting) return undefined;
  return {
    code: 'E_INSTALLER_SETTING',
    found: index
      ? `${setting.name} has pip and uv look in no index, and what is left lacks a package`
      : `${setting.name} has uv use no network, and its cache lacks a package`,
    needed: index ? 'an index, or a folder of `find-links` with every package of the lock' : 'a network, or a cache with every package',
    fix: `${setting.isVariable ? `\`unset ${setting.name}\`` : `take ${setting.name} out`}, then ${again}`,
  };
}

/** The package that an installer missed; a name that any index may be asked for where it says none. */
function packageIn(output: string): string {
  const said =
    /no matching distribution found for ([\w.-]+)/i.exec(output) ??
    /because (?:there (?:is|are) no versions? of |only )?([\w.-]+?)(?:[=<>!~ ]|\[)/i.exec(output) ??
    /failed to fetch:? `?https?:\/\/\S+\/([\w.-]+)\/`?\s/i.exec(output);
  return normalizeName(said?.[1] ?? 'pip');
}

async function askIndexes(context: Context, definition: EnvironmentDefinition, name: string): Promise<IndexAnswer[]> {
  const asking = new Asking(context);
  try {
    const indexes = await indexesIn(asking.env, () => usualIndex(context, definition));
    return (await inTurns(indexes, (index) => answerOf(asking, index, name))).filter((one) => one !== undefined);
  } finally {
    asking.close();
  }
}

/** What keeps packages from coming. An index of several may refuse what it lacks, as a store of files does with 403. */
function causeIn(answers: readonly IndexAnswer[], isUnreachable: boolean): IndexAnswer | undefined {
  const of = (...kinds: IndexAnswer['kind'][]) => answers.find(({ kind }) => kinds.includes(kind));
  const isBeside = answers.some(({ kind }) => kind === 'page');
  const refused = answers.find(({ kind, status }) => kind === 'login' && (status === 401 || !isBeside));
  return of('proxy-login') ?? refused ?? of('other') ?? (isUnreachable ? of('none') : undefined);
}

function textsOf({ host }: Context, { index, kind, status, said, proxy }: IndexAnswer, again: string): Texts {
  const by = indexNamedBy(host, index);
  const address = `\`${index.origin}${index.pathname}\``;
  const what = `the package index ${address}${by ? ` of ${by.name}` : ''}`;
  const through = proxy && proxyNamedBy(host, proxy.variable);
  const passing = proxy && through ? ` through the proxy \`${proxy.address}\` of ${through.name}` : '';
  const around =
    through &&
    `${through.isVariable ? `\`unset ${through.name}\`` : `take ${through.name} out`} or \`export NO_PROXY=${index.hostname}\` where the index is reached without; then ${again}`;
  if (kind === 'login')
    return {
      code: 'E_REGISTRY_LOGIN',
      found: `${what} refuses what it is asked${passing} (${status}): ${index.username ? 'it does not take the login that is set' : 'no login is set'}`,
      needed: 'a user and a password, or a token, that it takes',
      // As part of an address the words would be hidden as if they were a secret.
      fix: `a line \`machine ${index.hostname} login USER password PASSWORD\` in \`~/.netrc\`, or \`USER:PASSWORD@\` before the host in ${by?.name ?? 'UV_DEFAULT_INDEX or PIP_INDEX_URL'}; then ${again}`,
    };
  const code = 'E_REGISTRY_UNREACHABLE';
  if (kind === 'proxy-login' && proxy && through)
    return {
      code,
      found: `the proxy \`${proxy.address}\` of ${through.name} wants a login that it takes (407), and ${what} is behind it`,
      needed: 'a user and a password that the proxy takes, or a way without it',
      fix: `\`USER:PASSWORD@\` before the host in ${through.name}, or ${around}`,
    };
  if (kind === 'other')
    return {
      code,
      found: `in the place of ${what} a page of ${said} answers that is none of a package index${passing}: a login page perhaps`,
      needed: 'the address of an index of the simple API (PEP 503), and a network that lets it through',
      fix: `open ${address} in a browser: log in there where the network asks for it, or correct the address${by ? ` in ${by.name}` : ''}; then ${again}`,
    };
  return {
    code,
    found: `${what} cannot be reached${passing} (${said})`,
    needed: proxy ? 'a proxy that answers and lets the index through, or none' : 'a network on which it answers',
    fix: through
      ? `name the proxy that this network has in ${through.name}, or ${around}`
      : `check the network${by ? `, and the address in ${by.name}` : ', and `export HTTPS_PROXY=…` if you need a proxy'}; then ${again}`,
  };
}
