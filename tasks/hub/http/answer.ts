import type * as http from 'node:http';
import { NetworkError } from './network-error';

/** The body of an answer as text, at most 64 kB of it unless told otherwise. */
export async function textOf(response: http.IncomingMessage, most = 65_536): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > most) break;
    }
  } catch (error) {
    throw new NetworkError((error as Error).message, (error as NodeJS.ErrnoException).code);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** One field of the head of an answer. */
export const header = (response: Pick<http.IncomingMessage, 'headers'>, name: string): string | undefined => {
  const value = response.headers[name];
  return Array.isArray(value) ? value[0] : value;
};
