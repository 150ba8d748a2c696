type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The indexes that pip and uv take packages from here, the main one first; folders are left out. An address may hold a password.
 * @param usual asked where none is set
 */
export async function indexesIn(env: Variables, usual: () => Promise<string | undefined>): Promise<string[]> {
  const main = env['UV_DEFAULT_INDEX'] || env['UV_INDEX_URL'] || env['PIP_INDEX_URL'] || ((await usual()) ?? '');
  const more = [env['UV_INDEX'], env['UV_EXTRA_INDEX_URL'], env['PIP_EXTRA_INDEX_URL']].flatMap((list) => (list ?? '').split(/\s+/));
  return [...new Set([main, ...more].map((text) => addressOf(text, env)))].filter((address) => /^https?:\/\//.test(address));
}

/** `name=ADDRESS` of uv, with the user and the password that it has in variables of that name (docs.astral.sh/uv/concepts/indexes). */
function addressOf(text: string, env: Variables): string {
  const [, name, address = text] = /^([\w.-]+)=(\w+:\/\/.*)$/.exec(text) ?? [];
  if (name === undefined || !URL.canParse(address)) return address;
  const variable = `UV_INDEX_${name.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`;
  const url = new URL(address);
  if (url.username || !env[`${variable}_USERNAME`]) return address;
  url.username = encodeURIComponent(env[`${variable}_USERNAME`] ?? '');
  url.password = encodeURIComponent(env[`${variable}_PASSWORD`] ?? '');
  return url.href;
}

/** Whether pip or uv are told to take nothing from an index, and by which variable. */
export const isOffline = (env: Variables): string | undefined =>
  ['UV_OFFLINE', 'PIP_NO_INDEX'].find((name) => /^(?:1|true|yes|on|y|t)$/i.test(env[name] ?? ''));

/** The page of a package in an index of the simple API (PEP 503). @param name normalized */
export const pageOf = (index: string, name: string): string => `${index.replace(/\/+$/, '')}/${name}/`;
