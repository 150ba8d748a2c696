import { UserError } from '../../common/errors';
import type { NetworkError } from '../http/network-error';

/** A question to the Hub that got no answer, as the error that names its cure. @param proxy that it went through, and its variable */
export function unreachable(endpoint: string, proxy: { name: string; url: URL } | undefined, error: NetworkError): UserError {
  const isTls = /certificate|self[- ]signed|CERT_|SSL|altname/i.test(`${error.code} ${error.message}`);
  if (isTls)
    return new UserError({
      code: 'E_HUB_TLS',
      found: `the certificate of ${error.message}`,
      needed: 'a certificate that this machine trusts; checks are never turned off',
      fix: "`export NODE_EXTRA_CA_CERTS=FILE` with your site's own authority, then run the same command again",
    });
  if (proxy)
    return new UserError({
      code: 'E_HUB_UNREACHABLE',
      // Without what is before its host: a password may stand there.
      found: `${endpoint} cannot be reached through the proxy \`${proxy.url.protocol}//${proxy.url.host}\` of ${proxy.name} (${error.message})`,
      needed: 'a proxy that answers and lets the Hub through, or none',
      fix: `\`export ${proxy.name}=http://HOST:PORT\` with the one that this network has, or \`unset ${proxy.name}\` where it has none; then run the same command again: it continues where it stopped`,
    });
  return new UserError({
    code: 'E_HUB_UNREACHABLE',
    found: `${endpoint} cannot be reached (${error.message})`,
    needed: 'a connection to the Hub, or to the mirror in HF_ENDPOINT',
    fix: '`export HTTPS_PROXY=…` if you need a proxy, then run the same command again: it continues where it stopped',
  });
}
