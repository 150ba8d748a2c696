import type { IncomingHttpHeaders } from 'node:http';

/** The head of an answer. */
export interface Head {
  statusCode: number;
  headers: IncomingHttpHeaders;
}

/**
 * Reads a status line and header fields (RFC 9112, 4 and 5), without the blank line after them.
 * @returns the names in small letters, fields of one name joined; `undefined` for anything else
 */
export function readHead(text: string): Head | undefined {
  const [first = '', ...lines] = text.split('\r\n');
  const status = /^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(first)?.[1];
  if (!status) return undefined;
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 1) return undefined;
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  return { statusCode: Number(status), headers };
}
