import { UserError } from '../../common/errors';
import type { Host } from '../../platform';
import { oneLine } from '../../untrusted/text';

type Environment = Pick<Host, 'env'>;

const isSet = (value: string | undefined): boolean => ['1', 'true', 'yes', 'on'].includes((value ?? '').toLowerCase());

/** The Hub, or the mirror that `HF_ENDPOINT` names; no slash at its end. */
export const endpointOf = ({ env }: Environment): string => (env.HF_ENDPOINT || 'https://huggingface.co').replace(/\/+$/, '');

/** The origin of the endpoint: a person may have written anything there. @throws UserError E_HUB_UNREACHABLE where it is no address */
export function originOf(endpoint: string): string {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  // A path is put behind it as it is.
  const odd = /\s/.test(endpoint) ? ', with a blank in it' : /[?#]/.test(endpoint) ? ', with more than a path behind its name' : '';
  if ((url?.protocol === 'https:' || url?.protocol === 'http:') && odd === '') return url.origin;
  throw new UserError({
    code: 'E_HUB_UNREACHABLE',
    found: `HF_ENDPOINT is \`${oneLine(endpoint, 100)}\`${odd}`,
    needed: 'an address of http or https, and nothing behind it',
    fix: `\`export HF_ENDPOINT=${meantBy(endpoint)}\`, or \`unset HF_ENDPOINT\` for the Hub itself`,
  });
}

/** The address that was meant by one in quotes, without its scheme, or with something behind it. */
function meantBy(endpoint: string): string {
  const bare = oneLine(endpoint, 100).replace(/^[\s'"`]+|[?#].*$|[\s'"`/]+$/g, '');
  const address = /^https?:\/\//i.test(bare) ? bare : `https://${bare}`;
  return /^[\w.-]+(?::\d+)?(?:\/[\w./-]*)?$/.test(address.replace(/^https?:\/\//i, '')) ? address : 'https://…';
}

/** The variable that forbids the network, where one is set. */
export const offlineBy = ({ env }: Environment): string | undefined =>
  ['HF_HUB_OFFLINE', 'TRANSFORMERS_OFFLINE'].find((name) => isSet(env[name]));

/** `owner/name` and a path as parts of an address. */
export const addressOf = (path: string): string => path.split('/').map(encodeURIComponent).join('/');
