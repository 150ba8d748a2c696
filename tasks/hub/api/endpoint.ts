import type { Host } from '../../platform';

type Environment = Pick<Host, 'env'>;

const isSet = (value: string | undefined): boolean => ['1', 'true', 'yes', 'on'].includes((value ?? '').toLowerCase());

/** The Hub, or the mirror that `HF_ENDPOINT` names; no slash at its end. */
export const endpointOf = ({ env }: Environment): string => (env.HF_ENDPOINT || 'https://huggingface.co').replace(/\/+$/, '');

/** The variable that forbids the network, where one is set. */
export const offlineBy = ({ env }: Environment): string | undefined =>
  ['HF_HUB_OFFLINE', 'TRANSFORMERS_OFFLINE'].find((name) => isSet(env[name]));

/** `owner/name` and a path as parts of an address. */
export const addressOf = (path: string): string => path.split('/').map(encodeURIComponent).join('/');
