import type { IncomingHttpHeaders } from 'node:http';

/** The head of an answer. */
export interface ResponseHead {
  statusCode: number;
  headers: IncomingHttpHeaders;
}

/** A field is a token (RFC 9110, 5.6.2), and a value without controls; Node's own client is as strict. */
const field = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)$/;

/**
 * Reads a status line and header fields (RFC 9112, 4 and 5), without the blank line after them.
 * @returns the names in small letters, fields of one name joined; `undefined` for anything else
 */
export function readHead(text: string): ResponseHead | undefined {
  const [first = '', ...lines] = text.split('\r\n');
  const status = /^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(first)?.[1];
  if (!status) return undefined;
  // No prototype: a server may name a field `constructor`.
  const headers: Record<string, string> = Object.create(null);
  for (const line of lines) {
    const [, name = '', value = ''] = field.exec(line) ?? [];
    if (!name) return undefined;
    const key = name.toLowerCase();
    headers[key] = headers[key] === undefined ? value.trim() : `${headers[key]}, ${value.trim()}`;
  }
  return { statusCode: Number(status), headers };
}
