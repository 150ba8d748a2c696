/** What every request of ours says of itself, whoever sends it. */
export const ownHeaders = (url: URL): Record<string, string> => ({
  Host: url.host,
  'User-Agent': 'just-lora',
  'Accept-Encoding': 'identity',
});

/** The name or the number of a host: an IPv6 address without the brackets that only an address bar needs. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');

/** Silence for so many milliseconds. */
export const stalled = (stallMs: number): NodeJS.ErrnoException =>
  Object.assign(new Error(`no byte for ${stallMs / 1000} s`), { code: 'STALL' });
