/** What pip and uv say where a proxy opens TLS, in a person's words. */
export const untrusted = 'the certificate of the server, or of a proxy before it, is not one that this machine trusts';

/** How a site's own authority is named: the first variable is uv's, the second pip's. */
export const trustFix = (again: string): string =>
  `\`export SSL_CERT_FILE=/path/of/authority.pem PIP_CERT=/path/of/authority.pem\` with the authority of your site (or, for uv, \`export UV_SYSTEM_CERTS=1\` where the system trusts it), then ${again}`;
